// What readers and writer share in memory: heads, and the list of segments. One lock guards both, so that a reader sees
// each sample exactly once: a sample is in a head or in a listed segment, and moves from one to the other in one step.

import Synchronization

/// Heads and segment list.
struct StoreContents: Sendable {
    var heads: [SeriesID: Head] = [:]
    var recordHeads: [RecordOwner: RecordHead] = [:]
    /// Segments by group, ascending by `journalTo`: where two hold one timestamp, the later in the list wins.
    var segments: [GroupKey: [SegmentInfo]] = [:]
    /// What the segments of a group say about its series; only for groups that somebody asked about.
    var summaries: [GroupKey: [SeriesID: SeriesSummary]] = [:]
    /// What kept fans and skill rows take, as it was counted last and has grown since; nil: never counted.
    var historyBytes: Int?
    /// Samples and entries in all heads.
    var openCount = 0
    /// The newest committed journal row.
    var lastRow: Int64 = 0
    /// When each group's oldest open sample was committed, by our clock.
    var openSince: [GroupKey: Timestamp] = [:]

    /// The segments of a group that reach into a range, oldest journal first.
    func segments(of group: GroupKey, from: Timestamp, to: Timestamp) -> [SegmentInfo] {
        (segments[group] ?? []).filter { $0.first < to && $0.last >= from }
    }

    /// Whether a segment of a group reaches into a range.
    func hasSegment(of group: GroupKey, from: Timestamp, to: Timestamp) -> Bool {
        // From the newest on, where the answer nearly always is.
        (segments[group] ?? []).reversed().contains { $0.first < to && $0.last >= from }
    }

    /// Adds committed samples. Where those of a series stand together, its head is looked up once.
    mutating func append(_ batch: SampleBatch, row: Int64, at now: Timestamp, unless sealed: (SeriesID) -> Bool) {
        for run in batch.runs {
            let series = batch.series[run.lowerBound]
            if sealed(series) { continue }
            openCount += run.count
            heads[series, default: Head()].append(batch, run, row: row)
            let key = GroupKey(series: series)
            if openSince[key] == nil { openSince[key] = now }
        }
    }

    /// Adds committed record entries.
    mutating func append(_ entries: [RecordEntry], row: Int64, at now: Timestamp, unless sealed: (GridID) -> Bool) {
        var start = 0
        while start < entries.count {
            let grid = entries[start].grid
            let end = entries[start...].firstIndex { $0.grid != grid } ?? entries.count
            if !sealed(grid) { append(entries[start..<end], of: grid, row: row, at: now) }
            start = end
        }
    }

    /// Entries of a catch-up come in hundreds of one grid, with two leads in turn.
    private mutating func append(_ entries: ArraySlice<RecordEntry>, of grid: GridID, row: Int64, at now: Timestamp) {
        openCount += entries.count
        for lead in Set(entries.lazy.map(\.lead)) {
            let owner = RecordOwner(grid: grid, lead: lead)
            recordHeads[owner, default: RecordHead(owner)].append(entries.lazy.filter { $0.lead == lead }, row: row)
        }
        let key = GroupKey(grid: grid)
        if openSince[key] == nil { openSince[key] = now }
    }

    /// The oldest journal row that an open sample or entry still needs; `.max` if none does.
    var oldestOpenRow: Int64 {
        let samples = heads.values.lazy.filter { $0.count > 0 }.map(\.firstRow).min() ?? .max
        let records = recordHeads.values.lazy.filter { $0.count > 0 }.map(\.firstRow).min() ?? .max
        return min(samples, records)
    }

    mutating func add(_ segment: SegmentInfo) {
        var list = segments[GroupKey(kind: segment.kind, group: segment.group)] ?? []
        list.insert(segment, at: list.partitioned { $0.journalTo <= segment.journalTo })
        segments[GroupKey(kind: segment.kind, group: segment.group)] = list
    }

    mutating func remove(_ ids: Set<Int64>, from group: GroupKey) {
        segments[group]?.removeAll { ids.contains($0.id) }
    }
}

/// The contents behind their lock.
final class StoreState: Sendable {
    private let contents: Mutex<StoreContents>

    init(_ contents: StoreContents) { self.contents = Mutex(contents) }

    /// Looks at the contents or changes them; must be quick, nobody else gets in meanwhile.
    func withLock<T: Sendable>(_ body: (inout StoreContents) -> T) -> T { contents.withLock { body(&$0) } }
}
