// A series that changes how often it comes.

import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Change of rhythm") struct RhythmTests {
    private static let start = EventTimeTests.start

    private static func samples(_ id: SeriesID, _ count: Int, every seconds: Int64, from: Timestamp) -> SampleBatch {
        var batch = SampleBatch()
        for k in 0..<Int64(count) {
            batch.append(series: id, timestamp: from + k * seconds * 1_000_000_000, value: Double(k % 7))
        }
        return batch
    }

    @Test("a series goes on in another grid once its rhythm has changed for good, and after a restart, and back again")
    func change() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder + "/forecasts.db"
            let slow = Self.start + 200 * 60_000_000_000
            let fast = slow + 400 * 600_000_000_000
            try await DrivenServices.with(at: path, now: Self.start, trains: false) { services in
                let id = try services.gauge("changing")
                try await services.commit(Self.samples(id, 200, every: 60, from: Self.start))
                try await services.settle()
                #expect(await services.forecasting.served(id)?.stepSeconds == 60)
                try await services.commit(Self.samples(id, 400, every: 600, from: slow))
                try await services.settle()
                let served = try #require(await services.forecasting.served(id))
                #expect(served.stepSeconds == 900)
                #expect(served.fan?.stepSeconds == 900)
                #expect(try services.store.reader.grids().count == 2)
                await services.forecasting.saveAll()
            }
            let now = slow + 400 * 600_000_000_000
            try await DrivenServices.with(at: path, now: now, trains: false) { services in
                let id = try services.gauge("changing")
                #expect(await services.forecasting.served(id)?.stepSeconds == 900)
                let before = try services.records().filter { $0.lead == 1 }
                try await services.commit(Self.samples(id, 400, every: 60, from: fast))
                try await services.settle()
                #expect(await services.forecasting.served(id)?.stepSeconds == 60)
                // What had been said stays as it was said.
                let after = Set(try services.records())
                #expect(before.allSatisfy(after.contains))
                #expect(try services.store.reader.grids().count == 2)
                await services.forecasting.saveAll()
            }
            try await DrivenServices.with(at: path, now: fast + 400 * 60_000_000_000, trains: false) { services in
                let id = try services.gauge("changing")
                #expect(await services.forecasting.served(id)?.stepSeconds == 60)
            }
        }
    }
}
