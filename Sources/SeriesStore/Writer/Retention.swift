// What of a group has had its time: decided from directories alone. A segment goes whole when every chunk in it has expired;
// one that holds a chunk of a series that fell silent waits for that one, and is kept longer rather than shorter than was
// promised. Where a rule keeps some series shorter than their neighbours, their chunks are taken out of the segment.

import GRDB

/// Looks for what has expired in one group of series.
struct Retention: Sendable {
    /// All segments of the group.
    let segments: [SegmentInfo]
    /// Newest open sample of each series of the group that has one.
    let open: [SeriesID: Timestamp]
    /// When each series of the group came into being here. History that is brought in long after its time is not silent.
    var created: [SeriesID: Timestamp] = [:]
    let now: Timestamp
    /// Nanoseconds that samples of each series are kept; a series that is not here is kept for ever.
    var ages: [SeriesID: Int64]
    /// Series of which rules speak: their chunks do not wait for those of others.
    var ruled: Set<SeriesID> = []
    /// What exceeds the room of a rule.
    var excess: Cuts = [:]

    /// A chunk within its segment.
    struct ChunkName: Hashable, Sendable {
        var owner: Int64
        var first: Timestamp
    }

    /// What goes of chunks, by segment; of one that is not here, nothing.
    typealias Cuts = [Int64: [ChunkName: Cut]]

    /// What goes of a group.
    struct Expired: Sendable {
        var whole = Set<Int64>()
        var rewritten: [RewrittenSegment] = []
        /// What goes of rewritten segments.
        var cuts: Cuts = [:]

        var isEmpty: Bool { whole.isEmpty && rewritten.isEmpty }

        /// Adds a segment without what `cut` says; returns by how many bytes it shrinks, 0 if it stays as it is.
        @discardableResult
        mutating func rewrite(
            _ info: SegmentInfo, _ reading: SegmentReading,
            _ cut: (SegmentDirectory.Chunk, SegmentDirectory.Times) -> Cut
        ) throws(StoreError) -> Int {
            guard let (_, directory) = try reading.openNamed(info),
                let new = try reading.rewritten(info, cut)
            else { return 0 }
            rewritten.append(new)
            for chunk in directory.chunks {
                let times = directory.times[chunk.times]
                cuts[info.id, default: [:]][ChunkName(owner: chunk.owner, first: times.first)] = cut(chunk, times)
            }
            return info.size - (new.new?.info.size ?? 0)
        }
    }

    /// - Throws: `.damaged`; a segment that is gone meanwhile is none.
    func expired(_ db: Database) throws(StoreError) -> Expired {
        let reading = SegmentReading(db)
        var newest = open
        // The newest of every series, from all directories: read only once there is a candidate at all.
        for info in segments {
            guard let (_, directory) = try reading.openNamed(info) else { return Expired() }
            for chunk in directory.chunks {
                newest[chunk.owner] = max(newest[chunk.owner] ?? .min, directory.times[chunk.times].last)
            }
        }
        var result = Expired()
        for info in segments {
            guard let (_, directory) = try reading.openNamed(info) else { return Expired() }
            func cut(_ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times) -> Cut {
                let last = newest[chunk.owner] ?? .min
                if let age = ages[chunk.owner] {
                    let heard = max(last, created[chunk.owner] ?? .min)
                    if times.last < last.subtracting(age) || heard < now.subtracting(age) { return .all }
                }
                return excess[info.id]?[ChunkName(owner: chunk.owner, first: times.first)] ?? .nothing
            }
            let cuts = directory.chunks.map { ($0.owner, cut($0, directory.times[$0.times])) }
            if cuts.allSatisfy({ $0.1.isAll }) {
                result.whole.insert(info.id)
            } else if cuts.contains(where: { ruled.contains($0.0) && !$0.1.isNothing }) {
                try result.rewrite(info, reading, cut)
            }
        }
        return result
    }
}

/// Looks for the segments of a group of grids of which every bin ended long ago.
struct RecordRetention: Sendable {
    let segments: [SegmentInfo]
    let now: Timestamp
    /// Nanoseconds.
    let age: Int64
    /// Seconds of a bin, by grid.
    let steps: [GridID: Int64]

    func expired(_ db: Database) throws(StoreError) -> Set<Int64> {
        let reading = SegmentReading(db)
        var expired = Set<Int64>()
        for info in segments {
            guard let (_, directory) = try reading.openNamed(info) else { return [] }
            let isExpired = directory.chunks.allSatisfy { chunk in
                let step = steps[RecordOwner(id: chunk.owner).grid] ?? 60
                return Bins.start(of: directory.times[chunk.times].last, stepSeconds: step) < now.subtracting(age)
            }
            if isExpired { expired.insert(info.id) }
        }
        return expired
    }
}

extension Timestamp {
    /// The difference, or the least timestamp.
    func subtracting(_ duration: Int64) -> Timestamp {
        let (difference, overflow) = subtractingReportingOverflow(duration)
        return overflow ? .min : difference
    }
}
