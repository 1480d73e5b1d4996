// What makes `WATCHDOG=1` honest: it is sent only while the writer and the ingest make progress. Progress is a beat of
// each; a commit that is in flight counts as progress for 90 seconds, because disks do stall that long and a restart
// would not make them faster.

import Logging
import ServiceLifecycle
import Synchronization

/// The latest signs of life of the parts that must not hang. Safe from any thread.
final class Progress: Sendable {
    private struct Beats: Sendable {
        var writer: Int64 = 0
        var ingest: Int64 = 0
        var commitSince: Int64?
    }

    private let beats = Mutex(Beats())

    /// The commit loop went round.
    func writerBeat(at now: Int64) { beats.withLock { $0.writer = now } }

    /// The event loop of the ingest answered.
    func ingestBeat(at now: Int64) { beats.withLock { $0.ingest = now } }

    /// A commit began (`since`) or ended (nil).
    func commit(inFlightSince since: Int64?) { beats.withLock { $0.commitSince = since } }

    /// Seconds for which the commit in flight has lasted, if there is one.
    func commitSeconds(now: Int64) -> Double? {
        beats.withLock { $0.commitSince.map { Double(now - $0) / 1e9 } }
    }

    /// Whether both parts have shown life within `limit` nanoseconds.
    func isAlive(now: Int64, limit: Int64) -> Bool {
        beats.withLock { beats in
            let commitCounts = beats.commitSince.map { now - $0 < Self.longestCommit } ?? false
            let writer = commitCounts || now - beats.writer < limit
            return writer && now - beats.ingest < limit
        }
    }

    /// A commit may take this long before it counts as a hang.
    static let longestCommit: Int64 = 90_000_000_000
}
