// What a day costs: fifty series every ten seconds under a driven clock, with forecasts and beside it without training.
// In CI one hour of it; `FORECASTD_HOURS=24 swift test --filter DrivenDay` is the whole day, FORECASTD_SERIES=300 that of
// more series, and prints the figures. What weeks cost, once old forecasts are thinned: FORECASTD_DAYS=90, in CI three of one series.

import Glibc
import TestSupport
import Testing

@testable import ForecastDaemon
@testable import SeriesStore

@Suite("A day under a driven clock", .serialized) struct DrivenDayTests {
    /// What was counted at the end.
    struct Cost: Sendable {
        var sizes: StoreSizes
        var written: Int64
        var commits: Int64
        var issued: Int64
    }

    static let series = TestSize.value("FORECASTD_SERIES") ?? 50
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

    /// - Parameter ticks: samples of a series in one commit.
    static func run(hours: Int, series: Int, ticks: Int = 1, trains: Bool) async throws -> Cost {
        try await TemporaryFolder.with { folder in
            let before = ProcessIO.writtenBytes()
            return try await DrivenServices.with(at: folder + "/forecasts.db", now: start, trains: trains) { services in
                let ids = try (0..<series).map { try services.gauge("day_\($0)") }
                for first in stride(from: 0, to: hours * 360, by: ticks) {
                    var batch = SampleBatch()
                    for tick in first..<first + ticks {
                        let time = start + Int64(tick) * 10 * second
                        for (index, id) in ids.enumerated() {
                            batch.append(series: id, timestamp: time, value: value(tick, index))
                        }
                    }
                    try await services.commit(batch)
                    try await services.settle()
                    // What the store's own rounds do by the wall clock.
                    if first % 6 == 0 {
                        await services.store.writer.askForOldSeals()
                        await services.store.writer.askForMerges(all: false)
                    }
                    if first % 360 == 0 { await services.store.writer.expire() }
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
        let plain = try await Self.run(hours: hours, series: Self.series, trains: false)
        let full = try await Self.run(hours: hours, series: Self.series, trains: true)
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

    @Test("when weeks old, forecasts take less than half a byte a sample; in their first days less than 3.5")
    func weeks() async throws {
        let given = TestSize.value("FORECASTD_DAYS")
        let (days, series) = given.map { ($0, 20) } ?? (3, 1)
        let cost = try await Self.run(hours: days * 24, series: series, ticks: 6, trains: given != nil)
        let sizes = cost.sizes
        let perSample = Double(sizes.forecastBytes) / Double(sizes.sampleCount)
        print(
            "\(days) days of \(series) series: samples \(sizes.sampleBytes), forecasts \(sizes.forecastBytes), models "
                + "\(sizes.modelBytes), overhead \(sizes.overheadBytes), file \(sizes.fileBytes) bytes; "
                + "\(perSample) bytes of forecasts a sample")
        #expect(sizes.sampleCount == series * days * 8640)
        // Young stores hold two days of finer fans; old ones a record, and fans of thirty days beside samples of ninety.
        #expect(perSample < (days >= 90 ? 0.5 : 3.5))
    }
}
