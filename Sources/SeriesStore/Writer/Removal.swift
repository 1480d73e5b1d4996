// Taking chunks out of segments. Segments are never changed: what stays goes into a new one, chunks that are not touched
// as they are, without being decoded, so that taking one series out of a year costs copying and no encoding.

import GRDB

/// What is to go of a chunk.
enum Cut: Sendable {
    case nothing
    case all
    /// Samples with times in this range, or bins that hold some.
    case range(Range<Timestamp>)

    /// What of a chunk with these times lies in `range`; nil: all of it, whenever.
    init(_ range: Range<Timestamp>?, first: Timestamp, last: Timestamp) {
        guard let range else {
            self = .all
            return
        }
        if range.lowerBound <= first && last < range.upperBound {
            self = .all
        } else {
            self = range.overlaps(first..<last) || range.contains(last) ? .range(range) : .nothing
        }
    }
}

extension Cut {
    /// Whether nothing of the chunk stays.
    var isAll: Bool {
        switch self {
        case .all: true
        case .nothing, .range: false
        }
    }

    /// Whether all of the chunk stays.
    var isNothing: Bool {
        switch self {
        case .nothing: true
        case .all, .range: false
        }
    }

    /// Whether a sample of the chunk goes that has this time.
    func takes(_ time: Timestamp) -> Bool {
        switch self {
        case .nothing: false
        case .all: true
        case .range(let range): range.contains(time)
        }
    }
}

/// A segment without what was cut.
struct RewrittenSegment: Sendable {
    /// The segment that goes.
    let old: SegmentInfo
    /// What takes its place; nil if nothing is left.
    let new: (info: SegmentInfo, bytes: [UInt8])?
    /// How many samples, entries or bins went, by owner.
    let removed: [Int64: Int]
}

extension SegmentReading {
    /// A segment without what `cut` says of each of its chunks; nil if nothing is cut, or if the segment is gone.
    func rewritten(
        _ info: SegmentInfo, _ cut: (SegmentDirectory.Chunk, SegmentDirectory.Times) -> Cut
    ) throws(StoreError) -> RewrittenSegment? {
        guard let (blob, directory) = try openNamed(info) else { return nil }
        var removed: [Int64: Int] = [:]
        // What was merged is not merged again by `compact`.
        let compressor = Compressor(info.isMerged ? .thorough : .quick)
        var builder = SegmentBuilder(kind: info.kind, compressor: compressor)
        for chunk in directory.chunks {
            let times = directory.times[chunk.times]
            switch cut(chunk, times) {
            case .all: removed[chunk.owner, default: 0] += times.count
            case .range(let range) where info.kind == .samples:
                let found = try samples(chunk, times, blob, info)
                let kept = found.removing(range)
                removed[chunk.owner, default: 0] += found.count - kept.count
                if !kept.isEmpty { builder.append(series: chunk.owner, kept) }
            case .range(let range) where info.kind == .tier:
                let found = try bins(chunk, times, blob, info)
                // What cannot be taken out of a bin takes it along.
                let kept = found.filter { !(range.overlaps($0.first..<$0.last) || range.contains($0.last)) }
                removed[chunk.owner, default: 0] += found.count - kept.count
                let step = GroupKey(kind: info.kind, group: info.group).tierStep
                if !kept.isEmpty { builder.append(series: chunk.owner, kept, stepSeconds: step) }
            case .nothing, .range:
                builder.append(
                    owner: chunk.owner, timestamps: try timestamps(times, blob, info),
                    payload: try chunk.payload(what: "chunk in segment \(info.id)", blob.read),
                    statistics: chunk.statistics)
            }
        }
        if removed.values.allSatisfy({ $0 == 0 }) { return nil }
        let group = GroupKey(kind: info.kind, group: info.group)
        let new = builder.isEmpty ? nil : builder.segment(group: group, row: info.journalTo, isMerged: info.isMerged)
        return RewrittenSegment(old: info, new: new, removed: removed)
    }
}

extension SealedGroup {
    /// The rewritten segments of a group in place of the old ones.
    init(_ group: GroupKey, _ rewritten: [RewrittenSegment]) {
        self.init(
            group: group, row: 0, segments: rewritten.compactMap(\.new), replaced: Set(rewritten.map(\.old.id)))
    }
}

extension Samples {
    /// Ascending samples without those of a range.
    fileprivate func removing(_ range: Range<Timestamp>) -> Samples {
        let gone = timestamps.ascendingRange(from: range.lowerBound, to: range.upperBound)
        return Samples(
            timestamps: Array(timestamps[..<gone.lowerBound] + timestamps[gone.upperBound...]),
            values: Array(values[..<gone.lowerBound] + values[gone.upperBound...]))
    }
}
