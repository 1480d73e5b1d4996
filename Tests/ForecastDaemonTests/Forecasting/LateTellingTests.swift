// An alert that a catch-up finds is recorded and not sent, since it is of the past. One that still fires when the series is
// live again is of the present, and is told once.

import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Alerts after a catch-up") struct LateTellingTests {
    private static let step: Int64 = 300_000_000_000
    private static let start: Int64 = 1_700_000_100_000_000_000 / step * step

    /// Bins of a quiet series; from `shift` on it is elsewhere.
    private static func value(_ k: Int, shift: Int, back: Int) -> Double {
        Double(k * 7919 % 13) + (shift..<back ~= k ? 400 : 0)
    }

    private static func run(back: Int) async throws -> [AlertTransition] {
        let (history, live) = (1500, 1520)
        return try await TemporaryFolder.with { folder in
            try await told(at: folder + "/forecasts.db", history: history, live: live, back: back)
        }
    }

    private static func told(
        at path: String, history: Int, live: Int, back: Int
    ) async throws -> [AlertTransition] {
        try await DrivenServices.with(at: path, now: start, trains: false) { services in
            let id = try services.gauge("m")
            func commit(_ bins: Range<Int>) async throws {
                var batch = SampleBatch()
                for k in bins {
                    batch.append(
                        series: id, timestamp: start + Int64(k) * step, value: value(k, shift: 1400, back: back))
                }
                try await services.commit(batch)
                try await services.settle()
            }
            try await commit(0..<history)
            for k in history..<live { try await commit(k..<k + 1) }
            return services.told
        }
    }

    @Test("what still fires when the history has reached the present is told once")
    func stillFiring() async throws {
        #expect(try await Self.run(back: .max) == [.firing])
    }

    @Test("what has ended before is not told")
    func ended() async throws {
        #expect(try await Self.run(back: 1425) == [])
    }
}
