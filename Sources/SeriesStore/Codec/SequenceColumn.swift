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
    enum Mapping: UInt8 {
        case zigzag = 0
        case aboveLeast = 4
    }

    /// Appends the column of `values`; its length is not stored. Nothing is appended for no values.
    static func encode(_ values: [Int64], into bytes: inout [UInt8], with compressor: Compressor) {
        SequenceForm(values)?.encode(into: &bytes, with: compressor)
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
}
