// The form in which a sequence of integers costs least: the order of differences, and how these become non-negative.
// The cost is estimated, from the entropy of bit lengths and the bits below them, so that forms, and whole modes of a
// value column, can be compared without being encoded (docs/decisions/0015).

/// A sequence of integers, ready to be encoded.
struct SequenceForm {
    /// How `u` is made from `d`; bits 2 and 3 of the first byte. Bits 0 and 1: the order of differences.
    enum Mapping: UInt8 {
        case zigzag = 0
        case aboveLeast = 4
    }

    private let first: Int64
    private let second: Int64
    private let divisor: Int64
    private var order: Int
    private var differences: [Int64]
    private var plan: Plan
    /// About how many bits the column will take.
    var cost: Double { plan.cost }

    /// How differences become numbers that are not negative.
    private struct Plan {
        var mapping: Mapping
        var least: Int64
        var cost: Double
    }

    /// Nil for no values.
    init?(_ values: [Int64]) {
        guard let first = values.first else { return nil }
        self.first = first
        divisor = Self.commonDivisor(values, first)
        let quotients = Self.quotients(values, first, divisor)
        second = quotients.count > 1 ? quotients[1] : 0
        (order, differences, plan) = (0, quotients, Self.plan(quotients))
        // Where a first difference gains nothing, a second one hardly ever does.
        while order < 2, differences.count > 1 {
            let next = Self.differences(differences)
            let candidate = Self.plan(next)
            guard candidate.cost < plan.cost else { break }
            (order, differences, plan) = (order + 1, next, candidate)
        }
    }

    /// Appends the column, as `SequenceColumn` reads it.
    func encode(into bytes: inout [UInt8], with compressor: Compressor) {
        bytes.append(UInt8(order) | plan.mapping.rawValue)
        bytes.appendSigned(first)
        bytes.appendVarint(UInt64(bitPattern: divisor))
        if order == 2 { bytes.appendSigned(second) }
        let numbers: [UInt64]
        switch plan.mapping {
        case .zigzag: numbers = differences.map { zigzag($0) }
        case .aboveLeast:
            bytes.appendSigned(plan.least)
            numbers = differences.map { UInt64(bitPattern: $0 &- plan.least) }
        }
        IntegerColumn.encode(numbers, into: &bytes, with: compressor)
    }

    /// The cost of many differences is that of stretches of neighbours from all over the column: single ones in a fixed
    /// distance could all be of one phase of something periodic.
    private static let stretches = 16
    private static let stretch = 32

    /// The cheaper mapping, by the entropy of the bit lengths and the bits below them.
    private static func plan(_ differences: [Int64]) -> Plan {
        var least = Int64.max
        for value in differences { least = min(least, value) }
        var signed = [Int](repeating: 0, count: 65)
        var above = [Int](repeating: 0, count: 65)
        var count = 0
        func look(_ range: Range<Int>) {
            for value in differences[range] {
                signed[64 - zigzag(value).leadingZeroBitCount] += 1
                above[64 - UInt64(bitPattern: value &- least).leadingZeroBitCount] += 1
            }
            count += range.count
        }
        if differences.count < 2 * stretches * stretch {
            look(differences.indices)
        } else {
            for index in 0..<stretches {
                let start = index * (differences.count - stretch) / (stretches - 1)
                look(start..<start + stretch)
            }
        }
        let share = Double(differences.count) / Double(max(count, 1))
        let zigzagCost = cost(signed, total: count) * share
        let aboveCost = cost(above, total: count) * share
        return aboveCost < zigzagCost
            ? Plan(mapping: .aboveLeast, least: least, cost: aboveCost)
            : Plan(mapping: .zigzag, least: 0, cost: zigzagCost)
    }

    private static func cost(_ lengths: [Int], total: Int) -> Double {
        var raw = 0
        for (length, count) in lengths.enumerated() where length > 1 { raw += count * (length - 1) }
        return Entropy.bits(lengths, total: total) + Double(raw)
    }

    /// One element less than it is given.
    private static func differences(_ values: [Int64]) -> [Int64] {
        var differences: [Int64] = []
        differences.reserveCapacity(values.count)
        var before = values[0]
        for value in values.dropFirst() {
            differences.append(value &- before)
            before = value
        }
        return differences
    }

    private static func quotients(_ values: [Int64], _ first: Int64, _ divisor: Int64) -> [Int64] {
        if divisor == 1 { return values.map { $0 &- first } }
        // Divided without a rest, so a shift will do.
        if divisor & (divisor - 1) == 0 {
            let shift = Int64(divisor.trailingZeroBitCount)
            return values.map { ($0 &- first) &>> shift }
        }
        return values.map { ($0 &- first) / divisor }
    }

    /// The greatest common divisor of all differences from the first value, at least 1; 1 where one overflows.
    private static func commonDivisor(_ values: [Int64], _ first: Int64) -> Int64 {
        var divisor: UInt64 = 0
        for value in values {
            let (difference, overflow) = value.subtractingReportingOverflow(first)
            if overflow { return 1 }
            var rest = difference.magnitude
            while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
            if divisor == 1 { return 1 }
        }
        return divisor == 0 || divisor > UInt64(Int64.max) ? 1 : Int64(divisor)
    }
}
