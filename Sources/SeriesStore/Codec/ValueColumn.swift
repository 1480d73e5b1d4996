// Values of a chunk to bytes and back, bit for bit, whatever the bits: NaN payloads, -0.0, infinities, denormals.
//
// A mode says how doubles become integers; the integers go to a SequenceColumn. The mode is chosen for each chunk by
// the size that comes out. *Constant*: one value. *Decimal*: m / 10^e, the form in which people and programs print
// numbers, with exceptions for what is not one. *Bits*: the pattern itself, in an order in which neighbours are near.
// Page: docs/format/chunk.md.

/// Columns of doubles.
enum ValueColumn {
    enum Mode: UInt8 {
        case constant = 0
        case decimal = 1
        case bits = 2
    }

    /// The column of `values`; its length is not stored.
    static func encode(_ values: [Double], with compressor: Compressor) -> [UInt8] {
        guard let first = values.first else { return [] }
        if values.allSatisfy({ $0.bitPattern == first.bitPattern }) {
            var bytes: [UInt8] = [Mode.constant.rawValue]
            bytes.appendWord(first.bitPattern)
            return bytes
        }
        var candidates: [[UInt8]] = []
        if let decimal = Decimal(values) {
            var bytes: [UInt8] = [Mode.decimal.rawValue]
            decimal.encode(into: &bytes, with: compressor)
            candidates.append(bytes)
            if decimal.exceptions.isEmpty { return bytes }
        }
        var bytes: [UInt8] = [Mode.bits.rawValue]
        SequenceColumn.encode(values.map { ordered($0) }, into: &bytes, with: compressor)
        candidates.append(bytes)
        return candidates.min { $0.count < $1.count } ?? bytes
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
            return try SequenceColumn.decode(&reader, count: count, with: decompressor).map { double(ordered: $0) }
        }
    }

    /// The pattern as an integer that grows with the value: negative doubles count down from -0.0.
    @inline(__always)
    static func ordered(_ value: Double) -> Int64 {
        let bits = Int64(bitPattern: value.bitPattern)
        return bits ^ (bits >> 63 & Int64.max)
    }

    /// The inverse of `ordered`.
    @inline(__always)
    static func double(ordered: Int64) -> Double {
        Double(bitPattern: UInt64(bitPattern: ordered ^ (ordered >> 63 & Int64.max)))
    }
}
