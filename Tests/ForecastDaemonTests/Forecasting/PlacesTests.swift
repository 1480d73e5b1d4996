// Places among `limits.trained`: who waits gets one that is free, and a live series that of a silent one.

import RNNForecast
import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Places among limits.trained") struct PlacesTests {
    private static let minute: Int64 = 60_000_000_000
    private static let start: Timestamp = 1_700_000_000_000_000_000 / minute * minute

    /// Sends a value a minute, and takes all turns.
    private static func feed(_ services: DrivenServices, _ name: String, minutes: Range<Int64>) async throws -> SeriesID
    {
        let id = try services.gauge(name)
        var batch = SampleBatch()
        for minute in minutes {
            batch.append(series: id, timestamp: start + minute * Self.minute, value: Double(minute % 7))
        }
        try await services.commit(batch)
        while await services.forecasting.turn() {}
        return id
    }

    /// Whether a better model is to come than the last value.
    private static func isTrained(_ id: SeriesID, _ services: DrivenServices) async -> Bool {
        await services.forecasting.served(id)?.status.nextModel != nil
    }

    @Test("the place of a series that is deleted goes to the one that waits longest")
    func deleted() async throws {
        try await TemporaryFolder.with { folder in
            try await DrivenServices.with(at: folder + "/f.db", now: Self.start, trainedLimit: 1) { services in
                let first = try await Self.feed(services, "first", minutes: 0..<30)
                let second = try await Self.feed(services, "second", minutes: 0..<30)
                let third = try await Self.feed(services, "third", minutes: 0..<30)
                #expect(await Self.isTrained(first, services))
                #expect(await !Self.isTrained(second, services))
                #expect(await services.forecasting.overview().beyondLimit == 2)
                await services.forecasting.forget([first])
                try await services.store.delete([first])
                // A newcomer comes after those who wait.
                let fourth = try await Self.feed(services, "fourth", minutes: 0..<31)
                #expect(await Self.isTrained(second, services))
                #expect(await !Self.isTrained(third, services))
                #expect(await !Self.isTrained(fourth, services))
                #expect(await services.forecasting.overview().beyondLimit == 2)
            }
        }
    }

    @Test("a series silent for a day gives its place to a live one, and waits if it speaks again")
    func silent() async throws {
        try await TemporaryFolder.with { folder in
            try await DrivenServices.with(at: folder + "/f.db", now: Self.start, trainedLimit: 1) { services in
                let first = try await Self.feed(services, "first", minutes: 0..<30)
                let second = try await Self.feed(services, "second", minutes: 0..<30)
                let day: Int64 = 24 * 60
                _ = try await Self.feed(services, "second", minutes: day..<(day + 10))
                #expect(await Self.isTrained(first, services), "it has not been silent for a day")
                _ = try await Self.feed(services, "second", minutes: (day + 20)..<(day + 40))
                while await services.forecasting.turn() {}
                #expect(await Self.isTrained(second, services))
                #expect(await !Self.isTrained(first, services))
                #expect(await services.forecasting.overview().beyondLimit == 1)
                _ = try await Self.feed(services, "first", minutes: (day + 40)..<(day + 60))
                while await services.forecasting.turn() {}
                #expect(await Self.isTrained(second, services))
                #expect(await !Self.isTrained(first, services))
            }
        }
    }

    @Test("a series that gets a place late is trained on all it has")
    func late() async throws {
        try await TemporaryFolder.with { folder in
            try await DrivenServices.with(at: folder + "/f.db", now: Self.start, trainedLimit: 1) { services in
                let first = try await Self.feed(services, "first", minutes: 0..<10)
                let second = try await Self.feed(services, "second", minutes: 0..<300)
                try await services.settle()
                #expect(await services.forecasting.overview().withModel == 0)
                await services.forecasting.forget([first])
                try await services.store.delete([first])
                while await services.forecasting.turn() {}
                _ = try await Self.feed(services, "second", minutes: 300..<303)
                try await services.settle()
                #expect(await services.forecasting.served(second)?.status.kind == .ridge)
            }
        }
    }
}
