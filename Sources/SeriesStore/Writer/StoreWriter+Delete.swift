// Deleting and renaming. Bins of tiers go as the samples that they were made of. Segments are never changed, so those that hold the samples are written anew without them, in
// the transaction that takes the old ones away. What is open is sealed first: the journal would bring it back.

import GRDB

extension StoreWriter {
    /// Deletes series, or samples of them; returns how many samples went of each. Every segment is written once, however
    /// many series go.
    func delete(_ series: [SeriesID], in range: Range<Timestamp>?) async throws(StoreError) -> [SeriesID: Int] {
        if let unknown = series.first(where: { catalogue[$0] == nil }) { throw .unknown("series \(unknown)") }
        try await sealAll()
        var removed = Dictionary(series.map { ($0, 0) }) { $1 }
        for (group, members) in Dictionary(grouping: series, by: { GroupKey(series: $0) }) {
            try await delete(Set(members), of: group, in: range, &removed)
            var bins: [SeriesID: Int] = [:]
            // After the samples, which may leave bins until they are gone.
            for step in state.withLock({ $0.tierSteps }) {
                try await delete(Set(members), of: GroupKey(tier: step, series: members[0]), in: range, &bins)
            }
        }
        if range == nil {
            for id in series {
                catalogue.remove(id)
                gridIDs[id] = nil
            }
            state.withLock { contents in for id in series { contents.forget(id) } }
            sealed.append(SealedGroup(group: GroupKey(series: 0), row: 0, deletedSeries: series))
        }
        try await barrier()
        return removed
    }

    private func delete(
        _ series: Set<SeriesID>, of group: GroupKey, in range: Range<Timestamp>?, _ removed: inout [SeriesID: Int]
    ) async throws(StoreError) {
        while sealing.contains(group), phase == .open { try await waitForSeals() }
        guard phase == .open else { throw .closed }
        sealing.insert(group)
        do {
            var rewritten: [RewrittenSegment] = []
            for info in state.withLock({ $0.segments[group] ?? [] }) {
                let one: RewrittenSegment? = try await database.read { db in
                    // The last bin of a tier reaches beyond its time.
                    let length = info.kind == .tier ? group.tierStep * 1_000_000_000 - 1 : 0
                    return try SegmentReading(db).rewritten(info) { chunk, times in
                        series.contains(chunk.owner)
                            ? Cut(range, first: times.first, last: times.last.subtracting(-length)) : .nothing
                    }
                }
                guard let one else { continue }
                for (owner, count) in one.removed { removed[owner, default: 0] += count }
                rewritten.append(one)
            }
            if !rewritten.isEmpty { sealed.append(numbered(SealedGroup(group, rewritten))) }
        } catch {
            release(group)
            throw error
        }
        release(group)
    }

    /// Gives a series another key, or its samples to the series that has it.
    func rename(_ series: SeriesID, to key: SeriesKey, merging: Bool) async throws(StoreError) {
        guard var info = catalogue[series] else { throw .unknown("series \(series)") }
        guard let other = catalogue.find(key) else {
            info.key = key
            let renamed = info
            try await barrier()
            try await database.write { db in
                try db.inTransaction(.immediate) {
                    try SeriesTable.rename(renamed, in: db)
                    return .commit
                }
            }
            catalogue.rename(series, to: key)
            return
        }
        guard merging else { throw .failed("there is a series \(key) already; --merge puts both together") }
        if other == series { return }
        // From here on nothing is added to the old series, so that nothing is acknowledged that the merge does not see.
        merged.add(series, into: other)
        do {
            try await merge(series, into: other)
        } catch {
            merged.remove(series)
            throw error
        }
        _ = try await delete([series], in: nil)
    }

    private func merge(_ series: SeriesID, into other: SeriesID) async throws(StoreError) {
        try await barrier()
        let reader = StoreReader(
            database: database, state: state, catalogue: catalogue, health: health, meter: meter)
        let mine = try await reader.ordered(series, from: .min, to: .max)
        let theirs = Set(try await reader.ordered(other, from: .min, to: .max).timestamps)
        var batch = SampleBatch()
        for (timestamp, value) in zip(mine.timestamps, mine.values) where !theirs.contains(timestamp) {
            batch.append(series: other, timestamp: timestamp, value: value)
        }
        try await submit(JournalEntry(samples: batch), urgency: .waited)
        for step in state.withLock({ $0.tierSteps }) { try await mergeTier(step, of: series, into: other) }
    }

    /// Bins of a series become those of another one, where that has none.
    private func mergeTier(_ step: Int64, of series: SeriesID, into other: SeriesID) async throws(StoreError) {
        let (source, group) = (GroupKey(tier: step, series: series), GroupKey(tier: step, series: other))
        while sealing.contains(source) || sealing.contains(group), phase == .open { try await waitForSeals() }
        guard phase == .open else { throw .closed }
        sealing.insert(group)
        let (from, to, row) = state.withLock { ($0.segments[source] ?? [], $0.segments[group] ?? [], $0.lastRow) }
        do {
            let segments: [(info: SegmentInfo, bytes: [UInt8])] = try await database.read { db in
                let reading = SegmentReading(db)
                func bins(_ series: SeriesID, _ segments: [SegmentInfo]) throws(StoreError) -> [TierBin] {
                    try reading.bins(of: series, from: .min, to: .max, stepSeconds: step, in: segments) ?? []
                }
                let there = Set(try bins(other, to).map { Bins.index(of: $0.first, stepSeconds: step) })
                let new = try bins(series, from).filter { !there.contains(Bins.index(of: $0.first, stepSeconds: step)) }
                var encoder = GroupEncoder(group, row: row, compressor: Compressor(.quick), isMerge: false)
                if !new.isEmpty { encoder.append(series: other, new, stepSeconds: step) }
                return encoder.finished()
            }
            if !segments.isEmpty { sealed.append(numbered(SealedGroup(group: group, row: row, segments: segments))) }
        } catch {
            release(group)
            throw error
        }
        release(group)
        try await barrier()
    }
}

extension StoreContents {
    /// Drops the open samples of a series that is no more.
    fileprivate mutating func forget(_ series: SeriesID) {
        openCount -= heads.removeValue(forKey: series)?.count ?? 0
    }
}
