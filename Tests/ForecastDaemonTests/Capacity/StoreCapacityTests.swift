// A short run of `capacity --only store`: that its figures are there and its folder goes. How fast the machine is, is
// nobody's test.

import FoundationEssentials
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("What a store can do") struct StoreCapacityTests {
    @Test("every figure of a short run is there, and its folder is gone afterwards")
    func figures() async throws {
        try await TemporaryFolder.with { folder in
            let found = try await StoreCapacity.measure(in: folder, steps: 400)
            #expect(found.points == 40_000)
            #expect(found.series == 100)
            for figure in [
                found.ingestPointsPerSecond, found.acknowledgementMilliseconds, found.encodePointsPerSecond,
                found.decodePointsPerSecond, found.bytesPerPoint, found.lastPointMilliseconds,
                found.dayOfMeansMilliseconds, found.dayOfSamplesMilliseconds,
            ] {
                #expect(figure > 0 && figure.isFinite)
            }
            #expect(found.bytesPerPoint < 16)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("a folder that cannot be written is named, with what to do")
    func noFolder() async {
        await #expect(throws: CapacityError.self) { _ = try await StoreCapacity.measure(in: "/proc", steps: 10) }
    }
}
