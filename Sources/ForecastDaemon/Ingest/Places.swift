// The places of one socket while it is served: the table behind a lock, the connections that it names, and what the log
// and `status` say of them.

import Logging
import NIOCore
import Synchronization

/// Gives places to connections and closes those that have to make room. Safe from any thread.
final class Places: Sendable {
    typealias Table = PlaceTable<any Channel>

    private struct State: Sendable {
        var table: Table
        var refusedAt: ContinuousClock.Instant?
        var toldAt: ContinuousClock.Instant?
    }

    /// `ingest.sock`, for sentences.
    private let socket: String
    private let logger: Logger
    private let state: Mutex<State>

    init(socket: String, limit: Int, patience: Table.Patience, logger: Logger) {
        self.socket = socket
        self.logger = logger
        state = Mutex(State(table: Table(limit: limit, patience: patience)))
    }

    /// A place for a new connection until it closes; nil where there is none. The log says so, and who holds them, at
    /// most once a minute.
    func enter(_ channel: any Channel, peer: Peer?) -> HeldPlace? {
        let now = ContinuousClock.now
        let (entry, refusal) = state.withLock { state -> (Table.Entry?, NoPlace?) in
            if let entry = state.table.enter(channel, peer: peer, at: now) { return (entry, nil) }
            state.refusedAt = now
            if let told = state.toldAt, told.duration(to: now) < .seconds(60) { return (nil, nil) }
            state.toldAt = now
            return (nil, NoPlace(socket: socket, limit: state.table.limit, holders: state.table.holders))
        }
        if let refusal { logger.warning("\(refusal); the first of them: \(peer?.description ?? "unknown")") }
        guard let entry else { return nil }
        if let (old, its) = entry.evicted {
            logger.debug("\(socket): the mute \(its?.description ?? "client") makes room for a new one")
            old.close(promise: nil)
        }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.table.leave(entry.id) } }
        return HeldPlace(id: entry.id, places: self)
    }

    fileprivate func began(_ id: Table.ID) { state.withLock { $0.table.began(id) } }

    fileprivate func ended(_ id: Table.ID, isHalfway: Bool) {
        let now = ContinuousClock.now
        state.withLock { $0.table.ended(id, isHalfway: isHalfway, at: now) }
    }

    /// Connections now.
    var count: Int { state.withLock { $0.table.count } }

    /// Those who hold places, most first.
    var holders: [Table.Holder] { state.withLock { $0.table.holders } }

    /// That clients were refused within the last minute, and who holds the places; nil where that is not so.
    var warning: String? {
        state.withLock { state in
            guard let at = state.refusedAt, at.duration(to: .now) < .seconds(60) else { return nil }
            return NoPlace(socket: socket, limit: state.table.limit, holders: state.table.holders).description
        }
    }
}

/// One connection's place. A value that its handlers share.
struct HeldPlace: Sendable {
    fileprivate let id: Places.Table.ID
    fileprivate let places: Places

    /// A piece has come and is being worked on: until it is done the place is nobody else's.
    func began() { places.began(id) }

    /// - Parameter isHalfway: whether the piece ended in the middle of something whose rest is to come.
    func ended(isHalfway: Bool = false) { places.ended(id, isHalfway: isHalfway) }
}

/// That there is no place for a new connection, and whose they are.
struct NoPlace: CustomStringConvertible {
    let socket: String
    let limit: Int
    let holders: [Places.Table.Holder]

    var description: String {
        let shown = holders.prefix(3).map(\.description).joined(separator: ", ")
        let rest = holders.count > 3 ? " and \(holders.count - 3) more users" : ""
        return "the places of \(socket) (limits.connections: \(limit)) are taken, \(shown)\(rest): "
            + "new clients are refused"
    }
}
