// What is resident without use goes back to the kernel, and the program goes on as before: code that was let go of is
// read from its file again. Other tests run in this process meanwhile, and bring back what they use.

import FoundationEssentials
import Testing

@testable import ForecastDaemon

@Suite("Memory settings") struct MemorySettingsTests {
    /// Kilobytes of mapped files that are resident in this process.
    private func residentFiles() throws -> Int {
        let status = String(decoding: try Data(contentsOf: URL(filePath: "/proc/self/status")), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
        return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]))
    }

    @Test("pages of code that nobody runs are given back, and the program runs on")
    func givesCodeBack() throws {
        let before = try residentFiles()
        var least = before
        for _ in 0..<10 {
            MemorySettings.giveBack()
            least = min(least, try residentFiles())
        }
        #expect(least < before * 3 / 4, "\(before) kB before, \(least) kB after")
    }
}
