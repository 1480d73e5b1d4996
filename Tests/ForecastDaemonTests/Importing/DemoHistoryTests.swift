// The history that `scripts/run` imports is what README says of it.

import FoundationEssentials
import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Bundled history") struct DemoHistoryTests {
    /// deploy/demo/history.jsonl, found from this file.
    private static let path: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/") + "/deploy/demo/history.jsonl"
    }()

    @Test("it holds 28 days of five series at 5 minutes that end together, one of them a counter")
    func content() throws {
        let data = try #require(FileManager.default.contents(atPath: Self.path))
        #expect(data.count < 400_000)
        var reader = ImportReader(ImportOptions(format: .guessed(path: Self.path, beginning: Array(data.prefix(999)))))
        let batch = reader.read(Array(data), isLast: true)
        #expect(batch.problems.isEmpty)
        var summary = ImportSummary()
        summary.add(batch)
        #expect(summary.series.count == 5)
        #expect(summary.series.allSatisfy { $0.count == 8064 && $0.intervalSeconds == 300 && $0.last == 0 })
        let counters = summary.series.filter { KindTable.describe($0.key).kind == .counter }
        #expect(counters.map(\.key.name) == ["net_bytes_recv"])
    }
}
