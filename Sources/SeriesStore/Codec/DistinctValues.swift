// Values that repeat: sensors with few levels print each of them with the same odd last digits. The distinct values are
// kept once, ascending, and every value becomes its rank; ranks of a smooth series are smooth.

/// A chunk's values as ranks among its distinct values.
struct DistinctValues {
    let ascending: [Double]
    let ranks: [Int64]

    /// Nil if more than a quarter of the values are distinct: then the list costs more than it saves.
    init?(_ values: [Double]) {
        let most = values.count / 4
        guard most > 0 else { return nil }
        // Open addressing, at most half full: value and place are those of `found`, in order of appearance.
        let bits = 64 - (2 * most).leadingZeroBitCount
        var table = [Int32](repeating: -1, count: 1 << bits)
        var found: [Int64] = []
        var places: [Int32] = []
        places.reserveCapacity(values.count)
        for value in values {
            let key = value.orderedBits
            var slot = Int(truncatingIfNeeded: (UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
            while table[slot] >= 0, found[Int(table[slot])] != key { slot = (slot &+ 1) & (table.count &- 1) }
            if table[slot] < 0 {
                if found.count == most { return nil }
                table[slot] = Int32(found.count)
                found.append(key)
            }
            places.append(table[slot])
        }
        let order = found.indices.sorted { found[$0] < found[$1] }
        var rank = [Int64](repeating: 0, count: found.count)
        for (index, place) in order.enumerated() { rank[place] = Int64(index) }
        ascending = order.map { Double(orderedBits: found[$0]) }
        ranks = places.map { rank[Int($0)] }
    }

    /// Count of distinct values, their column, and the column of ranks.
    func encode(into bytes: inout [UInt8], with compressor: Compressor) {
        let list = ValueColumn.encode(ascending, with: compressor, mayRepeat: false)
        bytes.appendVarint(ascending.count)
        bytes.appendVarint(list.count)
        bytes.append(contentsOf: list)
        SequenceColumn.encode(ranks, into: &bytes, with: compressor)
    }

    static func decode(
        _ reader: inout ByteReader, count: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [Double] {
        let distinct = try reader.count(limit: count)
        let length = try reader.count(limit: reader.remaining)
        let bytes = Array(try reader.take(length))
        guard bytes.first != ValueColumn.Mode.distinct.rawValue else { throw .damaged("a list of values in a list") }
        let list = try ValueColumn.decode(bytes, count: distinct, with: decompressor)
        var values: [Double] = []
        values.reserveCapacity(count)
        for rank in try SequenceColumn.decode(&reader, count: count, with: decompressor) {
            guard list.indices.contains(Int(rank)) else { throw .damaged("rank \(rank) of \(distinct) values") }
            values.append(list[Int(rank)])
        }
        return values
    }
}
