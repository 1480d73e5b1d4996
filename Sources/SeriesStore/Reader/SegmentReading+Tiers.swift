// Bins of tiers, for the part of a range whose samples have gone. Where tiers of several steps fit into the step that is asked
// for, the finest serves as far back as it reaches, and coarser ones before that.

/// The segments of the tiers that fit into a step, of one group of series: finest first.
struct TierSources: Sendable {
    var tiers: [(stepSeconds: Int64, segments: [SegmentInfo])] = []

    var isEmpty: Bool { tiers.isEmpty }
}

extension StoreContents {
    /// The steps of all tiers that hold something.
    var tierSteps: Set<Int64> {
        Set(segments.lazy.filter { $0.key.kind == .tier && !$0.value.isEmpty }.map(\.key.tierStep))
    }

    /// What a request may need of tiers; `steps` are those of `tierSteps`.
    func tiers(of series: SeriesID, in stepSeconds: Int64, steps: Set<Int64>, from: Timestamp, to: Timestamp)
        -> TierSources
    {
        var sources = TierSources()
        for step in steps.sorted() where stepSeconds % step == 0 {
            let found = segments(of: GroupKey(tier: step, series: series), from: from, to: to)
            if !found.isEmpty { sources.tiers.append((step, found)) }
        }
        return sources
    }
}

extension SegmentReading {
    /// The bins of a series that begin in a range, ascending; nil if a segment is gone.
    func tier(
        of series: SeriesID, from: Timestamp, to: Timestamp, in sources: TierSources
    ) throws(StoreError) -> [TierBin]? {
        var result: [TierBin] = []
        for (step, segments) in sources.tiers {
            guard let bins = try bins(of: series, from: from, to: to, stepSeconds: step, in: segments) else {
                return nil
            }
            guard let first = result.first else {
                result = bins
                continue
            }
            // The coarse bin in which the finer ones begin is whole, and they are not.
            let bin = Bins.index(of: first.first, stepSeconds: step)
            let (start, end) = (Bins.start(of: bin, stepSeconds: step), Bins.start(of: bin + 1, stepSeconds: step))
            let older = bins.prefix { $0.first < end }
            let isWhole = older.last.map { $0.first >= start } ?? false
            result = Array(older) + result.drop { isWhole && $0.first < end }
        }
        return result
    }

    /// The newest sample before a time that bins of tiers know of; nil if a segment is gone.
    func newest(
        of series: SeriesID, before time: Timestamp, in sources: TierSources
    ) throws(StoreError) -> Newest? {
        var best = Newest.none
        for (step, segments) in sources.tiers {
            for info in segments.sorted(by: { $0.last > $1.last }) {
                if case .some(let found, _) = best, info.last < found.timestamp { break }
                guard let bins = try bins(of: series, from: info.first, to: time, stepSeconds: step, in: [info]) else {
                    return nil
                }
                guard let bin = bins.last else { continue }
                best = best.later(Samples(timestamps: [bin.last], values: [bin.lastValue]), journalTo: info.journalTo)
            }
        }
        return best
    }

    /// The bins of one tier that begin in a range, ascending and one for each; nil if a segment is gone.
    func bins(
        of series: SeriesID, from: Timestamp, to: Timestamp, stepSeconds: Int64, in segments: [SegmentInfo]
    ) throws(StoreError) -> [TierBin]? {
        var result: [TierBin] = []
        for info in segments {
            let part = try reading(info, otherwise: [TierBin]()) { (blob, directory) throws(StoreError) in
                var part: [TierBin] = []
                for chunk in directory.chunks(of: series) {
                    let times = directory.times[chunk.times]
                    guard times.first < to, times.last >= from else { continue }
                    part += try bins(chunk, times, blob, info).filter { $0.first >= from && $0.first < to }
                }
                return part
            }
            guard let part else { return nil }
            result += part
        }
        return result.ordered(stepSeconds: stepSeconds)
    }

    /// Decodes one chunk of a tier.
    func bins(
        _ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times, _ blob: SegmentBlob, _ info: SegmentInfo
    ) throws(StoreError) -> [TierBin] {
        let starts = try timestamps(times, blob, info)
        let payload = try chunk.payload(what: "chunk in segment \(info.id)", blob.read)
        let step = GroupKey(kind: info.kind, group: info.group).tierStep
        return try TierChunk.decode(payload, starts: starts, stepSeconds: step, with: decompressor)
    }
}
