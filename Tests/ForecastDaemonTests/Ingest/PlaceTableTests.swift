// Who gets a place, who gives one up, and who never does.

import Testing

@testable import ForecastDaemon

@Suite("Places of a socket") struct PlaceTableTests {
    private let start = ContinuousClock.now
    private let patience = PlaceTable<Int>.Patience(mute: .seconds(1), silent: .seconds(60))

    private func peer(_ uid: UInt32, pid: Int32 = 1) -> Peer { Peer(pid: pid, uid: uid, gid: 0) }

    /// A table of 16 places, of which two are kept, with all that one user may have in his hands.
    private func full(of uid: UInt32) -> (table: PlaceTable<Int>, ids: [PlaceTable<Int>.ID]) {
        var table = PlaceTable<Int>(limit: 16, patience: patience)
        let ids = (0..<14).compactMap { table.enter($0, peer: peer(uid), at: start + .milliseconds($0))?.id }
        return (table, ids)
    }

    @Test("a user who has filled the socket gets no more places, and others find theirs")
    func share() {
        var (table, ids) = full(of: 1000)
        #expect(ids.count == 14)
        for id in ids { table.began(id) }
        #expect(table.enter(100, peer: peer(1000), at: start) == nil)
        #expect(table.enter(101, peer: peer(1001), at: start)?.evicted == nil)
        #expect(table.enter(102, peer: peer(1002), at: start)?.evicted == nil)
        #expect(table.count == 16)
        #expect(table.enter(103, peer: peer(1003), at: start) == nil)
        table.leave(ids[0])
        #expect(table.enter(104, peer: peer(1003), at: start) != nil)
    }

    @Test("the longest mute connection makes room once it has been mute for long enough")
    func mute() {
        var (table, ids) = full(of: 1000)
        #expect(table.enter(100, peer: peer(1000), at: start + .milliseconds(999)) == nil)
        table.began(ids[0])
        table.ended(ids[0], isHalfway: false, at: start)
        #expect(table.enter(100, peer: peer(1000), at: start + .seconds(2))?.evicted?.handle == 1)
        #expect(table.enter(101, peer: peer(1000), at: start + .seconds(61))?.evicted?.handle == 0)
        #expect(table.count == 14)
    }

    @Test("a connection that is worked on or holds half a line is never taken")
    func busy() {
        var (table, ids) = full(of: 1000)
        for id in ids { table.began(id) }
        let late = start + .seconds(1_000_000)
        #expect(table.enter(100, peer: peer(1000), at: late) == nil)
        for id in ids { table.ended(id, isHalfway: true, at: start) }
        #expect(table.enter(100, peer: peer(1000), at: late) == nil)
        // Two pieces, of which one is done.
        table.began(ids[3])
        table.began(ids[3])
        table.ended(ids[3], isHalfway: false, at: start)
        #expect(table.enter(100, peer: peer(1000), at: late) == nil)
        table.ended(ids[3], isHalfway: false, at: start)
        #expect(table.enter(100, peer: peer(1000), at: late)?.evicted?.handle == 3)
    }

    @Test("a user who holds many places takes none from one who holds few, and gives his own to him")
    func fairness() {
        var table = PlaceTable<Int>(limit: 16, patience: patience)
        // Two of another user, mute for longest.
        for handle in 0..<2 { _ = table.enter(handle, peer: peer(1), at: start) }
        let ids = (2..<14).compactMap { table.enter($0, peer: peer(1000), at: start + .seconds(1))?.id }
        let late = start + .seconds(100)
        #expect(table.enter(100, peer: peer(1000), at: late)?.evicted?.handle == 2)
        #expect(table.enter(101, peer: peer(1), at: late)?.evicted?.handle == 3)
        for id in ids { table.began(id) }
        #expect(table.enter(102, peer: peer(1000), at: start + .seconds(100)) == nil)
    }

    @Test("holders are named with their processes, the greatest first")
    func holders() {
        var table = PlaceTable<Int>(limit: 100, patience: patience)
        for pid in [7, 8, 8, 9, 10] { _ = table.enter(0, peer: peer(1000, pid: Int32(pid)), at: start) }
        _ = table.enter(0, peer: peer(0, pid: 1), at: start)
        _ = table.enter(0, peer: nil, at: start)
        #expect(
            table.holders.map(\.description) == [
                "5 by uid 1000 (pid 8, 7, 9 and 1 more)", "1 by uid 0 (pid 1)", "1 by an unknown user (pid )",
            ])
    }
}
