// How many samples lie in a range, for whoever is about to delete them: from directories, and from the times of those chunks
// alone that reach over an end of the range. It counts what a deletion would take away; a time that was written twice counts
// twice as long as no merge has met both.

extension StoreReader {
    /// How many committed samples some series have with `from <= t < to`.
    public func counts(
        of series: [SeriesID], in range: Range<Timestamp>
    ) async throws(StoreError) -> [SeriesID: Int] {
        var result: [SeriesID: Int] = [:]
        for (group, members) in Dictionary(grouping: series, by: { GroupKey(series: $0) }) {
            result.merge(try await counts(of: Set(members), in: group, range)) { $1 }
        }
        return result
    }

    private func counts(
        of series: Set<SeriesID>, in group: GroupKey, _ range: Range<Timestamp>
    ) async throws(StoreError) -> [SeriesID: Int] {
        for attempt in 0..<Self.attempts {
            if attempt > 0 { await commitInProgress() }
            let (open, segments) = state.withLock { contents in
                let open = series.map { id in
                    (id, contents.heads[id]?.samples.timestamps.count { range.contains($0) } ?? 0)
                }
                return (open, contents.segments(of: group, from: range.lowerBound, to: range.upperBound))
            }
            let sealed: [SeriesID: Int]? = try await database.read { [health] db in
                try SegmentReading(db, skippingDamage: health).counts(of: series, in: range, segments)
            }
            if let sealed { return Dictionary(open) { $1 }.merging(sealed) { $0 + $1 } }
        }
        throw .failed("the segments of group \(group.group) change faster than they can be read")
    }
}

extension SegmentReading {
    fileprivate func counts(
        of series: Set<SeriesID>, in range: Range<Timestamp>, _ segments: [SegmentInfo]
    ) throws(StoreError) -> [SeriesID: Int]? {
        var result: [SeriesID: Int] = [:]
        for info in segments {
            let counts = try reading(info, otherwise: [SeriesID: Int]()) { (blob, directory) throws(StoreError) in
                var counts: [SeriesID: Int] = [:]
                for chunk in directory.chunks where series.contains(chunk.owner) {
                    let times = directory.times[chunk.times]
                    guard times.first < range.upperBound, times.last >= range.lowerBound else { continue }
                    var found = times.count
                    if times.first < range.lowerBound || times.last >= range.upperBound {
                        found = try timestamps(times, blob, info).ascendingRange(
                            from: range.lowerBound, to: range.upperBound
                        ).count
                    }
                    counts[chunk.owner, default: 0] += found
                }
                return counts
            }
            guard let counts else { return nil }
            result.merge(counts) { $0 + $1 }
        }
        return result
    }
}
