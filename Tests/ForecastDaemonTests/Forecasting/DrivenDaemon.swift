// The daemon's middle (store, forecasting, training) joined as the composition root joins it, in one process and under a
// clock that the test drives: a day passes as fast as the machine can work. A real SQLite file; no sockets.

import Logging
import SeriesStore
import Synchronization

@testable import ForecastDaemon

/// A daemon without sockets whose wall clock stands still until it is told to move.
final class DrivenDaemon: Sendable {
    /// How the daemon is set up.
    struct Setup {
        var trains = true
        /// Where the clock stands at first.
        var start: Timestamp
    }

    let store: Store
    let forecasting: ForecastingService
    let training: TrainingService
    private let clock: Clock
    private let told = Told()

    init(path: String, setup: Setup) throws {
        let time = Clock(setup.start)
        let book = ArrivalBook()
        // Whoever waits is committed at once, so a group-commit time would only wait for a real clock.
        store = try Store.open(
            at: path, options: Store.Options(groupCommit: .milliseconds(1)), now: { time.now }, onCommit: book.note)
        training = TrainingService(
            threadCount: 1, share: 1, now: { time.now }, logger: Logger(label: "driven"))
        var settings = PipelineSettings()
        settings.trains = setup.trains
        let told = told
        forecasting = ForecastingService(
            ForecastingService.Parts(
                store: store, book: book, training: training, logger: Logger(label: "driven"), now: { time.now },
                treatment: { _ in SeriesTreatment() }, settings: settings, trainedLimit: 2000, ring: {}),
            alertSink: { row, transition, _, _ in told.add(row, transition) })
        clock = time
    }

    /// Alerts that were told, in order.
    var alerts: [(AlertRow, AlertTransition)] { told.all }

    /// Runs `body` while the store's and the trainer's loops run; then stops as the daemon does.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (DrivenDaemon) async throws -> Result
    ) async throws -> Result {
        let loops = Task { [store] in try await store.run() }
        let trainer = Task { [training, forecasting] in
            await training.run(
                TrainingService.Ends(
                    prepare: { await forecasting.prepare($0) }, finish: { await forecasting.finish($0, $1) }))
        }
        let result: Result
        do {
            result = try await body(self)
        } catch {
            trainer.cancel()
            loops.cancel()
            throw error
        }
        await forecasting.saveAll()
        await training.end()
        await trainer.value
        loops.cancel()
        try await loops.value
        await store.close()
        return result
    }

    /// Moves the clock.
    func advance(to now: Timestamp) { clock.now = now }

    /// Commits samples and lets forecasting work until nothing is left to do at this moment, trainings included.
    func feed(_ batch: SampleBatch) async throws {
        if !batch.isEmpty { try await store.writer.submit(JournalEntry(samples: batch), urgency: .waited) }
        try await settle()
    }

    /// Turns until no series has a closed bin before it and no training is under way.
    func settle() async throws {
        while true {
            while await forecasting.turn() {}
            if await forecasting.isSettled { return }
            await Task.yield()
        }
    }
}

/// The wall clock of a driven daemon.
private final class Clock: Sendable {
    private let value: Mutex<Timestamp>
    init(_ start: Timestamp) { value = Mutex(start) }
    var now: Timestamp {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}

/// What the alert sink was told.
private final class Told: Sendable {
    private let rows = Mutex<[(AlertRow, AlertTransition)]>([])
    func add(_ row: AlertRow, _ transition: AlertTransition) { rows.withLock { $0.append((row, transition)) } }
    var all: [(AlertRow, AlertTransition)] { rows.withLock { $0 } }
}
