// A seal moves the open samples of a group of series from heads and journal into segments. Encoding happens beside the
// commit loop, on a snapshot; its result rides with the next commit. Between the two, heads only grow at their end, so
// "the first n samples of this head" still names the same samples.

import GRDB

/// A group whose open samples, as they were at journal row `row`, shall be sealed.
struct SealRequest: Sendable {
    let group: GroupKey
    let row: Int64
    /// Heads as they were, by series; for a group of series.
    var samples: [(series: SeriesID, head: Head)] = []
    /// Heads as they were, by owner; for a group of grids.
    var records: [(owner: RecordOwner, head: RecordHead)] = []
}

/// A group's segments, ready to be committed.
struct SealedGroup: Sendable {
    var group: GroupKey
    /// Up to which journal row they hold the samples of the group.
    var row: Int64
    var segments: [(info: SegmentInfo, bytes: [UInt8])] = []
    /// How many of the oldest open samples of each series they hold.
    var samples: [SeriesID: Int] = [:]
    /// How many of the oldest open entries of each record.
    var records: [RecordOwner: Int] = [:]
    /// What these samples add to the summary of each series.
    var summaries: [SeriesID: SeriesSummary] = [:]
    /// Segments whose content is in the new ones: a merge.
    var replaced: Set<Int64> = []
    /// Series that go with all that hangs on them.
    var deletedSeries: [SeriesID] = []

    /// - Parameter damaged: tables of forecasts that are left as they are.
    func execute(in db: Database, except damaged: Set<ForecastTable>) throws(StoreError) {
        for (info, bytes) in segments { try SegmentTable.insert(info, bytes, into: db) }
        if !(samples.isEmpty && records.isEmpty) { try CursorTable.raise(.sealed(group), to: row, in: db) }
        for id in replaced { try SegmentTable.delete(id, in: db) }
        if !deletedSeries.isEmpty { try SeriesTable.delete(deletedSeries, except: damaged, in: db) }
    }
}

extension SealRequest {
    /// Encodes the segments; pure.
    func sealed(compressor: Compressor) -> SealedGroup {
        var result = SealedGroup(group: group, row: row)
        var encoder = GroupEncoder(group, row: row, compressor: compressor, isMerge: false)
        for (series, head) in samples.sorted(by: { $0.series < $1.series }) {
            let ordered = head.samples.ordered()
            encoder.append(series: series, ordered)
            result.samples[series] = head.count
            result.summaries[series] = SeriesSummary(of: ordered)
        }
        for (owner, head) in records.sorted(by: { $0.owner.id < $1.owner.id }) {
            encoder.append(owner, head.entries.ordered())
            result.records[owner] = head.count
        }
        result.segments = encoder.finished()
        return result
    }
}

extension StoreContents {
    /// The oldest journal row that open samples will need once these seals are committed.
    func oldestOpenRow(after seals: [SealedGroup]) -> Int64 {
        if seals.isEmpty { return oldestOpenRow }
        var samples: [SeriesID: (count: Int, row: Int64)] = [:]
        var records: [RecordOwner: (count: Int, row: Int64)] = [:]
        for seal in seals {
            for (series, count) in seal.samples { samples[series] = (count, seal.row) }
            for (owner, count) in seal.records { records[owner] = (count, seal.row) }
        }
        var oldest = Int64.max
        for (series, head) in heads where head.count > samples[series]?.count ?? 0 {
            oldest = min(oldest, samples[series].map { $0.row + 1 } ?? head.firstRow)
        }
        for (owner, head) in recordHeads where head.count > records[owner]?.count ?? 0 {
            oldest = min(oldest, records[owner].map { $0.row + 1 } ?? head.firstRow)
        }
        return oldest
    }

    /// Moves what a committed seal holds from heads to the list of segments.
    mutating func apply(_ seal: SealedGroup, at now: Timestamp) {
        var open = 0
        for (series, count) in seal.samples {
            heads[series]?.removeFirst(count, nextRow: seal.row + 1)
            openCount -= count
            open += heads[series]?.count ?? 0
        }
        for (owner, count) in seal.records {
            recordHeads[owner]?.removeFirst(count, nextRow: seal.row + 1)
            openCount -= count
            open += recordHeads[owner]?.count ?? 0
        }
        if seal.replaced.isEmpty {
            if var known = summaries[seal.group] {
                known.merge(seal.summaries) { SeriesSummary.sum($0, $1) ?? $1 }
                summaries[seal.group] = known
            }
        } else if seal.summaries.isEmpty {
            // Something was taken away, not merged.
            summaries[seal.group] = nil
        }
        remove(seal.replaced, from: seal.group)
        for (info, _) in seal.segments { add(info) }
        if !(seal.samples.isEmpty && seal.records.isEmpty) { openSince[seal.group] = open > 0 ? now : nil }
    }
}
