// Numbers, sizes, shares and moments in words.

import Testing

@testable import ForecastDaemon

@Suite("Words for numbers and times") struct WordingTests {
    @Test(
        "numbers have few digits and no exponents",
        arguments: [
            (0, "0"), (41.34567, "41.35"), (-0.5, "-0.5"), (1234.5678, "1235"), (12_480.4, "12 480"),
            (0.012346, "0.01235"), (99_999.6, "100 000"), (312_456_789_012, "312.5 G"), (999_960, "1 M"),
            (1e-7, "1e-07"), (.infinity, "+Inf"), (.nan, "NaN"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(Wording.number(value) == text)
    }

    @Test("bytes are in powers of 1024", arguments: [(512, "512 B"), (1536, "1.5 KiB"), (25_276_510_208, "23.5 GiB")])
    func bytes(count: Int64, text: String) {
        #expect(Wording.bytes(count) == text)
    }

    @Test("shares below 10 % have one decimal", arguments: [(0.41, "41 %"), (0.034, "3.4 %"), (1, "100 %")])
    func percent(share: Double, text: String) {
        #expect(Wording.percent(share) == text)
    }

    @Test("a moment off a terminal is UTC in full")
    func utc() {
        let clock = ClockText(isLocal: false, now: 0)
        #expect(clock.full(1_764_000_000_000_000_000) == "2025-11-24T16:00:00Z")
    }

    @Test("relative moments look both ways")
    func relative() {
        let clock = ClockText(isLocal: true, now: 1_764_000_000_000_000_000)
        #expect(clock.relative(clock.now - 180_000_000_000) == "3 min ago")
        #expect(clock.relative(clock.now + 7_200_000_000_000) == "in 2 h")
        #expect(clock.relative(clock.now + 7_265_000_000_000) == "in 2 h 1 min")
        #expect(clock.roughly(clock.now + 7_265_000_000_000) == "in 2 h")
        #expect(clock.roughly(clock.now - 185_000_000_000) == "3 min ago")
    }
}
