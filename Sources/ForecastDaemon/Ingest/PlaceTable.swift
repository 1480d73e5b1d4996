// Who holds the places of one socket (`limits.connections`), and who has to give one up when they run out. Two rules
// keep one careless or hostile user from shutting out the others:
//
// - An eighth of the places is kept for users who hold less than an eighth of them.
// - Where a new client finds no place, the connection that has been mute for longest makes room: of the user who holds
//   the most, and never of one who holds fewer than the newcomer's user. A connection that somebody works on, or that
//   holds the beginning of a line, is never taken.
//
// Pure: no socket, no clock. `Handle` stands for the connection, whatever that is.

/// The places of one socket.
struct PlaceTable<Handle: Sendable>: Sendable {
    typealias ID = UInt64
    typealias Instant = ContinuousClock.Instant

    /// How long a connection may say nothing before it can be taken for a new one.
    struct Patience: Sendable {
        /// One that has never said anything.
        var mute: Duration
        /// One that has spoken before.
        var silent: Duration
    }

    /// A place was given, perhaps that of another, which is now to be closed.
    struct Entry {
        let id: ID
        let evicted: (handle: Handle, peer: Peer?)?
    }

    /// How many places a user holds, and through which processes.
    struct Holder: Sendable, Equatable {
        let uid: UInt32?
        let places: Int
        /// Those with the most places first.
        let pids: [Int32]
    }

    private struct Place {
        let handle: Handle
        let peer: Peer?
        /// Pieces that are being worked on.
        var work = 0
        /// It holds the beginning of something whose rest has not come.
        var isHalfway = false
        var hasSpoken = false
        /// When it came, or when its last piece was done.
        var silentSince: Instant
    }

    let limit: Int
    private let patience: Patience
    private var places: [ID: Place] = [:]
    private var lastID: ID = 0

    init(limit: Int, patience: Patience) {
        self.limit = limit
        self.patience = patience
    }

    var count: Int { places.count }

    /// Places that are kept for users who hold fewer than these.
    private var kept: Int { limit / 8 }

    /// A new connection asks for a place; nil if there is none for it.
    ///
    /// - Complexity: a look at every place where they run out, else constant but for the last eighth.
    mutating func enter(_ handle: Handle, peer: Peer?, at now: Instant) -> Entry? {
        var evicted: (handle: Handle, peer: Peer?)?
        if !hasRoom(for: peer?.uid) {
            guard let victim = victim(for: peer?.uid, at: now), let place = places.removeValue(forKey: victim) else {
                return nil
            }
            evicted = (place.handle, place.peer)
        }
        lastID += 1
        places[lastID] = Place(handle: handle, peer: peer, silentSince: now)
        return Entry(id: lastID, evicted: evicted)
    }

    /// A piece has come and is being worked on.
    mutating func began(_ id: ID) {
        places[id]?.work += 1
        places[id]?.hasSpoken = true
    }

    /// It is done.
    ///
    /// - Parameter isHalfway: whether it ended in the middle of something.
    mutating func ended(_ id: ID, isHalfway: Bool, at now: Instant) {
        places[id]?.work -= 1
        places[id]?.isHalfway = isHalfway
        places[id]?.silentSince = now
    }

    mutating func leave(_ id: ID) { places[id] = nil }

    /// Those who hold places, most first.
    var holders: [Holder] {
        Dictionary(grouping: places.values.map(\.peer)) { $0?.uid }
            .map { uid, peers in
                let pids = Dictionary(grouping: peers.compactMap { $0?.pid }) { $0 }
                    .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
                return Holder(uid: uid, places: peers.count, pids: pids.map(\.key))
            }
            .sorted { ($1.places, $0.uid ?? .max) < ($0.places, $1.uid ?? .max) }
    }

    private func hasRoom(for uid: UInt32?) -> Bool {
        if count < limit - kept { return true }
        return count < limit && held(by: uid) < kept
    }

    private func held(by uid: UInt32?) -> Int { places.values.count { $0.peer?.uid == uid } }

    private func victim(for uid: UInt32?, at now: Instant) -> ID? {
        var held: [UInt32?: Int] = [:]
        for place in places.values { held[place.peer?.uid, default: 0] += 1 }
        let own = held[uid] ?? 0
        var best: (id: ID, held: Int, since: Instant)?
        for (id, place) in places where canBeSpared(place, at: now) {
            let found = (id: id, held: held[place.peer?.uid] ?? 0, since: place.silentSince)
            guard found.held >= own else { continue }
            guard let known = best else {
                best = found
                continue
            }
            if (known.held, found.since, found.id) < (found.held, known.since, known.id) { best = found }
        }
        return best?.id
    }

    private func canBeSpared(_ place: Place, at now: Instant) -> Bool {
        let wait = place.hasSpoken ? patience.silent : patience.mute
        return place.work == 0 && !place.isHalfway && place.silentSince.duration(to: now) >= wait
    }
}

extension PlaceTable.Holder: CustomStringConvertible {
    /// `1020 by uid 1000 (pid 4711, 4712 and 3 more)`
    var description: String {
        let shown = pids.prefix(3).map(String.init).joined(separator: ", ")
        let rest = pids.count > 3 ? " and \(pids.count - 3) more" : ""
        return "\(places) by \(uid.map { "uid \($0)" } ?? "an unknown user") (pid \(shown)\(rest))"
    }
}
