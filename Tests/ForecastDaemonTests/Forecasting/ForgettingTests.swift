// A series is deleted under a running forecasting service: nothing of it may be served or written afterwards, and its
// name may come again.

import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Series that are deleted") struct ForgettingTests {
    private static let start: Timestamp = 1_700_000_000_000_000_000

    /// Sends `count` minutes of a series.
    private static func feed(_ services: DrivenServices, _ name: String, count: Int) async throws -> SeriesID {
        let id = services.store.catalogue.intern(
            try SeriesKey(name: name, labels: []), describing: { KindTable.describe($0) }, uid: nil)
        var batch = SampleBatch()
        for minute in 0..<count {
            batch.append(series: id, timestamp: start + Int64(minute) * 60_000_000_000, value: Double(minute % 7))
        }
        try await services.store.writer.submit(JournalEntry(samples: batch), urgency: .waited)
        while await services.forecasting.turn() {}
        return id
    }

    @Test("a forgotten series is served no more, others go on, and one of the same name begins anew")
    func forget() async throws {
        try await TemporaryFolder.with { folder in
            try await DrivenServices.with(
                at: folder + "/f.db", now: Self.start + 3_600_000_000_000, trains: false
            ) { services in
                let gone = try await Self.feed(services, "gone", count: 30)
                let stays = try await Self.feed(services, "stays", count: 30)
                #expect(await services.forecasting.served(gone) != nil)
                await services.forecasting.forget([gone])
                try await services.store.delete([gone])
                #expect(await services.forecasting.served(gone) == nil)
                #expect(await services.forecasting.served(stays) != nil)
                #expect(await services.forecasting.overview().grids == 1)
                // A connection that had the old id: dropped, and no pipeline comes of it.
                try await services.store.writer.submit(
                    JournalEntry(
                        samples: SampleBatch(series: [gone], timestamps: [Self.start + 1], values: [1])),
                    urgency: .waited)
                while await services.forecasting.turn() {}
                #expect(await services.forecasting.served(gone) == nil)
                let new = try await Self.feed(services, "gone", count: 30)
                #expect(new != gone)
                #expect(await services.forecasting.served(new) != nil)
            }
        }
    }
}
