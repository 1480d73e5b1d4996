// Samples of a time that has not come, in a real store: when `status` speaks of them, and what it says.

import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Samples of the future") struct FutureSamplesTests {
    private static let now: Timestamp = 1_700_000_000_000_000_000
    private static let minute: Int64 = 60_000_000_000

    /// A store whose series end so many minutes after `now`.
    private static func sentence(minutesAhead: [Int64], skew: Int64 = 10) async throws -> String? {
        try await TemporaryFolder.with { folder in
            try await DrivenServices.with(at: folder + "/forecasts.db", now: now, trains: false) { services in
                var batch = SampleBatch()
                for (index, ahead) in minutesAhead.enumerated() {
                    batch.append(
                        series: try services.gauge("m\(index)"), timestamp: now + ahead * minute, value: 1)
                }
                try await services.store.writer.submit(JournalEntry(samples: batch), urgency: .waited)
                let found = await FutureSamples.found(
                    in: services.store, newest: try services.store.reader.sizes().newest, now: now,
                    skew: skew * minute)
                return found?.sentence(now: now)
            }
        }
    }

    @Test("what lies within the skew that is allowed is no news")
    func usual() async throws {
        #expect(try await Self.sentence(minutesAhead: [0, 9, 11]) == nil)
        #expect(try await Self.sentence(minutesAhead: [100], skew: 100) == nil)
    }

    @Test("the series that is furthest ahead is named, with the others counted and what to do")
    func named() async throws {
        let sentence = try #require(try await Self.sentence(minutesAhead: [0, 120, 7200, 60]))
        #expect(
            sentence.hasPrefix("m2 and 2 other series have samples up to 5 d ahead of this host's clock"), "\(sentence)"
        )
        #expect(sentence.contains("forecastd delete 'm2' --from 2023-11-14T22:13:20Z"))
    }
}
