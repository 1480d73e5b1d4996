// How many commits there were and whether one is in flight: for `status`, for the watchdog (a disk that stalls is not a
// daemon that hangs), for whoever wants to see that lone lines do not cost an fsync each, and for readers that have seen
// in the file what memory does not say yet.

import Synchronization

/// Counts commits. Safe from any thread.
public final class CommitMeter: Sendable {
    private struct Reading: Sendable {
        var commits: Int64 = 0
        var inFlightSince: Timestamp?
        var isFull = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let reading = Mutex(Reading())

    /// Commits since the store was opened; each is one fsync.
    public var commits: Int64 { reading.withLock { $0.commits } }

    /// When the commit in flight began, wall clock; nil while there is none.
    public var inFlightSince: Timestamp? { reading.withLock { $0.inFlightSince } }

    /// Whether the last try to commit found no space.
    public var isFull: Bool { reading.withLock { $0.isFull } }

    /// Returns when the commit in flight, if there is one, has ended: then memory says what the file said when this was
    /// called.
    func settled() async {
        await withCheckedContinuation { continuation in
            let isIdle = reading.withLock { reading in
                if reading.inFlightSince == nil { return true }
                reading.waiting.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    func begin(at now: Timestamp) { reading.withLock { $0.inFlightSince = now } }

    /// The commit is in the file and in memory, or in neither.
    func end(committed: Bool, isFull: Bool = false) {
        let waiting = reading.withLock { reading in
            reading.inFlightSince = nil
            reading.isFull = isFull
            if committed { reading.commits += 1 }
            defer { reading.waiting = [] }
            return reading.waiting
        }
        for reader in waiting { reader.resume() }
    }
}
