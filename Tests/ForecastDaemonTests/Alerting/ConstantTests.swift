// Series that do not move for a day: when they count as constant, and what three rows of another value set off.

import Testing

@testable import ForecastDaemon

@Suite("Constant series") struct ConstantTests {
    @Test(
        "constant for a day, then a step: the alert fires on the third row of the step, never before",
        arguments: [(300, 288), (900, 144), (3600, 144)])
    func step(seconds: Int64, rows: Int) throws {
        var s = DriftScenario(stepSeconds: seconds)
        s.feed(0..<rows) { _ in 5 }
        #expect(s.transitions.isEmpty)
        s.feed(rows..<rows + 20) { _ in 7 }
        #expect(s.fired == [rows + 2], "\(s.story)")
        let e = try #require(s.transitions.first).transition.evidence
        #expect(e.kind == .constant)
        #expect(e.since == (s.first + Int64(rows)) * seconds)
        #expect([e.expected, e.lower, e.upper, e.actual] == [5, 5, 5, 7])
        #expect([e.rmse, e.baselineRMSE, e.ratio].allSatisfy { $0.isFinite })
        #expect(
            s.observations.allSatisfy { row in
                row.observation.expectation.map { $0.lower.isFinite && $0.upper.isFinite } ?? true
            })
    }

    @Test("one row short of a day is not constant yet")
    func short() {
        var s = DriftScenario()
        s.feed(0..<287) { _ in 5 }
        s.feed(287..<300) { _ in 7 }
        #expect(s.transitions.isEmpty)
    }

    @Test("two rows of another value are no departure")
    func blip() {
        var s = DriftScenario()
        s.feed(0..<1000) { row in (500..<502).contains(row) ? 9 : 5 }
        #expect(s.transitions.isEmpty, "\(s.story)")
    }

    @Test("back at the constant for ten rows, the alert is resolved")
    func back() {
        var s = DriftScenario()
        s.feed(0..<600) { row in (400..<440).contains(row) ? 9 : 5 }
        #expect(s.fired == [402] && s.resolved == [449], "\(s.story)")
    }

    @Test("a new constant is accepted after a day and may be left again")
    func again() {
        var s = DriftScenario()
        s.feed(0..<2000) { row in row < 400 ? 5 : row < 1200 ? 7 : 7.5 }
        #expect(s.fired == [402, 1202], "\(s.story)")
        #expect(s.accepted.count == 2)
    }

    @Test("means that differ in their last bits are equal")
    func bits() {
        var s = DriftScenario()
        s.feed(0..<400) { row in row % 3 == 0 ? 0.1 + 0.2 : 0.3 }
        #expect(s.detector.constant.isConstant(stepSeconds: 300))
    }
}
