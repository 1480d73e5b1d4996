// What makes `WATCHDOG=1` honest: it is sent only while the writer and the ingest make progress. Progress is a beat of
// each; a commit that is in flight counts as progress for 90 seconds, because disks do stall that long and a restart
// would not make them faster. All of it is on a monotonic clock: a step of the wall clock is neither life nor death.

import Synchronization

/// The latest signs of life of the parts that must not hang. Safe from any thread.
final class Progress: Sendable {
    private struct Beats: Sendable {
        var writer: Int64
        var ingest: Int64
        /// Which commit is in flight, and when it was first seen.
        var commit: (token: Int64, seen: Int64)?
    }

    private let now: @Sendable () -> Int64
    private let beats: Mutex<Beats>

    /// A commit may take this long before it counts as a hang.
    static let longestCommit: Int64 = 90_000_000_000

    /// - Parameter now: a monotonic clock, in nanoseconds. Both parts count as alive from here on, as if they had beaten.
    init(now: @escaping @Sendable () -> Int64 = { Environment.monotonicMicroseconds() * 1000 }) {
        self.now = now
        let start = now()
        beats = Mutex(Beats(writer: start, ingest: start))
    }

    /// The commit loop went round.
    func writerBeat() { beats.withLock { $0.writer = now() } }

    /// The event loop of the ingest answered.
    func ingestBeat() { beats.withLock { $0.ingest = now() } }

    /// Which commit is in flight, or nil. To be told once a second, by somebody who does not wait for the writer.
    ///
    /// - Parameter token: anything that differs from one commit to the next.
    func commit(inFlight token: Int64?) {
        beats.withLock { beats in
            guard let token else { return beats.commit = nil }
            if beats.commit?.token != token { beats.commit = (token, now()) }
        }
    }

    /// Seconds for which the commit in flight has lasted, if there is one.
    var commitSeconds: Double? {
        beats.withLock { beats in beats.commit.map { Double(now() - $0.seen) / 1e9 } }
    }

    /// Whether both parts have shown life within `limit`. While a commit is in flight its age decides for the writer,
    /// not the beat: the writer itself takes its turns while it waits for the disk.
    func isAlive(within limit: Duration) -> Bool {
        let (now, limit) = (now(), limit.nanoseconds)
        return beats.withLock { beats in
            let writer = beats.commit.map { now - $0.seen < Self.longestCommit } ?? (now - beats.writer < limit)
            return writer && now - beats.ingest < limit
        }
    }
}

extension Duration {
    /// Whole nanoseconds; a watchdog's interval fits by far.
    fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
