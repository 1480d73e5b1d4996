// Bins of a tier as a chunk. The starts of the bins are the chunk's time column, which all series of a group share; here are
// nine columns, of which those that another one says already are left out: a gauge in a quiet bin has one value, a counter's
// first is its least. Bytes: docs/format/tier.md.

/// The payload of chunks of tiers.
enum TierChunk {
    /// The columns of values, in their order. The first has always bytes.
    private static func columns(_ bins: [TierBin]) -> [(values: [Double], implied: [Double]?)] {
        let (first, last) = (bins.map(\.firstValue), bins.map(\.lastValue))
        return [
            (first, nil), (last, first), (bins.map(\.least), first), (bins.map(\.largest), last),
            (bins.map(\.sum), first),
            (bins.map(\.increase), zip(last, first).map { $0 - $1 }),
        ]
    }

    /// - Parameter starts: nanoseconds at which the bins begin.
    static func encode(_ bins: [TierBin], starts: [Timestamp], with compressor: Compressor) -> [UInt8] {
        var bytes: [UInt8] = []
        SequenceColumn.encode(bins.map { Int64($0.count) }, into: &bytes, with: compressor)
        SequenceColumn.encode(zip(bins, starts).map { $0.first &- $1 }, into: &bytes, with: compressor)
        SequenceColumn.encode(bins.map { $0.last &- $0.first }, into: &bytes, with: compressor)
        for (values, implied) in columns(bins) {
            let isImplied = implied.map { zip(values, $0).allSatisfy { $0.bitPattern == $1.bitPattern } } ?? false
            let column = isImplied ? [] : ValueColumn.encode(values, with: compressor)
            bytes.appendVarint(column.count)
            bytes.append(contentsOf: column)
        }
        return bytes
    }

    static func decode(
        _ bytes: [UInt8], starts: [Timestamp], stepSeconds: Int64, with decompressor: Decompressor
    ) throws(StoreError) -> [TierBin] {
        guard stepSeconds > 0 else { throw .damaged("a tier without a step") }
        var reader = ByteReader(bytes, what: "tier chunk")
        let counts = try SequenceColumn.decode(&reader, count: starts.count, with: decompressor)
        let offsets = try SequenceColumn.decode(&reader, count: starts.count, with: decompressor)
        let spans = try SequenceColumn.decode(&reader, count: starts.count, with: decompressor)
        func values(_ implied: [Double]?) throws(StoreError) -> [Double] {
            let length = try reader.count(limit: bytes.count)
            if length == 0, let implied { return implied }
            return try ValueColumn.decode(Array(try reader.take(length)), count: starts.count, with: decompressor)
        }
        let first = try values(nil)
        let last = try values(first)
        let (least, largest) = (try values(first), try values(last))
        let sum = try values(first)
        let increase = try values(zip(last, first).map { $0 - $1 })
        var bins: [TierBin] = []
        bins.reserveCapacity(starts.count)
        for index in starts.indices {
            let bin = TierBin(
                first: starts[index] &+ offsets[index], last: starts[index] &+ offsets[index] &+ spans[index],
                count: Int(counts[index]), values: (first[index], last[index], least[index], largest[index]),
                sum: sum[index], increase: increase[index])
            // Else a reader would put it where there is no place.
            guard bin.count > 0, bin.first <= bin.last,
                [bin.first, bin.last].allSatisfy({
                    Bins.start(of: Bins.index(of: $0, stepSeconds: stepSeconds), stepSeconds: stepSeconds)
                        == starts[index]
                })
            else { throw .damaged("a bin of a tier that does not lie where it begins") }
            bins.append(bin)
        }
        return bins
    }
}

extension SegmentBuilder {
    /// Adds bins of a tier, ascending, in as many chunks as they need.
    mutating func append(series: SeriesID, _ bins: [TierBin], stepSeconds: Int64) {
        for range in Self.parts(bins.count) {
            let part = Array(bins[range])
            let starts = part.map {
                Bins.start(of: Bins.index(of: $0.first, stepSeconds: stepSeconds), stepSeconds: stepSeconds)
            }
            append(
                owner: series, timestamps: starts, payload: TierChunk.encode(part, starts: starts, with: compressor),
                statistics: nil)
        }
    }
}
