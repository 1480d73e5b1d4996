// How many commits there were and whether one is in flight: for `status`, for the watchdog (a disk that stalls is not a
// daemon that hangs), and for whoever wants to see that lone lines do not cost an fsync each.

import Synchronization

/// Counts commits. Safe from any thread.
public final class CommitMeter: Sendable {
    private struct Reading: Sendable {
        var commits: Int64 = 0
        var inFlightSince: Timestamp?
        var isFull = false
    }

    private let reading = Mutex(Reading())

    /// Commits since the store was opened; each is one fsync.
    public var commits: Int64 { reading.withLock { $0.commits } }

    /// When the commit in flight began, wall clock; nil while there is none.
    public var inFlightSince: Timestamp? { reading.withLock { $0.inFlightSince } }

    /// Whether the last try to commit found no space.
    public var isFull: Bool { reading.withLock { $0.isFull } }

    func begin(at now: Timestamp) { reading.withLock { $0.inFlightSince = now } }

    func end(committed: Bool, isFull: Bool = false) {
        reading.withLock { reading in
            reading.inFlightSince = nil
            reading.isFull = isFull
            if committed { reading.commits += 1 }
        }
    }
}
