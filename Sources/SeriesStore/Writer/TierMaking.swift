// Samples that go leave their bins behind, one for each tier: made from the chunks that are taken away, and committed in the
// transaction that takes them away. After a crash there are the samples or their bins, never both and never neither.
//
// A bin at the border is summed up in pieces, as its samples go; readers and merges put pieces together. What is written for
// a time whose samples have gone stands beside the bin until it goes too, and then becomes a piece of it.

import GRDB

/// Makes the bins of the chunks that go of one group of series.
struct TierMaking: Sendable {
    let group: GroupKey
    /// All segments of the group, in journal order.
    let segments: [SegmentInfo]
    /// Open samples by series.
    let open: [SeriesID: Samples]
    let tiers: [StoreOptions.Tier]
    let expired: Retention.Expired

    /// The segments of all tiers, to be committed with what takes the chunks away.
    ///
    /// A chunk that cannot be read goes without leaving anything.
    func made(_ db: Database) throws(StoreError) -> [(info: SegmentInfo, bytes: [UInt8])] {
        let reading = SegmentReading(db)
        let steps = Set(tiers.map(\.stepSeconds)).sorted()
        let row = segments.map(\.journalTo).max() ?? 0
        let first = group.group * GroupKey.size
        var encoders = steps.map { step in
            GroupEncoder(
                GroupKey(tier: step, series: first), row: row, compressor: Compressor(.quick), isMerge: false)
        }
        for series in first..<first + GroupKey.size {
            let samples = try leaving(series, reading)
            if samples.isEmpty { continue }
            for (index, step) in steps.enumerated() {
                let bins = TierBin.bins(of: samples, stepSeconds: step)
                if !bins.isEmpty { encoders[index].append(series: series, bins, stepSeconds: step) }
            }
        }
        var result: [(info: SegmentInfo, bytes: [UInt8])] = []
        for index in encoders.indices { result += encoders[index].finished() }
        return result
    }

    /// The samples of a series that go, without those of a time of which another sample stays.
    private func leaving(_ series: SeriesID, _ reading: SegmentReading) throws(StoreError) -> Samples {
        var going = Samples()
        var staying: [(info: SegmentInfo, chunk: SegmentDirectory.Chunk, times: SegmentDirectory.Times, cut: Cut)] = []
        for info in segments {
            guard let (blob, directory) = try? reading.open(info) else { continue }
            for chunk in directory.chunks(of: series) {
                let times = directory.times[chunk.times]
                let cut = expired.cut(chunk, times, of: info)
                if !cut.isAll { staying.append((info, chunk, times, cut)) }
                if cut.isNothing { continue }
                guard let found = try? reading.samples(chunk, times, blob, info) else { continue }
                for (timestamp, value) in zip(found.timestamps, found.values) where cut.takes(timestamp) {
                    going.append(timestamp, value)
                }
            }
        }
        guard !going.isEmpty else { return going }
        going = going.ordered()
        let (from, to) = (going.timestamps[0], going.timestamps[going.count - 1])
        var taken = Set(open[series]?.timestamps.filter { $0 >= from && $0 <= to } ?? [])
        for (info, chunk, times, cut) in staying where times.first <= to && times.last >= from {
            guard let (blob, _) = try? reading.open(info), let found = try? reading.samples(chunk, times, blob, info)
            else { continue }
            taken.formUnion(found.timestamps.filter { !cut.takes($0) })
        }
        if taken.isEmpty { return going }
        var rest = Samples()
        for (timestamp, value) in zip(going.timestamps, going.values) where !taken.contains(timestamp) {
            rest.append(timestamp, value)
        }
        return rest
    }
}

extension Retention.Expired {
    /// What goes of a chunk, with its segment or alone.
    fileprivate func cut(
        _ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times, of info: SegmentInfo
    ) -> Cut {
        if whole.contains(info.id) { return .all }
        return cuts[info.id]?[Retention.ChunkName(owner: chunk.owner, first: times.first)] ?? .nothing
    }
}

/// Looks for the segments of a tier of which every bin has had its time.
struct TierRetention: Sendable {
    /// Those of the tier.
    let segments: [SegmentInfo]
    /// Those of the samples of the same series.
    let samples: [SegmentInfo]
    /// Newest open sample of each series that has one.
    let open: [SeriesID: Timestamp]
    /// When each series came into being here.
    let created: [SeriesID: Timestamp]
    let now: Timestamp
    let stepSeconds: Int64
    /// Nanoseconds; nil: nobody wants this tier any more.
    let age: Int64?

    func expired(_ db: Database) throws(StoreError) -> Set<Int64> {
        guard let age else { return Set(segments.map(\.id)) }
        let reading = SegmentReading(db)
        var newest = open
        for info in samples + segments {
            guard let (_, directory) = try reading.openNamed(info) else { return [] }
            for chunk in directory.chunks {
                newest[chunk.owner] = max(newest[chunk.owner] ?? .min, directory.times[chunk.times].last)
            }
        }
        var expired = Set<Int64>()
        for info in segments {
            guard let (_, directory) = try reading.openNamed(info) else { return [] }
            let isExpired = directory.chunks.allSatisfy { chunk in
                let end = directory.times[chunk.times].last.subtracting(-stepSeconds * 1_000_000_000)
                let last = newest[chunk.owner] ?? .min
                let heard = max(last, created[chunk.owner] ?? .min)
                return end < last.subtracting(age) || heard < now.subtracting(age)
            }
            if isExpired { expired.insert(info.id) }
        }
        return expired
    }

    /// Whether it is worth opening a segment.
    var mayHaveExpired: Bool {
        guard let age else { return true }
        let oldest = segments.map(\.last).min() ?? .max
        let newest = max((samples + segments).map(\.last).max() ?? .min, open.values.max() ?? .min)
        return oldest < newest.subtracting(age) || oldest < now.subtracting(age)
    }
}
