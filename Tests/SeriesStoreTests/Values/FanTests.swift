// Quantised fans: how near numbers come back, codes and resolutions at their limits, and bytes that are no fan.

import SeriesStore
import Testing

@Suite("Fan") struct FanTests {
    @Test(
        "a resolution is the largest 1-2-5 step within 1/64 of the width",
        arguments: [
            (64.0, 1.0), (63, 0.5), (128, 2), (319, 2), (320, 5), (640, 10), (1, 0.01), (0.064, 0.001), (6.4e6, 1e5),
        ])
    func resolution(width: Double, step: Double) {
        #expect(Resolution(width: width).value == step)
    }

    @Test("medians as far apart as doubles are make a fan, not an overflow")
    func farApart() {
        let median = [-1e300, 4e36, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]
        let fan = Fan.quantised(
            median: median, lower80: median, upper80: median, lower95: median, upper95: median, resolution: .finest)
        #expect(fan.steps == 4 && fan.median(0) < fan.median(1))
    }

    @Test("no width gives the finest resolution", arguments: [0, -1, Double.nan])
    func noWidth(width: Double) {
        #expect(Resolution(width: width) == .finest)
    }

    @Test("spread codes are monotone and decode to what they encode", arguments: 0...255)
    func codes(code: Int) {
        let spread = Fan.spread(code: UInt8(code))
        #expect(Fan.code(spread: Double(spread)) == UInt8(code))
        if code > 0 { #expect(spread > Fan.spread(code: UInt8(code - 1))) }
    }

    @Test("a spread is kept within 1/32 of itself", arguments: [17.0, 99, 1000, 4_711, 123_456])
    func spread(_ spread: Double) {
        let kept = Double(Fan.spread(code: Fan.code(spread: spread)))
        #expect(abs(kept - spread) <= spread / 32)
    }

    @Test("numbers come back within half a unit, bounds within a thirty-second of their spread")
    func quantised() {
        let median = (0..<60).map { 40 + Double($0) * 0.37 }
        let fan = Fan.quantised(
            median: median, lower80: median.map { $0 - 2 }, upper80: median.map { $0 + 2 },
            lower95: median.map { $0 - 3.3 }, upper95: median.map { $0 + 4.1 }, resolution: Resolution(width: 4))
        #expect(fan.bytes.count == 360)
        #expect(fan.resolution.value == 0.05)
        for k in 0..<60 {
            #expect(abs(fan.median(k) - median[k]) <= 0.0251)
            #expect(abs(fan.lower80(k) - (median[k] - 2)) <= 0.025 + 2.05 / 32)
            #expect(abs(fan.upper95(k) - (median[k] + 4.1)) <= 0.025 + 4.15 / 32)
        }
    }

    @Test("a constant comes back exactly", arguments: [0, 0.3, -17.25, 1e15, 123_456.789])
    func constant(value: Double) {
        let column = [Double](repeating: value, count: 24)
        let fan = Fan.quantised(
            median: column, lower80: column, upper80: column, lower95: column, upper95: column, resolution: .finest)
        #expect(fan.median(23) == value)
        #expect(fan.lower95(0) == value)
    }

    @Test("a range that 16 bits do not hold makes the fan coarser, not wrong")
    func wide() {
        let median = (0..<24).map { Double($0 * $0) * 1e6 }
        let fan = Fan.quantised(
            median: median, lower80: median.map { $0 - 1e7 }, upper80: median.map { $0 + 1e7 },
            lower95: median.map { $0 - 2e7 }, upper95: median.map { $0 + 2e7 }, resolution: Resolution(width: 0.01))
        for k in 0..<24 { #expect(abs(fan.median(k) - median[k]) <= fan.resolution.value / 2) }
        #expect(abs(fan.upper80(3) - median[3] - 1e7) <= 1e7 / 32 + fan.resolution.value)
    }

    @Test("numbers that are not finite, or absurd, never trap", arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func absurd(value: Double) {
        let fan = Fan.quantised(
            median: [1, value, 3], lower80: [0, value, 2], upper80: [2, value, 4], lower95: [-1, value, 1],
            upper95: [3, value, 5], resolution: Resolution(width: 1))
        #expect(fan.median(1).isFinite)
        #expect(fan.lower95(1) <= fan.median(1))
    }

    @Test("bytes that are not 6 for each lead are refused")
    func ragged() {
        #expect(throws: StoreError.self) { try Fan(base: 0, resolution: .finest, bytes: [1, 2, 3]) }
    }
}
