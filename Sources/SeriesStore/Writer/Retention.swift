// Which segments have had their time: decided from directories alone. A segment goes whole, when every chunk in it has
// expired; one that holds a chunk of a series that fell silent waits for that one, and is kept longer rather than
// shorter than was promised.

import GRDB

/// Looks for expired segments in one group.
struct Retention: Sendable {
    /// All segments of the group.
    let segments: [SegmentInfo]
    /// Newest open sample of each series of the group that has one.
    let open: [SeriesID: Timestamp]
    /// When each series of the group came into being here. History that is brought in long after its time is not silent.
    var created: [SeriesID: Timestamp] = [:]
    let now: Timestamp
    /// Nanoseconds.
    let age: Int64

    /// The segments of which every chunk ends earlier than `age` before its series' newest sample, or belongs to a
    /// series that has been silent for `age`.
    func expired(_ db: Database) throws(StoreError) -> Set<Int64> {
        let reading = SegmentReading(db)
        var newest = open
        var directories: [Int64: SegmentDirectory] = [:]
        // The newest of every series, from all directories: read only once there is a candidate at all.
        for info in segments {
            guard let (_, directory) = try reading.open(info) else { return [] }
            directories[info.id] = directory
            for chunk in directory.chunks {
                newest[chunk.owner] = max(newest[chunk.owner] ?? .min, directory.times[chunk.times].last)
            }
        }
        var expired = Set<Int64>()
        for (id, directory) in directories {
            let isExpired = directory.chunks.allSatisfy { chunk in
                let last = newest[chunk.owner] ?? .min
                let heard = max(last, created[chunk.owner] ?? .min)
                return directory.times[chunk.times].last < last.subtracting(age) || heard < now.subtracting(age)
            }
            if isExpired { expired.insert(id) }
        }
        return expired
    }

    /// The segments of the record of which every bin ended more than `age` before now.
    func expiredRecords(_ db: Database, steps: [GridID: Int64]) throws(StoreError) -> Set<Int64> {
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

extension Timestamp {
    /// The difference, or the least timestamp.
    func subtracting(_ duration: Int64) -> Timestamp {
        let (difference, overflow) = subtractingReportingOverflow(duration)
        return overflow ? .min : difference
    }
}
