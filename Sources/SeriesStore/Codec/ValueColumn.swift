// Values of a chunk to bytes and back, bit for bit, whatever the bits: NaN payloads, -0.0, infinities, denormals.
//
// A mode says how doubles become integers; the integers go to a SequenceColumn. The mode is chosen for each chunk by
// size, encoded or estimated. *Constant*: one value. *Decimal*: m / 10^e, the form in which people and programs print
// numbers. *Distinct*: a list of values, and ranks in it. *Approximate*: computed from small integers, with a
// correction. *Bits*: the pattern itself, in an order in which neighbours are near. Page: docs/format/chunk.md.

/// Columns of doubles.
enum ValueColumn {
    enum Mode: UInt8 {
        case constant = 0
        case decimal = 1
        case bits = 2
        case distinct = 3
        case approximate = 4
    }

    /// The column of `values`; its length is not stored.
    ///
    /// Most chunks are constant or decimal, and nothing else is tried for a decimal one that costs less than a byte and
    /// a half a value. For the rest decimals, distinct values, and the one of approximations and bits that is estimated to
    /// cost least are encoded, and the shortest is kept.
    ///
    /// - Parameter mayRepeat: false for the list of distinct values itself.
    static func encode(_ values: [Double], with compressor: Compressor, mayRepeat: Bool = true) -> [UInt8] {
        guard let first = values.first else { return [] }
        if values.allSatisfy({ $0.bitPattern == first.bitPattern }) {
            var bytes: [UInt8] = [Mode.constant.rawValue]
            bytes.appendWord(first.bitPattern)
            return bytes
        }
        var best: [UInt8] = []
        func consider(_ mode: Mode, _ encode: (inout [UInt8]) -> Void) {
            var bytes: [UInt8] = [mode.rawValue]
            encode(&bytes)
            if best.isEmpty || bytes.count < best.count { best = bytes }
        }
        let decimal = Decimal(values)
        if let decimal {
            consider(.decimal) { decimal.encode(into: &$0, with: compressor) }
            if decimal.exceptions.isEmpty, best.count * 2 <= values.count * 3 { return best }
        }
        if mayRepeat, let distinct = DistinctValues(values) {
            consider(.distinct) { distinct.encode(into: &$0, with: compressor) }
        }
        if let decimal, decimal.exceptions.isEmpty { return best }
        let ratio = Approximation.ratio(values)
        let approximations = [
            Approximation.decimal(values), Approximation.multiple(values), ratio, ratio?.withClocks(values),
        ]
        let approximate = approximations.compactMap { $0.map { ApproximationForm($0) } }.min { $0.cost < $1.cost }
        let bits = SequenceForm(values.map { $0.orderedBits })
        if let approximate, approximate.cost < bits?.cost ?? .infinity {
            consider(.approximate) { approximate.encode(into: &$0, with: compressor) }
        } else if let bits {
            consider(.bits) { bits.encode(into: &$0, with: compressor) }
        }
        return best
    }

    /// The `count` values of a column.
    static func decode(
        _ bytes: [UInt8], count: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [Double] {
        if count == 0 { return [] }
        var reader = ByteReader(bytes, what: "value column")
        let first = try reader.byte()
        guard let mode = Mode(rawValue: first) else {
            throw .damaged("value mode \(first) is newer than this forecastd")
        }
        switch mode {
        case .constant:
            let value = Double(bitPattern: try reader.word(UInt64.self))
            return [Double](repeating: value, count: count)
        case .decimal:
            return try Decimal.decode(&reader, count: count, with: decompressor)
        case .bits:
            return try SequenceColumn.decode(&reader, count: count, with: decompressor).map { Double(orderedBits: $0) }
        case .distinct:
            return try DistinctValues.decode(&reader, count: count, with: decompressor)
        case .approximate:
            return try Approximation.decode(&reader, count: count, with: decompressor)
        }
    }
}
