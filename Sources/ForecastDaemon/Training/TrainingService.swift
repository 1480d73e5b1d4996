// Runs trainings: takes the grid whose turn it is, asks for its request, trains on a low-priority thread, hands the
// outcome back and charges the budget. It knows neither the store nor the pipelines: both come in as closures, so that
// forecasting may ask it for trainings without the two knowing each other.

import Logging
import RNNForecast
import SeriesStore
import ServiceLifecycle

/// The owner of the training queue and its budget.
actor TrainingService {
    /// What happened to trainings since the start of the daemon.
    struct Counts: Sendable {
        var done: Int64 = 0
        var rejected: Int64 = 0
        var failed: Int64 = 0
        var running = 0
        var cpuSeconds = 0.0
        var last: Timestamp?
    }

    /// The two ends of a job.
    struct Ends: Sendable {
        /// The request of a grid, read from the store; nil when there is nothing to train any more.
        var prepare: @Sendable (GridID) async -> PreparedTraining?
        /// Takes the outcome; every prepared training comes back exactly once.
        var finish: @Sendable (PreparedTraining, Result<TrainingOutcome, TrainingError>) async -> Void
    }

    private let threads: TrainingThreads
    private let threadCount: Int
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private var queue = TrainingQueue()
    private var budget: TrainingBudget
    private(set) var counts = Counts()
    private var hasNotedNice = false
    private let turns: AsyncStream<Void>
    private let turn: AsyncStream<Void>.Continuation

    init(threadCount: Int, share: Double, now: @escaping @Sendable () -> Timestamp, logger: Logger) {
        threads = TrainingThreads(count: threadCount)
        self.threadCount = threadCount
        self.now = now
        self.logger = logger
        budget = TrainingBudget(share: share, now: now())
        (turns, turn) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks for a training of a grid.
    func ask(grid: GridID, reason: TrainingReason, isAwaited: Bool) {
        queue.add(grid: grid, reason: reason, isAwaited: isAwaited, now: now())
        turn.yield()
    }

    /// Time has passed: the budget may allow work again.
    func wake() { turn.yield() }

    /// How many grids wait, and for how long the first of them has.
    var waiting: (queued: Int, debtSeconds: Double) { (queue.count, queue.debtSeconds(now: now())) }

    /// Trains until a graceful shutdown; work that runs then is told to stop and not waited for.
    func run(_ ends: Ends) async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await _ in turns {
                    while let entry = takeNext() {
                        group.addTask { await self.train(entry, ends) }
                    }
                }
            }
        } onGracefulShutdown: { [threads, turn] in
            threads.stop()
            turn.finish()
        }
    }

    private func takeNext() -> TrainingQueue.Entry? {
        guard counts.running < threadCount else { return nil }
        budget.fill(now: now())
        guard let entry = queue.next(withinBudget: budget.allows) else { return nil }
        counts.running += 1
        return entry
    }

    /// Says once how polite the kernel lets the trainers be: a sandbox may deny it.
    private func noteNice() {
        guard !hasNotedNice else { return }
        hasNotedNice = true
        let nice = threads.actualNice
        if nice < Int(TrainingThreads.nice) {
            logger.warning(
                "training threads run at nice \(nice) instead of \(TrainingThreads.nice): setpriority is denied")
        } else {
            logger.info("training threads run at nice \(nice)")
        }
    }

    private func train(_ entry: TrainingQueue.Entry, _ ends: Ends) async {
        defer {
            counts.running -= 1
            turn.yield()
        }
        guard let prepared = await ends.prepare(entry.grid) else { return }
        let request = prepared.request
        let (result, seconds) = await threads.run { shouldStop in
            do throws(TrainingError) {
                return Result<TrainingOutcome, TrainingError>.success(
                    try RNNForecast.train(request, stop: shouldStop))
            } catch {
                return .failure(error)
            }
        }
        noteNice()
        budget.charge(cpuSeconds: seconds)
        counts.cpuSeconds += seconds
        counts.last = now()
        switch result {
        case .success(let outcome): if outcome.accepted { counts.done += 1 } else { counts.rejected += 1 }
        case .failure: counts.failed += 1
        }
        await ends.finish(prepared, result)
    }
}

/// A training that is ready to run.
struct PreparedTraining: Sendable {
    let grid: GridID
    let need: TrainingNeed
    let request: TrainingRequest
}
