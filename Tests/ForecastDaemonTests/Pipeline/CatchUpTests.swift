// In catch-up only lead 1 of a last value is made; it must be what the whole fan would have said.

import RNNForecast
import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Catch-up") struct CatchUpTests {
    /// A walk of a size, that rests for a while now and then, and is missing now and then.
    private func walk(_ size: Double, from start: Double, seed: UInt64) -> [Double] {
        var random = SeededRandom(seed: seed)
        var level = start
        return (0..<700).map { k in
            if k / 90 % 3 != 1 { level += size * (random.uniform() - 0.5) }
            return random.uniform() < 0.02 ? .nan : level
        }
    }

    @Test(
        "writes the same record as bins that were closed one by one as they came, whatever the size of the values",
        arguments: [(1, 0), (1e-9, 0), (1e-9, 1e3), (1e12, 0), (1, 1e12), (1e-3, -5)] as [(Double, Double)])
    func sameRecord(size: Double, start: Double) {
        for seconds in [60, 300] as [Int64] {
            func records(backfilled: Bool) -> [RecordEntry] {
                var settings = PipelineSettings()
                settings.trains = false
                var pipeline = SeriesPipeline(
                    plan: .near(stepSeconds: seconds), series: 3, grid: 7, firstBin: 0, settings: settings)
                var found: [RecordEntry] = []
                for (bin, value) in walk(size, from: start, seed: 5).enumerated() {
                    let events = pipeline.close(bin: Int64(bin), value: value, backfilled: backfilled, issuedAt: 0)
                    for case .record(var entry) in events {
                        entry.backfilled = false
                        found.append(entry)
                    }
                }
                return found
            }
            let (past, live) = (records(backfilled: true), records(backfilled: false))
            #expect(past.count > 600)
            #expect(past == live, "size \(size) from \(start) at \(seconds) s")
        }
    }
}
