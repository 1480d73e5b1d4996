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
    /// Chunks that exceed the room of a rule, by segment.
    var excess: [Int64: Set<ChunkName>] = [:]

    /// A chunk within its segment.
    struct ChunkName: Hashable, Sendable {
        var owner: Int64
        var first: Timestamp
    }

    /// What goes of a group.
    struct Expired: Sendable {
        var whole = Set<Int64>()
        var rewritten: [RewrittenSegment] = []
        /// The chunks that go of rewritten segments.
        var chunks: [Int64: Set<ChunkName>] = [:]

        var isEmpty: Bool { whole.isEmpty && rewritten.isEmpty }
    }

    /// - Throws: `.damaged`; a segment that is gone meanwhile is none.
    func expired(_ db: Database) throws(StoreError) -> Expired {
        let reading = SegmentReading(db)
        var newest = open
        // The newest of every series, from all directories: read only once there is a candidate at all.
        for info in segments {
            guard let (_, directory) = try reading.open(info) else { return Expired() }
            for chunk in directory.chunks {
                newest[chunk.owner] = max(newest[chunk.owner] ?? .min, directory.times[chunk.times].last)
            }
        }
        var result = Expired()
        for info in segments {
            guard let (_, directory) = try reading.open(info) else { return Expired() }
            func isExpired(_ chunk: SegmentDirectory.Chunk) -> Bool {
                let times = directory.times[chunk.times]
                if excess[info.id]?.contains(ChunkName(owner: chunk.owner, first: times.first)) == true { return true }
                guard let age = ages[chunk.owner] else { return false }
                let last = newest[chunk.owner] ?? .min
                let heard = max(last, created[chunk.owner] ?? .min)
                return times.last < last.subtracting(age) || heard < now.subtracting(age)
            }
            let expired = directory.chunks.filter(isExpired)
            if expired.count == directory.chunks.count {
                result.whole.insert(info.id)
            } else if expired.contains(where: { ruled.contains($0.owner) }) {
                let rewritten = try reading.rewritten(info, with: Compressor(level: 3)) { chunk, _ in
                    isExpired(chunk) ? .all : .nothing
                }
                guard let rewritten else { continue }
                result.rewritten.append(rewritten)
                result.chunks[info.id] = Set(
                    expired.map { ChunkName(owner: $0.owner, first: directory.times[$0.times].first) })
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
            guard let (_, directory) = try reading.open(info) else { return [] }
            let isExpired = directory.chunks.allSatisfy { chunk in
                let step = steps[RecordOwner(id: chunk.owner).grid] ?? 60
                return Bins.start(of: directory.times[chunk.times].last, stepSeconds: step) < now.subtracting(age)
            }
            if isExpired { expired.insert(info.id) }
        }
        return expired
    }
}

/// Which chunks of some series exceed the room that a rule gives them.
struct RoomOfRule: Sendable {
    let series: Set<SeriesID>
    let maxBytes: Int
    /// All segments of the groups of these series.
    let segments: [SegmentInfo]

    /// The newest day of a series always stays, as it does when the whole store runs out of room.
    private static let kept: Int64 = 86_400_000_000_000

    /// The oldest chunks, until the others fit; by segment.
    func excess(_ db: Database) throws(StoreError) -> [Int64: Set<Retention.ChunkName>] {
        struct Found {
            var name: Retention.ChunkName
            var segment: Int64
            var last: Timestamp
            var bytes: Int
        }
        let reading = SegmentReading(db)
        var found: [Found] = []
        var newest: [SeriesID: Timestamp] = [:]
        var total = 0
        for info in segments {
            guard let (_, directory) = try reading.open(info) else { continue }
            for chunk in directory.chunks where series.contains(chunk.owner) {
                let times = directory.times[chunk.times]
                let name = Retention.ChunkName(owner: chunk.owner, first: times.first)
                found.append(Found(name: name, segment: info.id, last: times.last, bytes: chunk.bytes.count))
                newest[chunk.owner] = max(newest[chunk.owner] ?? .min, times.last)
                total += chunk.bytes.count
            }
        }
        var result: [Int64: Set<Retention.ChunkName>] = [:]
        for chunk in found.sorted(by: { $0.last < $1.last }) where total > maxBytes {
            if chunk.last >= (newest[chunk.name.owner] ?? .min).subtracting(Self.kept) { continue }
            total -= chunk.bytes
            result[chunk.segment, default: []].insert(chunk.name)
        }
        return result
    }
}

extension Timestamp {
    /// The difference, or the least timestamp.
    func subtracting(_ duration: Int64) -> Timestamp {
        let (difference, overflow) = subtractingReportingOverflow(duration)
        return overflow ? .min : difference
    }
}
