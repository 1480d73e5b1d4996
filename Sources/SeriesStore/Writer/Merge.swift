// A merge puts the small segments of a group together. Seals come early, so that little has to be replayed, and their
// chunks are short; chunks of 4096 points cost a third less, and fewer of them have to be opened for a long range.
//
// Only neighbours in journal order are merged: the new segment takes the place of all of them, and the rule "of two
// samples with one time the later in journal order wins" keeps its meaning for all that lies before and after.

import GRDB

/// A run of segments to be replaced by one.
struct MergeRequest: Sendable {
    let group: GroupKey
    /// Ascending by `journalTo`.
    let segments: [SegmentInfo]

    /// A merge takes so many samples at most: a second of work.
    static let mostSamples = 640_000

    /// Encodes the segments that replace them, owner after owner, so that no more than one owner's samples are decoded at a
    /// time; nil if retention has taken one of the segments away meanwhile.
    func merged(_ db: Database, compressor: Compressor) throws(StoreError) -> SealedGroup? {
        let reading = SegmentReading(db)
        var sources: [(info: SegmentInfo, blob: SegmentBlob, directory: SegmentDirectory)] = []
        for info in segments {
            guard let (blob, directory) = try reading.open(info) else { return nil }
            sources.append((info, blob, directory))
        }
        let row = segments[segments.count - 1].journalTo
        var encoder = GroupEncoder(group, row: row, compressor: compressor, isMerge: true)
        var result = SealedGroup(group: group, row: row)
        for owner in Set(sources.flatMap { $0.directory.chunks.map(\.owner) }).sorted() {
            var samples = Samples()
            var entries: [RecordEntry] = []
            var bins: [TierBin] = []
            for (info, blob, directory) in sources {
                for chunk in directory.chunks(of: owner) {
                    let times = directory.times[chunk.times]
                    switch group.kind {
                    case .samples: samples.append(contentsOf: try reading.samples(chunk, times, blob, info))
                    case .record: entries += try reading.entries(chunk, times, blob, info)
                    case .tier: bins += try reading.bins(chunk, times, blob, info)
                    }
                }
            }
            switch group.kind {
            case .samples:
                let ordered = samples.ordered()
                encoder.append(series: owner, ordered)
                result.summaries[owner] = SeriesSummary(of: ordered)
            case .record: encoder.append(RecordOwner(id: owner), entries.ordered())
            case .tier:
                let step = group.tierStep
                encoder.append(series: owner, bins.ordered(stepSeconds: step), stepSeconds: step)
            }
        }
        result.segments = encoder.finished()
        result.replaced = Set(segments.map(\.id))
        return result
    }
}

extension StoreContents {
    /// A run of small segments of one group that is worth a merge; nil if there is none.
    ///
    /// - Parameter all: take what there is, for `compact`, also a lone segment that was never merged; else wait until a
    ///   full chunk of each series comes together.
    func mergeRequest(_ group: GroupKey, all: Bool) -> MergeRequest? {
        var run: [SegmentInfo] = []
        var samples = 0
        var depth = 0
        func isWorthIt() -> Bool {
            // What came out of one merge would come out of it again.
            let isDone = run.allSatisfy { $0.isMerged && $0.journalTo == run[0].journalTo }
            return all ? !isDone : run.count > 1 && depth >= SegmentBuilder.usualChunk && !isDone
        }
        for segment in segments[group] ?? [] {
            let perChunk = segment.count / max(1, segment.chunks)
            let isSmall = perChunk < SegmentBuilder.usualChunk / 2 || all && !segment.isMerged
            if !isSmall || samples + segment.count > MergeRequest.mostSamples {
                if isWorthIt() { break }
                (run, samples, depth) = ([], 0, 0)
                if !isSmall { continue }
            }
            run.append(segment)
            samples += segment.count
            // Several segments of one seal hold different series: they add to the width, not to the depth.
            if run.count < 2 || run[run.count - 2].journalTo != segment.journalTo { depth += perChunk }
        }
        guard isWorthIt() else { return nil }
        return MergeRequest(group: group, segments: run)
    }
}
