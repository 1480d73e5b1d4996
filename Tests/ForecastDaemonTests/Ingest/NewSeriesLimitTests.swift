// How many new series a client and all clients together may make, and how the refusal is told.

import Testing

@testable import ForecastDaemon

@Suite("Limits of new series") struct NewSeriesLimitTests {
    let minute: Int64 = 60_000_000_000
    let alice = Peer(pid: 1, uid: 1000, gid: 1000)
    let bob = Peer(pid: 2, uid: 1001, gid: 1001)

    @Test("one client's flood is refused, another client goes on")
    func perClient() {
        var limit = NewSeriesLimit(total: 100, perMinute: 3)
        for existing in 0..<3 { #expect(limit.refusal(for: alice, existing: existing, now: 0) == nil) }
        #expect(limit.refusal(for: alice, existing: 3, now: 0) != nil)
        #expect(limit.refusal(for: bob, existing: 3, now: 0) == nil)
        #expect(limit.offenders.map(\.uid) == [1000])
        #expect(limit.offenders.map(\.refused) == [1])
    }

    @Test("a new minute gives new room")
    func nextMinute() {
        var limit = NewSeriesLimit(total: 100, perMinute: 1)
        #expect(limit.refusal(for: alice, existing: 0, now: 0) == nil)
        #expect(limit.refusal(for: alice, existing: 1, now: minute - 1) != nil)
        #expect(limit.refusal(for: alice, existing: 1, now: minute) == nil)
    }

    @Test("beyond all series nobody makes new ones, and the sentence names the key")
    func total() {
        var limit = NewSeriesLimit(total: 2, perMinute: 10)
        let sentence = limit.refusal(for: alice, existing: 2, now: 0)
        #expect(sentence?.contains("limits.series is 2") == true)
    }
}
