// The rhythm of a series: early to decide, slow to change its mind, unmoved by jitter, gaps and late samples.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Interval detector") struct IntervalDetectorTests {
    /// Timestamps at these distances in seconds.
    private func timestamps(_ differences: [Double]) -> [Timestamp] {
        var now = 1_700_000_000.0
        return [Timestamp(now * 1e9)]
            + differences.map { difference in
                now += difference
                return Timestamp(now * 1e9)
            }
    }

    private func detector(fed differences: [Double]) -> IntervalDetector {
        var detector = IntervalDetector()
        for timestamp in timestamps(differences) { _ = detector.observe(timestamp) }
        return detector
    }

    @Test("seven samples decide nothing, the eighth does")
    func eighth() {
        #expect(detector(fed: Array(repeating: 10, count: 6)).rhythm == .undecided)
        #expect(detector(fed: Array(repeating: 10, count: 7)).rhythm == .regular(seconds: 10))
    }

    @Test("a sample that is late or repeated is no difference")
    func late() {
        var detector = IntervalDetector()
        for k in 0..<8 {
            let t = Timestamp(1_700_000_000 + 60 * k) * 1_000_000_000
            _ = detector.observe(t)
            _ = detector.observe(t)
            _ = detector.observe(t - 3_600_000_000_000)
        }
        #expect(detector.rhythm == .regular(seconds: 60))
    }

    @Test("jitter of 40 % and lost samples leave the interval where it is")
    func jitter() throws {
        var random = SeededRandom(seed: 7)
        let differences = (0..<2000).map { _ in
            10 + 4 * (random.uniform() - random.uniform()) + (random.uniform() < 0.1 ? 10 : 0)
        }
        guard case .regular(let seconds) = detector(fed: differences).rhythm else {
            Issue.record("not regular")
            return
        }
        #expect(abs(seconds - 10) < 2)
    }

    @Test("a new interval counts after 256 samples of a new median, not before")
    func change() {
        var detector = IntervalDetector()
        let old = timestamps(Array(repeating: 10, count: 100))
        for timestamp in old { _ = detector.observe(timestamp) }
        var changedAfter: Int?
        for k in 1...400 {
            let timestamp = old[100] + Timestamp(k) * 60_000_000_000
            if detector.observe(timestamp) != nil, changedAfter == nil { changedAfter = k }
        }
        // 32 of 64 differences make the new median; with that one it must hold for 256.
        #expect(changedAfter == 31 + 256)
        #expect(detector.rhythm == .regular(seconds: 60))
    }

    @Test("a burst of an hour does not change the interval")
    func burst() {
        let calm = Array(repeating: 60.0, count: 100)
        let burst = Array(repeating: 1.0, count: 200)
        #expect(detector(fed: calm + burst + calm).rhythm == .regular(seconds: 60))
    }

    @Test("events at random are irregular, but only once 64 differences say so")
    func events() {
        var random = SeededRandom(seed: 3)
        let differences = (0..<64).map { _ in -100 * (1 - random.uniform()).logarithm }
        #expect(detector(fed: Array(differences.dropLast())).rhythm == .undecided)
        #expect(detector(fed: differences).rhythm == .irregular)
        #expect(
            detector(fed: Array(repeating: 0.001, count: 4) + Array(repeating: 300, count: 60)).rhythm != .irregular)
    }

    @Test("an interval from an earlier life is in force at once")
    func restored() {
        #expect(IntervalDetector(intervalSeconds: 60).rhythm == .regular(seconds: 60))
        #expect(IntervalDetector(intervalSeconds: .nan).rhythm == .undecided)
    }

    @Test("a detector takes at most 600 bytes")
    func size() {
        #expect(MemoryLayout<IntervalDetector>.stride <= 600)
    }
}

@Suite("Grid choice") struct GridChoiceTests {
    @Test(
        "the near grid is that of the table",
        arguments: [
            (0.1, 60, 60), (1, 60, 60), (10, 60, 60), (60, 60, 60), (60.4, 60, 60), (90, 300, 24), (300, 300, 24),
            (600, 900, 24), (900, 900, 24), (1800, 1800, 24), (3600, 3600, 24), (86_399.8, 86_400, 24),
            (604_800, 604_800, 24),
        ] as [(Double, Int64, Int)])
    func table(seconds: Double, step: Int64, horizon: Int) {
        let choice = GridChoice(rhythm: .regular(seconds: seconds))
        #expect(choice?.stepSeconds == step)
        #expect(choice?.horizon == horizon)
        #expect(choice?.contents == .aggregate)
    }

    @Test("events have a grid only where the meaning of their absence is declared")
    func events() {
        #expect(GridChoice(rhythm: .irregular) == nil)
        #expect(GridChoice(rhythm: .irregular, absent: .zero)?.stepSeconds == 900)
        #expect(GridChoice(rhythm: .irregular, absent: .zero)?.contents == .eventRate(absent: .zero))
    }

    @Test("nothing is chosen before the interval is known, unless the step is set")
    func undecided() {
        #expect(GridChoice(rhythm: .undecided) == nil)
        #expect(GridChoice(rhythm: .undecided, stepSeconds: 300)?.stepSeconds == 300)
        #expect(GridChoice(rhythm: .regular(seconds: 10), stepSeconds: 300, horizonSeconds: 3600)?.horizon == 12)
        // Without a step the horizon is divided by the one that the rhythm gives; a forecast has one step at least.
        #expect(GridChoice(rhythm: .regular(seconds: 10), horizonSeconds: 1800)?.horizon == 30)
        #expect(GridChoice(rhythm: .regular(seconds: 10), stepSeconds: 60, horizonSeconds: 30)?.horizon == 1)
        #expect(GridChoice(rhythm: .regular(seconds: 10), stepSeconds: 1, horizonSeconds: 1 << 40)?.horizon == 1500)
    }
}

@Suite("Bin clock") struct BinClockTests {
    @Test("a bin covers its start and not its end, before 1970 too")
    func containing() {
        let clock = BinClock(stepSeconds: 60)
        #expect(clock.bin(containing: 0) == 0)
        #expect(clock.bin(containing: 59_999_999_999) == 0)
        #expect(clock.bin(containing: 60_000_000_000) == 1)
        #expect(clock.bin(containing: -1) == -1)
        #expect(clock.bin(containing: -60_000_000_000) == -1)
        #expect(clock.start(of: -1) == -60_000_000_000)
        #expect(clock.bin(containing: .min) == Timestamp.min / 60_000_000_000 - 1)
        #expect(BinClock(stepSeconds: .max).bin(containing: .max) == 1)
    }

    @Test("a later sample closes a bin, and else the clock after a grace of at most a minute")
    func closing() {
        let clock = BinClock(stepSeconds: 300)
        let newest: Timestamp = 299_000_000_000
        #expect(clock.newestClosed(newest: newest, now: newest) == -1)
        #expect(clock.newestClosed(newest: newest, now: 359_999_999_999) == -1)
        #expect(clock.newestClosed(newest: newest, now: 360_000_000_000) == 0)
        #expect(clock.newestClosed(newest: 300_000_000_000, now: 300_000_000_000) == 0)
    }
}
