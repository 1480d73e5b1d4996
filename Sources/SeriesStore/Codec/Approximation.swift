// Doubles that were computed from small integers: the rounding of the computation left noise in the last bits, so they
// are no decimals, yet the integers and a correction of a few units in the last place say everything.
//
//     scaled decimal   k / 10^e + c ulp         51.846000000000004; microseconds divided by 1000 twice
//     multiple         k b + c ulp              100 (total - free) / total, total fixed: one b for the chunk
//     ratio            s k / n + c ulp          100 (b - a) / (elapsed ticks): n wanders around a usual value; s is 1 or 100
//     clock ratio      the same from clocks in seconds, whose rounding is then known: see ClockRatio
//
// *ulp* counts in `Double.orderedBits`, the order of all doubles, so any pattern at all has a correction; c wraps. A
// search may find nothing: then there is no such mode for the chunk. What it finds need not be what really happened.

/// A chunk's values as integers and corrections.
struct Approximation {
    enum Form {
        case decimal(exponent: Int)
        case multiple(of: Double)
        case ratio(scale: Double)
        case clockRatio(ClockRatio)
    }

    let form: Form
    var counts: [Int64] = []
    /// Only for ratios.
    var denominators: [Int64] = []
    /// Only for clock ratios: how far the two differences of clocks are from whole ticks.
    var countSteps: [Int64] = []
    var denominatorSteps: [Int64] = []
    var corrections: [Int64] = []

    /// What the integers alone give.
    @inline(__always)
    static func decimal(_ count: Int64, power: Double) -> Double { Double(count) / power }
    @inline(__always)
    static func multiple(_ count: Int64, of base: Double) -> Double { Double(count) * base }
    @inline(__always)
    static func ratio(_ count: Int64, _ denominator: Int64, scale: Double) -> Double {
        scale * Double(count) / Double(denominator)
    }

    init(
        _ values: [Double], _ form: Form, _ guess: (Double) -> (count: Int64, denominator: Int64, value: Double)
    ) {
        self.form = form
        counts.reserveCapacity(values.count)
        corrections.reserveCapacity(values.count)
        for value in values {
            let (count, denominator, approximate) = guess(value)
            counts.append(count)
            switch form {
            case .ratio, .clockRatio: denominators.append(denominator)
            case .decimal, .multiple: break
            }
            corrections.append(value.orderedBits &- approximate.orderedBits)
        }
    }

    /// Counts beyond this gain nothing over the pattern itself.
    static let largest = 281_474_976_710_656.0  // 2^48

    /// Whether a value is so near to its approximation that the correction is short.
    private static func isNear(_ value: Double, _ approximate: Double) -> Bool {
        abs(value - approximate) <= 16 * value.ulp
    }

    /// Up to 64 finite values from all over the chunk.
    static func sample(_ values: [Double]) -> [Double] {
        stride(from: 0, to: values.count, by: max(1, values.count / 64)).map { values[$0] }.filter { $0.isFinite }
    }
}

extension Approximation {
    /// Nil unless nearly all of a sample lie within a few ulp of short decimals.
    static func decimal(_ values: [Double]) -> Approximation? {
        let sample = sample(values)
        var needed: [Int] = []
        for value in sample {
            let exponent = (0...15).first { exponent in
                let power = Decimal.powers[exponent]
                let count = (value * power).rounded()
                return abs(count) < largest && isNear(value, count / power)
            }
            if let exponent { needed.append(exponent) }
        }
        guard needed.count >= 8, needed.count * 16 >= sample.count * 15 else { return nil }
        let exponent = needed.sorted()[needed.count * 15 / 16]
        let power = Decimal.powers[exponent]
        return Approximation(values, .decimal(exponent: exponent)) { value in
            let count = integer(value * power)
            return (count, 0, decimal(count, power: power))
        }
    }

    /// The nearest integer, 0 where there is none of a useful size.
    @inline(__always)
    static func integer(_ value: Double) -> Int64 {
        let rounded = value.rounded()
        return abs(rounded) < largest ? Int64(rounded) : 0
    }
}

extension Approximation {
    /// A positive real number, known up to an error.
    private struct Measured {
        var value: Double
        var error: Double
    }

    /// Nil unless neighbours differ by multiples of something far above their rounding noise.
    static func multiple(_ values: [Double]) -> Approximation? {
        let sample = sample(values)
        guard sample.count >= 16, let largestValue = sample.map({ abs($0) }).max(), largestValue > 0 else { return nil }
        let noise = largestValue.ulp * 2
        // Neighbours: the smaller the multiples, the less their rounding grows in Euclid's algorithm.
        let neighbours = stride(from: 1, to: values.count, by: max(1, values.count / 64)).map {
            abs(values[$0] - values[$0 - 1])
        }.filter { $0.isFinite && $0 > noise * 8 }
        guard let first = neighbours.first else { return nil }
        var base = neighbours.reduce(Measured(value: first, error: noise)) {
            commonDivisor($0, Measured(value: $1, error: noise))
        }
        guard base.value > noise * 64 else { return nil }
        // Each larger multiple fixes the base to more digits: v = k b, so b = v / k, as long as k is certain.
        for value in (neighbours + sample.map { abs($0) }).sorted() where value > base.value / 2 {
            let count = (value / base.value).rounded()
            guard count < largest, count * base.error < base.value / 4 else { return nil }
            if abs(value - count * base.value) < base.value / 4, noise / count < base.error {
                base = Measured(value: value / count, error: noise / count)
            }
        }
        guard sample.allSatisfy({ isNear($0, ($0 / base.value).rounded() * base.value) }) else { return nil }
        return Approximation(values, .multiple(of: base.value)) { value in
            let count = integer(value / base.value)
            return (count, 0, multiple(count, of: base.value))
        }
    }

    /// Euclid's algorithm on reals: a rest that its own error explains is 0.
    private static func commonDivisor(_ left: Measured, _ right: Measured) -> Measured {
        var (large, small) = left.value > right.value ? (left, right) : (right, left)
        while small.value > 4 * small.error {
            let times = (large.value / small.value).rounded()
            let rest = Measured(
                value: abs(times * small.value - large.value), error: large.error + times * small.error)
            (large, small) = (small, rest)
        }
        return large
    }
}

/// An approximation, ready to be encoded.
struct ApproximationForm {
    private let form: Approximation.Form
    /// Counts, denominators of a ratio, steps of clocks, corrections.
    private let columns: [SequenceForm]
    /// About how many bits they will take.
    let cost: Double

    init(_ approximation: Approximation) {
        form = approximation.form
        columns = [
            approximation.counts, approximation.denominators, approximation.countSteps, approximation.denominatorSteps,
            approximation.corrections,
        ].compactMap { SequenceForm($0) }
        cost = columns.reduce(0) { $0 + $1.cost }
    }

    /// Form byte, parameter, then the columns.
    func encode(into bytes: inout [UInt8], with compressor: Compressor) {
        switch form {
        case .decimal(let exponent):
            bytes.append(0)
            bytes.append(UInt8(exponent))
        case .multiple(let base):
            bytes.append(1)
            bytes.appendWord(base.bitPattern)
        case .ratio(let scale):
            bytes.append(2)
            bytes.appendWord(scale.bitPattern)
        case .clockRatio(let clocks):
            bytes.append(3)
            clocks.encode(into: &bytes)
        }
        for column in columns { column.encode(into: &bytes, with: compressor) }
    }
}

extension Approximation {
    static func decode(
        _ reader: inout ByteReader, count: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [Double] {
        let form = try reader.byte()
        var values: [Double]
        switch form {
        case 0:
            let exponent = Int(try reader.byte())
            guard exponent < Decimal.powers.count else { throw .damaged("a decimal exponent of \(exponent)") }
            let power = Decimal.powers[exponent]
            values = try SequenceColumn.decode(&reader, count: count, with: decompressor).map {
                decimal($0, power: power)
            }
        case 1:
            let base = Double(bitPattern: try reader.word(UInt64.self))
            values = try SequenceColumn.decode(&reader, count: count, with: decompressor).map {
                multiple($0, of: base)
            }
        case 2:
            let scale = Double(bitPattern: try reader.word(UInt64.self))
            let counts = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            let denominators = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            values = zip(counts, denominators).map { ratio($0, $1, scale: scale) }
        case 3:
            let clocks = try ClockRatio(&reader)
            let counts = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            let denominators = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            let above = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            let below = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            values = (0..<count).map { clocks.value(counts[$0], denominators[$0], steps: above[$0], below[$0]) }
        default:
            throw .damaged("approximation form \(form) is newer than this forecastd")
        }
        let corrections = try SequenceColumn.decode(&reader, count: count, with: decompressor)
        for index in values.indices {
            values[index] = Double(orderedBits: values[index].orderedBits &+ corrections[index])
        }
        return values
    }
}
