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
        guard order <= 2, let mapping = SequenceForm.Mapping(rawValue: header & ~3) else {
            throw .damaged("sequence form \(header) is newer than this forecastd")
        }
        let first = try reader.signed()
        let divisor = Int64(bitPattern: try reader.varint())
        guard order < count else { throw .damaged("differences of order \(order) for \(count) values") }
        let second = order == 2 ? try reader.signed() : 0
        let least = mapping == .aboveLeast ? try reader.signed() : 0
        let mapped = try IntegerColumn.decode(&reader, count: count - order, with: decompressor)
        return unsafe [Int64](unsafeUninitializedCapacity: count) { values, filled in
            // One pass over a buffer of its own, and one loop for each form: this is the inner loop of every read.
            switch mapping {
            case .zigzag:
                unsafe integrate(mapped.span, order, first, second, divisor, into: values) { unzigzag($0) }
            case .aboveLeast:
                unsafe integrate(mapped.span, order, first, second, divisor, into: values) {
                    Int64(bitPattern: $0) &+ least
                }
            }
            filled = count
        }
    }

    /// Undoes differences: `difference` makes one of a number.
    @inline(__always)
    private static func integrate(
        _ numbers: Span<UInt64>, _ order: Int, _ first: Int64, _ second: Int64, _ divisor: Int64,
        into values: UnsafeMutableBufferPointer<Int64>, _ difference: (UInt64) -> Int64
    ) {
        precondition(numbers.count + order == values.count, "a number for each value that does not stand in the header")
        if order == 0 {
            for index in numbers.indices {
                unsafe values.initializeElement(at: index, to: difference(numbers[index]) &* divisor &+ first)
            }
            return
        }
        // In steps of the divisor, so that no number is multiplied before it is added.
        var value = first
        unsafe values.initializeElement(at: 0, to: value)
        if order == 1 {
            for index in numbers.indices {
                value &+= difference(numbers[index]) &* divisor
                unsafe values.initializeElement(at: index &+ 1, to: value)
            }
            return
        }
        var step = second &* divisor
        value &+= step
        unsafe values.initializeElement(at: 1, to: value)
        for index in numbers.indices {
            step &+= difference(numbers[index]) &* divisor
            value &+= step
            unsafe values.initializeElement(at: index &+ 2, to: value)
        }
    }
}
