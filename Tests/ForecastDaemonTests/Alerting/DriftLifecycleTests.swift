// Scripts of rows through the state machine of an alert; what makes a row raised or calm is tested with the statistic.

import Testing

@testable import ForecastDaemon

@Suite("Drift lifecycle") struct DriftLifecycleTests {
    /// `.` unknown, `c` calm, `r` raised, `b` beyond, `d` departed.
    private func run(_ script: String, from phase: DriftPhase = .learning) -> (
        actions: [DriftLifecycle.Action], phase: DriftPhase
    ) {
        var life = DriftLifecycle(phase: phase)
        let actions = script.map { c in
            let level: DriftLevel =
                switch c {
                case "c": .calm
                case "r": .raised
                case "b": .beyond
                case "d": .departed
                default: .unknown
                }
            return life.observe(level)
        }
        return (actions.filter { $0 != .none }, life.phase)
    }

    @Test("three rows running at the limit fire, two do not")
    func fires() {
        #expect(run("cbb").phase == .pending(rows: 2))
        #expect(run("cbbb").actions == [.fire])
        #expect(run("cbbrbb").actions.isEmpty)
    }

    @Test("ten calm rows running resolve, nine do not, and a raised row starts the count again")
    func resolves() {
        #expect(run("bbb" + String(repeating: "c", count: 9)).phase == .firing(calm: 9))
        #expect(run("bbb" + String(repeating: "c", count: 10)).actions == [.fire, .resolve])
        #expect(
            run("bbb" + String(repeating: "c", count: 9) + "r" + String(repeating: "c", count: 9)).actions == [.fire])
    }

    @Test("a statistic that crosses the limit up and down for an hour fires once and resolves once")
    func oscillates() {
        let hour = "brbbrbrbbbrb"
        let script = "c" + hour + hour + String(repeating: "c", count: 60)
        #expect(run(script).actions == [.fire, .resolve, .settle])
    }

    @Test("no alert begins in the fifty rows after one")
    func cools() {
        let resolved = "bbb" + String(repeating: "c", count: 10)
        #expect(run(resolved + String(repeating: "b", count: 49)).phase == .cooling(left: 1))
        #expect(run(resolved + String(repeating: "b", count: 53)).actions == [.fire, .resolve, .settle, .fire])
    }

    @Test("a constant that is left fires at once, even while learning")
    func departs() {
        #expect(run("..d").actions == [.fire])
        #expect(run("cd").actions == [.fire])
        #expect(run("d", from: .cooling(left: 20)).actions.isEmpty)
    }

    @Test("rows that say nothing keep a firing alert firing")
    func silent() {
        #expect(run("bbb" + String(repeating: ".", count: 500)).phase == .firing(calm: 0))
    }
}
