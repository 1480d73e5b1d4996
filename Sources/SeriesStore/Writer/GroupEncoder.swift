// Owners of a group, one after the other, into as many segments as they need. A seal gives it open samples, a merge what it
// has just decoded: neither holds more than one owner's columns beside the bytes that come out.

/// Encodes the segments of one group.
struct GroupEncoder {
    /// A segment is closed when its columns reach this size: large enough for a shared directory and time columns,
    /// small enough to be written and read at once.
    static let segmentBytes = 192 << 10

    private let group: GroupKey
    private let row: Int64
    private let compressor: Compressor
    private let isMerge: Bool
    private var builder: SegmentBuilder
    private var segments: [(info: SegmentInfo, bytes: [UInt8])] = []

    /// - Parameter row: the newest journal row in them.
    init(_ group: GroupKey, row: Int64, compressor: Compressor, isMerge: Bool) {
        self.group = group
        self.row = row
        self.compressor = compressor
        self.isMerge = isMerge
        builder = SegmentBuilder(kind: group.kind, compressor: compressor)
    }

    /// Adds ascending samples of a series. Series come in ascending order.
    mutating func append(series: SeriesID, _ samples: Samples) {
        builder.append(series: series, samples)
        closeIfFull()
    }

    /// Adds record entries, ascending by bin. Owners come in ascending order.
    mutating func append(_ owner: RecordOwner, _ entries: [RecordEntry]) {
        builder.append(owner, entries)
        closeIfFull()
    }

    /// Adds bins of the group's tier, ascending. Series come in ascending order.
    mutating func append(series: SeriesID, _ bins: [TierBin], stepSeconds: Int64) {
        builder.append(series: series, bins, stepSeconds: stepSeconds)
        closeIfFull()
    }

    /// The segments; their ids are given when they are committed.
    mutating func finished() -> [(info: SegmentInfo, bytes: [UInt8])] {
        close()
        return segments
    }

    private mutating func closeIfFull() {
        if builder.size >= Self.segmentBytes { close() }
    }

    private mutating func close() {
        if builder.isEmpty { return }
        segments.append(builder.segment(group: group, row: row, isMerged: isMerge))
        builder = SegmentBuilder(kind: group.kind, compressor: compressor)
    }
}

extension SegmentBuilder {
    /// Adds record entries, ascending by bin, in as many chunks as they need.
    mutating func append(_ owner: RecordOwner, _ entries: [RecordEntry]) {
        for range in Self.parts(entries.count) {
            let part = Array(entries[range])
            append(
                owner: owner.id, timestamps: part.map(\.bin), payload: RecordChunk.encode(part, with: compressor),
                statistics: nil)
        }
    }

    /// The finished segment with its row; the id is given when it is committed.
    func segment(group: GroupKey, row: Int64, isMerged: Bool) -> (info: SegmentInfo, bytes: [UInt8]) {
        let bytes = finished()
        let info = SegmentInfo(
            id: 0, kind: group.kind, group: group.group, journalTo: row, first: first, last: last,
            chunks: chunkCount, count: count, size: bytes.count, isMerged: isMerged)
        return (info, bytes)
    }
}
