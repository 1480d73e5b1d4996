// Values that repeat: sensors with few levels print each of them with the same odd last digits. The distinct values are
// kept once, ascending, and every value becomes its rank; ranks of a smooth series are smooth.

/// A chunk's values as ranks among its distinct values.
struct DistinctValues {
    let ascending: [Double]
    let ranks: [Int64]

    /// Nil if more than a quarter of the values are distinct: then the list costs more than it saves.
    init?(_ values: [Double]) {
        var known = Set<UInt64>()
        let most = values.count / 4
        for value in values where known.insert(value.bitPattern).inserted && known.count > most { return nil }
        let ordered = known.map { Double(bitPattern: $0).orderedBits }.sorted()
        ascending = ordered.map { Double(orderedBits: $0) }
        let rank = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, Int64($0)) })
        ranks = values.map { rank[$0.orderedBits] ?? 0 }
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
