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

    /// A merge decodes so many samples at once at most: 10 MB.
    static let mostSamples = 640_000

    /// Reads and decodes; nil if retention has taken one of the segments away meanwhile.
    func contents(_ database: StoreDatabase) async throws(StoreError) -> MergedContents? {
        let request = self
        return try await database.read { db in try MergedContents(request, db) }
    }

    /// Encodes the segments that replace them; pure.
    func merged(_ contents: MergedContents, compressor: Compressor) -> SealedGroup {
        var seal = SealRequest(group: group, row: segments[segments.count - 1].journalTo)
        seal.samples = contents.samples.map { ($0, $1) }
        seal.records = contents.records.map { ($0, $1) }
        var result = seal.sealed(compressor: compressor, isMerge: true)
        // Nothing of it comes out of a head.
        result.samples = [:]
        result.records = [:]
        result.replaced = Set(segments.map(\.id))
        return result
    }
}

/// All chunks of some segments, decoded, in journal order.
struct MergedContents: Sendable {
    var samples: [SeriesID: Samples] = [:]
    var records: [RecordOwner: [RecordEntry]] = [:]

    /// Nil if a segment is gone.
    init?(_ request: MergeRequest, _ db: Database) throws(StoreError) {
        let reading = SegmentReading(db)
        for info in request.segments {
            guard let (blob, directory) = try reading.open(info) else { return nil }
            for chunk in directory.chunks {
                let times = directory.times[chunk.times]
                switch info.kind {
                case .samples:
                    let found = try reading.samples(chunk, times, blob, info)
                    samples[chunk.owner, default: Samples()].append(contentsOf: found)
                case .record:
                    let owner = RecordOwner(id: chunk.owner)
                    records[owner, default: []] += try reading.entries(chunk, times, blob, info)
                }
            }
        }
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
