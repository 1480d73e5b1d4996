// Which clients of the API are connected and ask nothing, and since when. Nobody needs such a connection as much as a new
// client does, so the longest idle one is closed when places run out; it may come again.

import NIOCore
import Synchronization

/// The idle connections of one server. Safe from any thread.
final class IdleConnections: Sendable {
    private struct Idle: Sendable {
        let channel: any Channel
        let since: ContinuousClock.Instant
    }

    private let idle = Mutex<[ObjectIdentifier: Idle]>([:])

    /// A client has come and has asked nothing yet; its channel is about to become active.
    func come(_ channel: any Channel) {
        idle.withLock { $0[ObjectIdentifier(channel)] = Idle(channel: channel, since: .now) }
        channel.closeFuture.whenComplete { [self] _ in remove(channel) }
    }

    /// Its answer has gone out.
    func answered(_ channel: any Channel) {
        idle.withLock { $0[ObjectIdentifier(channel)] = Idle(channel: channel, since: .now) }
        // It may have gone before; then nothing else would take it out again.
        if !channel.isActive { remove(channel) }
    }

    /// A client asks, or is gone.
    func remove(_ channel: any Channel) { idle.withLock { $0[ObjectIdentifier(channel)] = nil } }

    /// Closes the one that has been idle longest, if there is one.
    func closeOldest() {
        let oldest = idle.withLock { idle -> (any Channel)? in
            guard let found = idle.min(by: { $0.value.since < $1.value.since }) else { return nil }
            idle[found.key] = nil
            return found.value.channel
        }
        oldest?.close(promise: nil)
    }
}
