// What a day costs: fifty series every ten seconds under a driven clock, with forecasts and beside it without training.
// In CI one hour of it; `FORECASTD_HOURS=24 swift test --filter DrivenDay` is the whole day, and prints the figures.

import Glibc
import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("A day under a driven clock", .serialized) struct DrivenDayTests {
    /// What was counted at the end.
    struct Cost: Sendable {
        var sizes: StoreSizes
        var written: Int64
        var commits: Int64
        var issued: Int64
    }

    static let series = 50
    static let second: Int64 = 1_000_000_000
    static let start: Int64 = 1_700_000_100 * second

    /// Load-like: a daily wave, correlated noise, two decimals.
    static func value(_ tick: Int, _ series: Int) -> Double {
        let day = sin(2 * Double.pi * Double(tick) / 8640 + Double(series))
        var mixed = UInt64(tick / 6 * 131 + series) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 29
        let noise = Double(mixed % 2000) / 1000 - 1
        return ((40 + 15 * day + 4 * noise) * 100).rounded() / 100
    }

    static func run(hours: Int, trains: Bool) async throws -> Cost {
        try await TemporaryFolder.with { folder in
            let before = ProcessIO.writtenBytes()
            return try await DrivenServices.with(at: folder + "/forecasts.db", now: start, trains: trains) { services in
                let ids = try (0..<series).map { try services.gauge("day_\($0)") }
                for tick in 0..<(hours * 360) {
                    let time = start + Int64(tick) * 10 * second
                    var batch = SampleBatch()
                    for (index, id) in ids.enumerated() {
                        batch.append(series: id, timestamp: time, value: value(tick, index))
                    }
                    try await services.commit(batch)
                    try await services.settle()
                }
                await services.forecasting.saveAll()
                let overview = await services.forecasting.overview()
                return Cost(
                    sizes: try services.store.reader.sizes(), written: ProcessIO.writtenBytes() - before,
                    commits: services.store.writer.meter.commits, issued: overview.counts.issued)
            }
        }
    }

    @Test("forecasts stay cheap beside their samples, and every minute of every series has its forecast")
    func cost() async throws {
        let hours = TestSize.value("FORECASTD_HOURS") ?? 1
        let plain = try await Self.run(hours: hours, trains: false)
        let full = try await Self.run(hours: hours, trains: true)
        for (name, cost) in [("training off", plain), ("training on ", full)] {
            let sizes = cost.sizes
            print(
                "\(name), \(hours) h: samples \(sizes.sampleBytes), forecasts \(sizes.forecastBytes), models "
                    + "\(sizes.modelBytes), overhead \(sizes.overheadBytes), file \(sizes.fileBytes) bytes; "
                    + "written \(cost.written) bytes in \(cost.commits) commits; \(cost.issued) forecasts issued")
        }
        // One origin a minute and series, but for the first two minutes and the last.
        #expect(full.issued >= Int64(Self.series * (hours * 60 - 4)))
        #expect(full.sizes.sampleCount == Self.series * hours * 360)
    }
}
