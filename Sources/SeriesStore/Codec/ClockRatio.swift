// Ratios of differences of clocks. gopsutil, and all that follows it, keeps CPU times as seconds in a double, ticks
// divided by 100, and reports 100 (b - a) / (B - A). At 300 000 s a double is a multiple of 2^-34 s, so the difference of
// two clocks is the nearest such multiple to a whole number of ticks, or one or two steps beside it. Those few steps are
// what makes the percentage look like noise in its last 20 bits:
//
//     d = (round(k / 100 2^p) + i) 2^-p        k ticks, i steps beside them
//     D = (round(n / 100 2^q) + j) 2^-q
//     v = (s d) / D + c ulp                    c is nearly always 0
//
// Then k, n, i and j say the value exactly, in less than half the bytes of k, n and a correction.

/// The clocks of one chunk.
struct ClockRatio: Sendable {
    /// 100 for percentages, or 1.
    let scale: Double
    /// Steps in a second, powers of two: of the clock above and of the clock below the line.
    let countSteps: Double
    let denominatorSteps: Double

    /// Ticks in a second: USER_HZ on every Linux.
    private static let ticks = 100.0
    /// How far from whole ticks a difference is looked for.
    private static let reach: Int64 = 6

    /// The value of ticks and steps.
    @inline(__always)
    func value(_ count: Int64, _ denominator: Int64, steps: Int64, _ denominatorStep: Int64) -> Double {
        let above = ((Double(count) / Self.ticks * countSteps).rounded() + Double(steps)) / countSteps
        let below =
            ((Double(denominator) / Self.ticks * denominatorSteps).rounded() + Double(denominatorStep))
            / denominatorSteps
        return scale * above / below
    }

    /// The steps that give exactly this value, those nearest to whole ticks.
    func steps(_ value: Double, _ count: Int64, _ denominator: Int64) -> (Int64, Int64)? {
        if count == 0 { return value == 0 ? (0, 0) : nil }
        let wholeAbove = (Double(count) / Self.ticks * countSteps).rounded()
        let wholeBelow = (Double(denominator) / Self.ticks * denominatorSteps).rounded()
        // Multiples of powers of two: exact.
        let (tickAbove, tickBelow) = (1 / countSteps, 1 / denominatorSteps)
        let stepsOfValue = value / scale * countSteps
        var best: (above: Int64, below: Int64)?
        var least = 2 * Self.reach + 1
        // Steps below the line and the value leave one number of steps above it.
        func look(_ below: Int64) {
            let elapsed = (wholeBelow + Double(below)) * tickBelow
            let rest = stepsOfValue * elapsed - wholeAbove
            guard abs(rest) <= Double(Self.reach) + 0.5 else { return }
            let above = Int64(rest.nearestInteger)
            let distance = abs(above) + abs(below)
            guard abs(above) <= Self.reach, distance < least else { return }
            // As `value`, whose whole ticks are the same for all steps.
            let computed = scale * ((wholeAbove + Double(above)) * tickAbove) / elapsed
            guard computed.bitPattern == value.bitPattern else { return }
            (best, least) = ((above, below), distance)
        }
        var below: Int64 = 0
        while below <= Self.reach, below < least {
            look(below)
            if below > 0 { look(-below) }
            below += 1
        }
        return best.map { ($0.above, $0.below) }
    }

    func encode(into bytes: inout [UInt8]) {
        bytes.appendWord(scale.bitPattern)
        bytes.append(UInt8(countSteps.exponent))
        bytes.append(UInt8(denominatorSteps.exponent))
    }

    init(_ reader: inout ByteReader) throws(StoreError) {
        scale = Double(bitPattern: try reader.word(UInt64.self))
        countSteps = Double(sign: .plus, exponent: Int(try reader.byte()), significand: 1)
        denominatorSteps = Double(sign: .plus, exponent: Int(try reader.byte()), significand: 1)
    }

    private init(scale: Double, countExponent: Int, denominatorExponent: Int) {
        self.scale = scale
        countSteps = Double(sign: .plus, exponent: countExponent, significand: 1)
        denominatorSteps = Double(sign: .plus, exponent: denominatorExponent, significand: 1)
    }

    /// The clocks that explain nearly all of some values, given the ticks of each; nil if none do.
    ///
    /// Clocks between 4000 s and 17 million are tried; the one below the line is the larger.
    static func find(_ sample: [(value: Double, count: Int64, denominator: Int64)], scale: Double) -> ClockRatio? {
        for denominatorExponent in 28...40 {
            for countExponent in denominatorExponent...41 {
                let clocks = ClockRatio(
                    scale: scale, countExponent: countExponent, denominatorExponent: denominatorExponent)
                var misses = 0
                for (value, count, denominator) in sample
                where clocks.steps(value, count, denominator) == nil {
                    misses += 1
                    if misses * 8 > sample.count { break }
                }
                if misses * 8 <= sample.count { return clocks }
            }
        }
        return nil
    }
}

extension Approximation {
    /// The same ratios with their clocks, if these explain them.
    func withClocks(_ values: [Double]) -> Approximation? {
        guard case .ratio(let scale) = form else { return nil }
        let sample = stride(from: 0, to: values.count, by: max(1, values.count / 48)).map {
            (value: values[$0], count: counts[$0], denominator: denominators[$0])
        }.filter { $0.count != 0 }
        guard sample.count >= 8, let clocks = ClockRatio.find(sample, scale: scale) else { return nil }
        let steps = values.indices.map { clocks.steps(values[$0], counts[$0], denominators[$0]) ?? (0, 0) }
        var at = 0
        var result = Approximation(values, .clockRatio(clocks)) { value in
            defer { at += 1 }
            let (above, below) = steps[at]
            return (
                counts[at], denominators[at], clocks.value(counts[at], denominators[at], steps: above, below)
            )
        }
        result.countSteps = steps.map(\.0)
        result.denominatorSteps = steps.map(\.1)
        return result
    }
}
