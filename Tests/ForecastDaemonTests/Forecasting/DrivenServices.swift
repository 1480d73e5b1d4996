// Store, training and forecasting joined as the daemon joins them, under a clock that the test moves: no sockets, no
// timers. A turn of forecasting happens when the test says so, and trainings are waited for.

import Logging
import RNNForecast
import SeriesStore
import Synchronization
import TestSupport

@testable import ForecastDaemon

/// The services of one life of a daemon.
struct DrivenServices: Sendable {
    let store: Store
    let forecasting: ForecastingService
    private let training: TrainingService
    private let clock: Clock
    /// What was told of alerts, in order.
    private let tellings: Tellings

    /// Transitions that reached the sink.
    final class Tellings: Sendable {
        private let all = Mutex<[AlertTransition]>([])
        func add(_ transition: AlertTransition) { all.withLock { $0.append(transition) } }
        var told: [AlertTransition] { all.withLock { $0 } }
    }

    var told: [AlertTransition] { tellings.told }

    /// The wall clock of the test.
    final class Clock: Sendable {
        private let time: Mutex<Timestamp>
        init(_ time: Timestamp) { self.time = Mutex(time) }
        var now: Timestamp { time.withLock { $0 } }
        func set(_ now: Timestamp) { time.withLock { $0 = max($0, now) } }
    }

    struct TooSlow: Error {}

    /// Opens the store at `path`, restores what is in it, runs `body`, and ends. What `body` leaves uncommitted is lost,
    /// as in a crash, unless it calls `forecasting.saveAll()`.
    static func with<Result: Sendable>(
        at path: String, now: Timestamp, trains: Bool = true, trainedLimit: Int = 100,
        _ body: @Sendable (DrivenServices) async throws -> Result
    ) async throws -> Result {
        let clock = Clock(now)
        let tellings = Tellings()
        let book = ArrivalBook()
        let store = try Store.open(
            at: path, options: Store.Options(groupCommit: .milliseconds(1)), clock: QuietClock(), now: { clock.now },
            onCommit: { book.note($0) })
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let training = TrainingService(threadCount: 1, share: 1, now: { clock.now }, logger: logger)
        var settings = PipelineSettings()
        settings.zone = .utc
        settings.trains = trains
        let forecasting = ForecastingService(
            ForecastingService.Parts(
                store: store, book: book, training: training, logger: logger, now: { clock.now },
                treatment: { _ in SeriesTreatment() }, settings: settings, trainedLimit: trainedLimit, ring: {}),
            alertSink: { _, transition, _, _ in tellings.add(transition) })
        let services = DrivenServices(
            store: store, forecasting: forecasting, training: training, clock: clock, tellings: tellings)
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.run() }
            group.addTask {
                await training.run(
                    TrainingService.Ends(
                        prepare: { await forecasting.prepare($0) }, finish: { await forecasting.finish($0, $1) }))
            }
            try await forecasting.restore()
            let result = try await body(services)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
        await store.close()
        return result
    }

    /// The id of a gauge, made if there is none.
    func gauge(_ name: String) throws -> SeriesID {
        let key = try SeriesKey(name: name, labels: [])
        return store.catalogue.intern(key, describing: { _ in (.gauge, "", .mean) }, uid: nil)
    }

    /// Commits samples, and sets the clock to the newest of them.
    func commit(_ samples: SampleBatch) async throws {
        if let newest = samples.timestamps.max() { clock.set(newest) }
        try await store.writer.submit(JournalEntry(samples: samples), urgency: .waited)
    }

    /// Turns until nothing is left to do: no news, no bin that can be closed, no training.
    func settle() async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < deadline {
            while await forecasting.turn() {}
            if await isIdle { return }
            while await isTraining, ContinuousClock.now < deadline { await Task.yield() }
        }
        throw TooSlow()
    }

    private var isTraining: Bool {
        get async {
            if await training.waiting.queued > 0 { return true }
            return await training.counts.running > 0
        }
    }

    private var isIdle: Bool {
        get async {
            if await isTraining { return false }
            return await forecasting.isIdle(now: clock.now)
        }
    }

    /// The record of every grid, lead 1 and the anchor, in order of grid and bin.
    func records() throws -> [RecordEntry] {
        try store.reader.grids().sorted { $0.id < $1.id }.flatMap { grid in
            try [0, 1].flatMap { try store.reader.record(grid: grid.id, lead: $0, bins: 0..<Int64.max) }
        }
    }
}

extension ForecastingService {
    /// Whether every bin that is closed has gone through its pipeline.
    fileprivate func isIdle(now: Timestamp) -> Bool {
        tracked.values.allSatisfy { !$0.awaitsTraining && $0.closable(now: now) < $0.pipeline.nextBin }
    }
}
