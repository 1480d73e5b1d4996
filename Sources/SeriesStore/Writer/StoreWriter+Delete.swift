// Deleting and renaming. Segments are never changed, so those that hold the samples are written anew without them, in
// the transaction that takes the old ones away. What is open is sealed first: the journal would bring it back.

import GRDB

extension StoreWriter {
    /// Deletes a series, or samples of it; returns how many samples went.
    func delete(_ series: SeriesID, in range: Range<Timestamp>?) async throws(StoreError) -> Int {
        guard catalogue[series] != nil else { throw .unknown("series \(series)") }
        let group = GroupKey(series: series)
        try await sealAll()
        while sealing.contains(group), phase == .open { try await waitForSeals() }
        guard phase == .open else { throw .closed }
        sealing.insert(group)
        var removed = 0
        do {
            for info in state.withLock({ $0.segments[group] ?? [] }) {
                let request = MergeRequest(group: group, segments: [info])
                guard var contents = try await request.contents(database) else { continue }
                let kept = contents.remove(series, in: range)
                if kept == 0 { continue }
                removed += kept
                var rest = request.merged(contents, compressor: Compressor(level: 3))
                rest.summaries = [:]
                sealed.append(numbered(rest))
            }
        } catch {
            release(group)
            throw error
        }
        if range == nil {
            deleted.insert(series)
            catalogue.remove(series)
            gridIDs[series] = nil
            state.withLock { $0.forget(series) }
            sealed.append(SealedGroup(group: group, row: 0, deletedSeries: series))
        }
        release(group)
        try await barrier()
        return removed
    }

    /// Gives a series another key, or its samples to the series that has it.
    func rename(_ series: SeriesID, to key: SeriesKey, merging: Bool) async throws(StoreError) {
        guard var info = catalogue[series] else { throw .unknown("series \(series)") }
        guard let other = catalogue.find(key) else {
            info.key = key
            let renamed = info
            try await barrier()
            try await database.write { db in try SeriesTable.rename(renamed, in: db) }
            catalogue.rename(series, to: key)
            return
        }
        guard merging else { throw .failed("there is a series \(key) already; --merge puts both together") }
        if other == series { return }
        // From here on nothing is added to the old series, so that nothing is acknowledged that the merge does not see.
        for (source, target) in merged where target == series { merged[source] = other }
        merged[series] = other
        do {
            try await merge(series, into: other)
        } catch {
            merged[series] = nil
            throw error
        }
        _ = try await delete(series, in: nil)
    }

    private func merge(_ series: SeriesID, into other: SeriesID) async throws(StoreError) {
        try await barrier()
        let reader = StoreReader(database: database, state: state, catalogue: catalogue, health: health)
        let mine = try await reader.ordered(series, from: .min, to: .max)
        let theirs = Set(try await reader.ordered(other, from: .min, to: .max).timestamps)
        var batch = SampleBatch()
        for (timestamp, value) in zip(mine.timestamps, mine.values) where !theirs.contains(timestamp) {
            batch.append(series: other, timestamp: timestamp, value: value)
        }
        try await submit(JournalEntry(samples: batch), urgency: .waited)
    }
}

extension MergedContents {
    /// Takes samples out; returns how many.
    fileprivate mutating func remove(_ series: SeriesID, in range: Range<Timestamp>?) -> Int {
        guard let found = samples[series] else { return 0 }
        guard let range else {
            samples[series] = nil
            return found.count
        }
        var kept = Samples()
        for (timestamp, value) in zip(found.timestamps, found.values) where !range.contains(timestamp) {
            kept.append(timestamp, value)
        }
        samples[series] = kept.isEmpty ? nil : kept
        return found.count - kept.count
    }
}

extension StoreContents {
    /// Drops the open samples of a series that is no more.
    fileprivate mutating func forget(_ series: SeriesID) {
        openCount -= heads.removeValue(forKey: series)?.count ?? 0
    }
}
