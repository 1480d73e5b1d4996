// What can be saved of one segment. Chunks have checksums of their own, so that a flipped bit costs one chunk of one
// series: the others are put into a new segment as they are, without being encoded again. A directory that cannot be
// read costs the segment, since nothing else says where chunks begin.

/// A segment taken apart into what is good and what is not.
struct SalvagedSegment {
    /// A chunk that is gone.
    struct Gap {
        let owner: Int64
        let times: SegmentDirectory.Times
        let reason: StoreError
    }

    let kind: SegmentKind
    /// Chunks that do not decode.
    private(set) var gaps: [Gap] = []
    /// A segment of all others; empty if there is none.
    private(set) var rest: SegmentBuilder

    /// - Parameter group: that of the segment's row.
    /// - Throws: `.damaged` where the directory cannot be read.
    init(_ bytes: [UInt8], group: Int64) throws(StoreError) {
        let decompressor = Decompressor()
        let size = try SegmentDirectory.size(header: bytes)
        guard size <= bytes.count else { throw .damaged("a segment that breaks off") }
        let directory = try SegmentDirectory(Array(bytes[..<size]), with: decompressor)
        kind = directory.kind
        rest = SegmentBuilder(kind: directory.kind, compressor: Compressor(.quick))
        for chunk in directory.chunks {
            let times = directory.times[chunk.times]
            do throws(StoreError) {
                let (timestamps, payload) = try Self.decode(chunk, times, kind, group, bytes, decompressor)
                rest.append(
                    owner: chunk.owner, timestamps: timestamps, payload: payload, statistics: chunk.statistics)
            } catch {
                gaps.append(Gap(owner: chunk.owner, times: times, reason: error))
            }
        }
    }

    /// The times and the payload of a chunk that decodes.
    private static func decode(
        _ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times, _ kind: SegmentKind, _ group: Int64,
        _ bytes: [UInt8], _ decompressor: Decompressor
    ) throws(StoreError) -> (timestamps: [Timestamp], payload: [UInt8]) {
        func read(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
            guard range.upperBound <= bytes.count else { throw .damaged("a segment that breaks off") }
            return Array(bytes[range])
        }
        let column = try unsealed(try read(times.bytes), what: "time column")
        let timestamps = try TimeColumn.decode(column, count: times.count, with: decompressor)
        let payload = try chunk.payload(what: "chunk", read)
        switch kind {
        case .samples:
            _ = try chunk.values(payload, times.count, with: decompressor)
        case .record:
            _ = try RecordChunk.decode(
                payload, owner: RecordOwner(id: chunk.owner), bins: timestamps, with: decompressor)
        case .tier:
            let step = GroupKey(kind: kind, group: group).tierStep
            _ = try TierChunk.decode(payload, starts: timestamps, stepSeconds: step, with: decompressor)
        }
        return (timestamps, payload)
    }
}
