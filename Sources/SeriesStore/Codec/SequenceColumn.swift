// Signed integers in sequence to a column: what is common is taken out first. Every value column and every timestamp
// column ends here, whatever its numbers mean. All arithmetic wraps, so that any 64-bit pattern comes back.
//
//     v[i] = v[0] + g q[i]         g: greatest common divisor of all v[i] - v[0]
//     d    = q, first or second differences of q, whichever is cheapest; what starts them stands in the header
//     u    = d - min d, or zigzag d, whichever is cheapest     -> IntegerColumn
//
// Page: docs/format/chunk.md.

/// Columns of `Int64` whose neighbours resemble each other.
enum SequenceColumn {
    /// How `u` is made from `d`; bits 2 and 3 of the first byte. Bits 0 and 1: the order of differences.
    private enum Mapping: UInt8 {
        case zigzag = 0
        case aboveLeast = 4
    }

    /// Appends the column of `values`; its length is not stored. Nothing is appended for no values.
    static func encode(_ values: [Int64], into bytes: inout [UInt8], with compressor: Compressor) {
        guard let first = values.first else { return }
        let divisor = commonDivisor(values)
        let quotients = divisor == 1 ? values.map { $0 &- first } : values.map { ($0 &- first) / divisor }
        var chosen = quotients[...]
        var best = plan(chosen, order: 0)
        var differences = quotients[...]
        for order in 1...2 where differences.count > 1 {
            differences = Self.differences(differences)[...]
            let candidate = plan(differences, order: order)
            if candidate.cost < best.cost {
                best = candidate
                chosen = differences
            }
        }
        bytes.append(UInt8(best.order) | best.mapping.rawValue)
        bytes.appendSigned(first)
        bytes.appendVarint(UInt64(bitPattern: divisor))
        if best.order == 2 { bytes.appendSigned(quotients[1]) }
        if best.mapping == .aboveLeast { bytes.appendSigned(best.least) }
        let mapped =
            switch best.mapping {
            case .zigzag: chosen.map { zigzag($0) }
            case .aboveLeast: chosen.map { UInt64(bitPattern: $0 &- best.least) }
            }
        IntegerColumn.encode(mapped, into: &bytes, with: compressor)
    }

    /// Reads a column of `count` values.
    static func decode(
        _ reader: inout ByteReader, count: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [Int64] {
        if count == 0 { return [] }
        let header = try reader.byte()
        let order = Int(header & 3)
        guard order <= 2, let mapping = Mapping(rawValue: header & ~3) else {
            throw .damaged("sequence form \(header) is newer than this forecastd")
        }
        let first = try reader.signed()
        let divisor = Int64(bitPattern: try reader.varint())
        guard order < count else { throw .damaged("differences of order \(order) for \(count) values") }
        let second = order == 2 ? try reader.signed() : 0
        let least = mapping == .aboveLeast ? try reader.signed() : 0
        let mapped = try IntegerColumn.decode(&reader, count: count - order, with: decompressor)
        return unsafe [Int64](unsafeUninitializedCapacity: count) { values, filled in
            // One pass over a buffer of its own: this is the inner loop of every read.
            var index = 0
            var (value, difference) = (Int64(0), Int64(0))
            func give(_ quotient: Int64) {
                unsafe values.initializeElement(at: index, to: quotient &* divisor &+ first)
                index &+= 1
            }
            if order >= 1 { give(0) }
            if order == 2 {
                (value, difference) = (second, second)
                give(second)
            }
            for number in mapped {
                let next = mapping == .zigzag ? unzigzag(number) : Int64(bitPattern: number) &+ least
                switch order {
                case 0: value = next
                case 1: value &+= next
                default:
                    difference &+= next
                    value &+= difference
                }
                give(value)
            }
            filled = count
        }
    }

    private struct Plan {
        var order: Int
        var mapping: Mapping
        var least: Int64
        var cost: Double
    }

    /// The cheaper mapping for one order of differences, by the entropy of the bit lengths and the bits below them.
    private static func plan(_ differences: ArraySlice<Int64>, order: Int) -> Plan {
        let least = differences.min() ?? 0
        var signed = [Int](repeating: 0, count: 65)
        var above = [Int](repeating: 0, count: 65)
        for value in differences {
            signed[64 - zigzag(value).leadingZeroBitCount] += 1
            above[64 - UInt64(bitPattern: value &- least).leadingZeroBitCount] += 1
        }
        let zigzagCost = cost(signed, total: differences.count)
        let aboveCost = cost(above, total: differences.count)
        return aboveCost < zigzagCost
            ? Plan(order: order, mapping: .aboveLeast, least: least, cost: aboveCost)
            : Plan(order: order, mapping: .zigzag, least: 0, cost: zigzagCost)
    }

    private static func cost(_ lengths: [Int], total: Int) -> Double {
        var raw = 0
        for (length, count) in lengths.enumerated() where length > 1 { raw += count * (length - 1) }
        return Entropy.bits(lengths, total: total) + Double(raw)
    }

    /// One element less than it is given.
    private static func differences(_ values: ArraySlice<Int64>) -> [Int64] {
        zip(values.dropFirst(), values).map { $0 &- $1 }
    }

    /// The greatest common divisor of all differences from the first value, at least 1; 1 where one overflows.
    private static func commonDivisor(_ values: [Int64]) -> Int64 {
        guard let first = values.first else { return 1 }
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
