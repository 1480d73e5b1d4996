// Ratios: shares of elapsed clock ticks, as every CPU percentage is. A usual denominator is found in a sample by continued
// fractions; then each value is the fraction with the denominator nearest to it.

extension Approximation {
    /// Denominators are looked for so far on both sides of the usual one.
    static let window: Int64 = 24
    /// Differences of large clocks carry the clock's rounding along: near means this share of the scale, not a few ulp.
    private static let tolerance = 1e-10

    /// Nil unless most of the sample are fractions with denominators near a usual one.
    static func ratio(_ values: [Double]) -> Approximation? {
        let sample = sample(values).filter { $0 > 0 }
        guard sample.count >= 16 else { return nil }
        for scale in [100.0, 1] {
            let fractions = sample.compactMap { denominator($0 / scale) }.filter { $0 > 8 }.sorted()
            guard fractions.count * 2 > sample.count, let usual = usualDenominator(fractions) else { continue }
            let fitting = sample.filter { fraction($0, scale: scale, near: usual) != nil }
            guard fitting.count * 8 >= sample.count * 7 else { continue }
            var last = usual
            return Approximation(values, .ratio(scale: scale)) { value in
                let found = fraction(value, scale: scale, near: usual) ?? (integer(value * Double(last) / scale), last)
                if found.count != 0 { last = found.denominator }
                return (found.count, last, ratio(found.count, last, scale: scale))
            }
        }
        return nil
    }

    /// The count and denominator, the nearest one to the usual, that give a value.
    static func fraction(
        _ value: Double, scale: Double, near usual: Int64
    ) -> (count: Int64, denominator: Int64)? {
        guard value.isFinite, abs(value) * Double(usual) < largest else { return nil }
        let share = value / scale
        func count(_ denominator: Int64) -> Int64? {
            let exact = share * Double(denominator)
            let count = Int64(exact.nearestInteger)
            // Of the value: |s k / n - v| <= tolerance s.
            return abs(Double(count) - exact) <= tolerance * Double(denominator) ? count : nil
        }
        if let count = count(usual) { return (count, usual) }
        for offset in 1...window {
            if let count = count(usual + offset) { return (count, usual + offset) }
            if usual > offset, let count = count(usual - offset) { return (count, usual - offset) }
        }
        return nil
    }

    /// The denominator of the simplest fraction within the tolerance, by continued fractions.
    private static func denominator(_ value: Double) -> Int64? {
        var rest = value
        var (previous, current) = (0.0, 1.0)
        var (numeratorBefore, numerator) = (1.0, rest.rounded(.down))
        for _ in 0..<24 {
            if abs(numerator / current - value) <= tolerance { return Int64(current) }
            let fraction = rest - rest.rounded(.down)
            guard fraction > 0 else { return nil }
            rest = 1 / fraction
            let digit = rest.rounded(.down)
            (previous, current) = (current, digit * current + previous)
            (numeratorBefore, numerator) = (numerator, digit * numerator + numeratorBefore)
            // Beyond 1 / sqrt(tolerance) any number is near to some fraction.
            guard current < 65_536 else { return nil }
        }
        return nil
    }

    /// The middle of the densest stretch of one window among ascending denominators. Reduced fractions have divisors of
    /// the true one, scattered below; irreducible ones pile up around it.
    private static func usualDenominator(_ ascending: [Int64]) -> Int64? {
        var best: (count: Int, middle: Int64) = (0, 0)
        var low = 0
        for high in ascending.indices {
            while ascending[high] - ascending[low] > window { low += 1 }
            if high - low + 1 >= best.count { best = (high - low + 1, ascending[(low + high) / 2]) }
        }
        return best.count * 6 >= ascending.count ? best.middle : nil
    }
}
