// What opening a store reads: names, grids, the list of segments, and the journal, replayed into heads.

import GRDB

/// The contents of a file, as memory needs them.
struct LoadedStore {
    var series: [SeriesInfo] = []
    var grids: [GridRow] = []
    var contents = StoreContents()
    var nextSeriesID: SeriesID
    var nextGridID: GridID
    var nextSegmentID: Int64

    /// - Parameter damaged: tables that cannot be read. Without grids series are forecast anew, in memory.
    init(from db: Database, except damaged: Set<ForecastTable>, now: Timestamp) throws(StoreError) {
        series = try SeriesTable.all(in: db)
        if !damaged.contains(.grid), try GridTable.exists(in: db) { grids = try GridTable.all(in: db) }
        let (knownSeries, knownGrids) = (Set(series.map(\.id)), Set(grids.map(\.id)))
        let cursors = try CursorTable.own(in: db)
        nextSeriesID = (cursors[.lastSeries] ?? 0) + 1
        nextGridID = (cursors[.lastGrid] ?? 0) + 1
        nextSegmentID = 1
        for segment in try SegmentTable.all(in: db) {
            contents.add(segment)
            nextSegmentID = max(nextSegmentID, segment.id + 1)
        }
        contents.lastRow = try JournalTable.lastID(in: db)
        let decompressor = Decompressor()
        var heads = StoreContents()
        try JournalTable.replay(db) { (id, bytes) throws(StoreError) in
            let row: JournalRow
            do {
                row = try JournalRow(bytes, with: decompressor)
            } catch {
                throw .damaged("journal row \(id): \(error)")
            }
            heads.append(row.samples, row: id, at: now) { series in
                !knownSeries.contains(series) || id <= cursors[.sealed(GroupKey(series: series))] ?? 0
            }
            heads.append(row.records, row: id, at: now) { grid in
                !knownGrids.contains(grid) || id <= cursors[.sealed(GroupKey(grid: grid))] ?? 0
            }
        }
        contents.heads = heads.heads
        contents.recordHeads = heads.recordHeads
        contents.openCount = heads.openCount
        contents.openSince = heads.openSince
    }
}
