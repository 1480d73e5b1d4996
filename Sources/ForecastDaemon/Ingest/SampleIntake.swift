// Where every feeder's samples go in: the ingest socket, HTTP writes, imports. It gives series their ids within the
// limits, counts what came and what was refused and from whom, and hands the samples to the writer. It knows no socket.

import Logging
import SeriesStore
import Synchronization

/// The one entry for samples. Safe from any task.
final class SampleIntake: Sendable {
    /// What was taken and refused since the start of the daemon.
    struct Counts: Sendable {
        var points: Int64 = 0
        var refused: Int64 = 0
        var strings: Int64 = 0
        var reasons: [String: Int64] = [:]
    }

    private struct State: Sendable {
        var counts = Counts()
        var newSeries: NewSeriesLimit
        /// Problems logged in the current minute: a broken client must not fill the journal.
        var logMinute: Int64 = .min
        var logged = 0
    }

    let store: Store
    let now: @Sendable () -> Timestamp
    private let describe: @Sendable (SeriesKey) -> (SeriesKind, String, Aggregate)
    private let logger: Logger
    private let state: Mutex<State>

    /// Problems that are logged in one minute; the rest is only counted.
    private static let problemsPerMinute = 10

    /// - Parameter describe: kind, unit and aggregate of a new series.
    init(
        store: Store, limits: NewSeriesLimit,
        describe: @escaping @Sendable (SeriesKey) -> (SeriesKind, String, Aggregate), logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.describe = describe
        self.store = store
        self.logger = logger
        self.now = now
        state = Mutex(State(newSeries: limits))
    }

    /// The id of a series for a client: the known one, or a new one within the limits.
    func resolve(_ key: SeriesKey, for peer: Peer?, isImport: Bool = false) -> SeriesResolution {
        if let id = store.catalogue.find(key) { return .known(id) }
        let refusal = state.withLock {
            $0.newSeries.refusal(for: peer, existing: store.catalogue.count, now: now(), isImport: isImport)
        }
        if let refusal { return .refused(refusal) }
        let id = store.catalogue.intern(
            key, describing: describe, uid: peer.map { Int64($0.uid) })
        return .known(id)
    }

    /// Hands samples to the writer; waits while its queue is full, which stops the reading of the caller's socket.
    ///
    /// - Parameter urgency: `.offered` where the client can be told that the disk is full.
    /// - Throws: `StoreError`; what was not taken may be sent again.
    func take(
        _ intake: LineIngest.Intake, from peer: Peer?, over transport: String, urgency: Urgency
    ) async throws(StoreError) {
        note(intake, from: peer, over: transport)
        guard !intake.samples.isEmpty else { return }
        try await store.writer.submit(JournalEntry(samples: intake.samples), urgency: urgency)
    }

    /// Counts, and logs the first problems of each minute.
    private func note(_ intake: LineIngest.Intake, from peer: Peer?, over transport: String) {
        let minute = now() / 60_000_000_000
        let toLog = state.withLock { state -> [LineProtocolError] in
            state.counts.points += Int64(intake.samples.count)
            state.counts.refused += Int64(intake.refused)
            state.counts.strings += Int64(intake.strings)
            for (reason, count) in intake.reasons { state.counts.reasons[reason, default: 0] += Int64(count) }
            if state.logMinute != minute {
                state.logMinute = minute
                state.logged = 0
            }
            let room = max(0, Self.problemsPerMinute - state.logged)
            state.logged += min(room, intake.problems.count)
            return Array(intake.problems.prefix(room))
        }
        for problem in toLog {
            logger.warning("\(transport), \(peer?.description ?? "unknown client"): \(problem)")
        }
    }

    /// The counts so far.
    var counts: Counts { state.withLock { $0.counts } }

    /// Clients that were refused new series.
    var offenders: [(uid: Int64, refused: Int64, limit: String)] { state.withLock { $0.newSeries.offenders } }

    /// New limits after a reload.
    func limit(total: Int, perMinute: Int) {
        state.withLock {
            $0.newSeries.total = total
            $0.newSeries.perMinute = perMinute
        }
    }
}
