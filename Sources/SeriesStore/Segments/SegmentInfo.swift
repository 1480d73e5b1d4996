// What is known of a segment without opening it: the row's columns beside the bytes. The list of these, one for each
// segment, is the index by which readers find their chunks; forty bytes stand for two hundred thousand.

/// What the store keeps in memory about a segment.
struct SegmentInfo: Sendable, Equatable {
    var id: Int64
    var kind: SegmentKind
    /// Owners of one group are sealed together: `series / 128`, `grid / 128` for the record, of a tier see `GroupKey`.
    var group: Int64
    /// The newest journal row in it. Where two segments hold one timestamp of a series, the larger wins.
    var journalTo: Int64
    /// Least and largest timestamp (of the record: bin; of a tier: nanoseconds at which a bin begins).
    var first: Timestamp
    var last: Timestamp
    var chunks: Int
    /// Samples, record entries, or bins.
    var count: Int
    /// Size of the segment.
    var size: Int
    /// Whether a merge wrote it, with the thorough compressor; else a seal did.
    var isMerged: Bool
}
