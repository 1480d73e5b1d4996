// The whole detector on made-up weeks: what must raise an alert, what must not, and what is learned from either.
// Quality on real series is measured by `replay`, not here.

import Testing

@testable import ForecastDaemon

@Suite("Drift detector") struct DriftDetectorTests {
    static let day = 288
    /// Where the changes begin: two weeks and 100 rows in, a Monday at 08:20.
    static let change = 14 * day + 100

    /// A quiet series with a daily wave.
    private func scenario(
        seed: UInt64 = 1, days: Int = 28, _ value: @escaping (_ row: Int, _ noise: Double, _ wave: Double) -> Double?
    ) -> DriftScenario {
        var s = DriftScenario()
        var n = SeededNoise(seed: seed)
        s.feed(0..<days * Self.day) { row in value(row, n.normal(), n.wave(row, period: Self.day)) }
        return s
    }

    @Test("a quiet month raises nothing", arguments: 1...3)
    func quiet(seed: UInt64) {
        let s = scenario(seed: seed) { _, noise, wave in 50 + 10 * wave + noise }
        #expect(s.transitions.isEmpty, "\(s.story)")
        #expect(s.detector.lifecycle.phase == .ok)
    }

    @Test(
        "a level that moves for good is one alert, accepted after a day of stable statistics, then learned",
        arguments: [-6.0, 5, 30, 500])
    func level(step: Double) throws {
        let s = scenario { row, noise, wave in 50 + 10 * wave + noise + (row >= Self.change ? step : 0) }
        #expect(s.fired.count == 1 && s.accepted.count == 1, "\(s.story)")
        #expect(try #require(s.fired.first) < Self.change + 20)
        #expect(try #require(s.accepted.first) - Self.change >= 286)
        #expect(try #require(s.accepted.first) - Self.change <= 300)
        // Learned, not forgotten: at the end the profile expects the new level.
        let last = try #require(s.observations.last?.observation.expectation)
        #expect(abs(last.value - (50 + step)) < 3)
    }

    @Test("other changes for good are one alert too", arguments: ["amplitude", "phase", "noise"])
    func shapes(kind: String) {
        let s = scenario { row, noise, wave in
            guard row >= Self.change else { return 50 + 10 * wave + noise }
            return switch kind {
            case "amplitude": 50 + 25 * wave + noise
            case "phase": 50 + 10 * SeededNoise(seed: 1).wave(row + 72, period: Self.day) + noise
            default: 50 + 10 * wave + 6 * noise
            }
        }
        #expect(s.fired.count == 1 && s.accepted.count == 1, "\(kind): \(s.story)")
    }

    @Test("an accepted level is watched as sharply as the old one", arguments: [30.0, 500])
    func watchesOn(step: Double) {
        let s = scenario { row, noise, wave in
            50 + 10 * wave + noise + (row >= Self.change ? step : 0) + (row >= Self.change + 8 * Self.day ? 6 : 0)
        }
        #expect(s.fired.count == 2, "\(s.story)")
    }

    @Test("acceptance by hand ends the alert, and what comes the same day does not raise it again")
    func byHand() {
        var s = DriftScenario()
        var n = SeededNoise(seed: 2)
        let value = { (row: Int) -> Double in
            let wave = n.wave(row >= Self.change ? row + 72 : row, period: Self.day)
            return 50 + 10 * wave + n.normal()
        }
        s.feed(0..<Self.change + 40, value)
        #expect(s.detector.openIncidentStart != nil)
        let accepted = s.detector.accept(by: "anna", at: 1, zone: .utc)
        #expect(accepted?.change == .accepted(by: "anna"))
        #expect(s.detector.openIncidentStart == nil)
        let again = s.detector.accept(by: "anna", at: 2, zone: .utc)
        #expect(again == nil)
        s.feed(Self.change + 40..<28 * Self.day, value)
        #expect(s.fired.count == 1, "\(s.story)")
    }

    @Test("a leak goes on firing until somebody decides")
    func leak() {
        let s = scenario { row, noise, wave in
            50 + 10 * wave + noise + Double(max(0, row - Self.change)) * 10 / Double(Self.day)
        }
        #expect(s.fired.count == 1 && s.accepted.isEmpty && s.resolved.isEmpty, "\(s.story)")
        #expect(s.detector.openIncidentStart != nil)
    }

    @Test("an open incident enters neither profile nor baseline, however long it lasts")
    func holds() throws {
        var s = DriftScenario()
        var n = SeededNoise(seed: 3)
        let value = { (row: Int) in 50 + n.normal() + (row >= Self.change ? 30.0 : 0) }
        s.feed(0..<Self.change + 12, acceptAfter: .max, value)
        let baseline = try #require(s.detector.statistic.baseline)
        s.feed(Self.change + 12..<Self.change + 5 * Self.day, acceptAfter: .max, value)
        let last = try #require(s.observations.last?.observation)
        #expect(last.phase == .firing(calm: 0))
        #expect(abs(try #require(last.expectation).value - 50) < 2)
        #expect(abs(try #require(last.reading).baseline - baseline) < 0.1 * baseline)
    }

    @Test("an incident that ends by itself is resolved, and leaves no echo on the next days")
    func pulse() {
        let s = scenario { row, noise, wave in
            50 + 10 * wave + noise + ((Self.change..<Self.change + 150).contains(row) ? 30 : 0)
        }
        #expect(s.fired.count == 1 && s.resolved.count == 1, "\(s.story)")
        #expect(s.detector.openIncidentStart == nil)
    }

    @Test("a new nightly job is learned after some nights, it is not an alert every night for ever")
    func nightly() throws {
        let s = scenario { row, noise, wave in
            50 + 10 * wave + noise + (row >= Self.change && (100..<130).contains(row % Self.day) ? 30 : 0)
        }
        #expect(s.fired.count <= 6, "\(s.story)")
        #expect(try #require(s.fired.last) < Self.change + 7 * Self.day)
    }

    @Test("a daily spike at 06:00 raises nothing on day 15, a missing one does")
    func spike() throws {
        // An hour, 20 times the noise.
        let spiky = { (skipped: Int) in
            self.scenario(days: 16) { row, noise, _ in
                50 + noise + ((72..<84).contains(row % Self.day) && row / Self.day != skipped ? 20 : 0)
            }
        }
        #expect(spiky(-1).transitions.isEmpty, "\(spiky(-1).story)")
        let missing = spiky(14)
        #expect(missing.fired.count == 1, "\(missing.story)")
        #expect((14 * Self.day + 72..<14 * Self.day + 84).contains(try #require(missing.fired.first)))
    }

    @Test("the first weekend of a series is no drift")
    func weekend() {
        let s = scenario { row, noise, wave in
            50 + (row / Self.day % 7 >= 5 ? 3 : 10) * wave + noise
        }
        #expect(s.transitions.isEmpty, "\(s.story)")
    }

    @Test("a spike of two rows and a gap are no drift")
    func spikeAndGap() {
        let s = scenario { row, noise, wave in
            if (Self.change..<Self.change + 150).contains(row) { return nil }
            return 50 + 10 * wave + noise + (row % 1000 < 2 ? 200 : 0)
        }
        #expect(s.transitions.isEmpty, "\(s.story)")
    }

    @Test("an alert whose input stops stays firing, and goes on where it was")
    func silence() throws {
        let s = scenario { row, noise, wave in
            if (Self.change + 60..<Self.change + 400).contains(row) { return nil }
            return 50 + 10 * wave + noise + (row >= Self.change ? 30 : 0)
        }
        #expect(s.fired.count == 1 && s.resolved.isEmpty, "\(s.story)")
        // A day of silence is not a day of stable statistics.
        #expect(try #require(s.accepted.first) >= Self.change + 400 + 140)
    }

    @Test(
        "values of any size do not trap", arguments: [1e308, -1e308, .nan, .infinity])
    func absurd(x: Double) {
        let s = scenario { row, noise, wave in
            row == 700 || row == 2000 ? x : 50 + 10 * wave + noise + (row >= 27 * Self.day ? 30 : 0)
        }
        #expect(s.observations.allSatisfy { $0.observation.reading?.ratio.isFinite ?? true })
    }

    @Test("evidence says since when, what was expected and what came")
    func evidence() throws {
        let s = scenario { row, noise, wave in 50 + 10 * wave + noise + (row >= Self.change ? 30 : 0) }
        let e = try #require(s.transitions.first).transition.evidence
        #expect(e.kind == .level)
        #expect(abs(e.since / 300 - s.first - Int64(Self.change)) <= 2)
        #expect(abs(e.actual - e.expected - 30) < 2)
        #expect(e.lower < e.expected && e.expected < e.upper)
        #expect(e.upper - e.lower < 10)
        #expect(e.ratio >= DriftDetector.limit && abs(e.ratio - e.rmse / e.baselineRMSE) < 1e-12)
    }

    @Test("what a truncated feed says is what the whole feed said")
    func causal() {
        let value = { (row: Int, noise: Double, wave: Double) -> Double? in
            50 + 10 * wave + noise + (row >= Self.change ? 30 : 0)
        }
        let whole = scenario(value)
        let cut = scenario(days: 15, value)
        #expect(
            Array(whole.observations.prefix(cut.observations.count).map { $0.observation })
                == cut.observations.map { $0.observation })
    }

    @Test(
        "a detector read back goes on bit for bit, whatever happens next", arguments: [1, 300, 700, 2900, 3050, 3300])
    func resumes(at cut: Int) throws {
        var detector = DriftDetector(stepSeconds: 300)
        var copy: DriftDetector?
        var noise = SeededNoise(seed: 7)
        for k in 0..<3600 {
            if k == cut { copy = try DriftDetector(decoding: detector.encoded()) }
            let value = 50 + 10 * noise.wave(k, period: 288) + noise.normal() + (k >= 3000 ? 30 : 0)
            let seen = detector.observe(value, at: Int64(k), zone: .utc)
            if var other = copy {
                #expect(other.observe(value, at: Int64(k), zone: .utc) == seen)
                copy = other
            }
        }
        #expect(copy?.encoded() == detector.encoded())
    }

    @Test("a damaged state is refused or harmless, whichever byte changes", arguments: 0..<40)
    func damage(seed: UInt64) throws {
        var s = DriftScenario()
        var n = SeededNoise(seed: seed)
        s.feed(0..<1000) { _ in n.normal() }
        var bytes = s.detector.encoded()
        bytes[Int(n.uniform() * Double(bytes.count))] ^= 1 << UInt8(n.uniform() * 8)
        if var d = try? DriftDetector(decoding: bytes), let newest = d.profile.newest, abs(newest) < 1 << 40,
            d.stepSeconds < 1 << 20
        {
            _ = d.observe(1, at: newest + 1, zone: .utc)
        }
        #expect(throws: DriftStateError.self) { try DriftDetector(decoding: Array(bytes.dropLast())) }
    }

    @Test("the state of a series at 5 minutes is at most 6 KB")
    func size() {
        let s = scenario { _, noise, wave in 50 + 10 * wave + noise }
        #expect(s.detector.encoded().count < 6000, "\(s.detector.encoded().count)")
    }
}
