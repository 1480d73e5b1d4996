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

    init(from db: Database, now: Timestamp) throws(StoreError) {
        var sealedSeries: [SeriesID: Int64] = [:]
        for (info, sealedTo) in try SeriesTable.all(in: db) {
            series.append(info)
            sealedSeries[info.id] = sealedTo
        }
        var sealedGrids: [GridID: Int64] = [:]
        for (grid, sealedTo) in try GridTable.all(in: db) {
            grids.append(grid)
            sealedGrids[grid.id] = sealedTo
        }
        let given = try db.rows("SELECT name, seq FROM sqlite_sequence") { row in (row.text(0), row.integer(1)) }
        let lastGiven = Dictionary(given) { $1 }
        nextSeriesID = (lastGiven["series"] ?? 0) + 1
        nextGridID = (lastGiven["grid"] ?? 0) + 1
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
            heads.append(row.samples, row: id, at: now) { sealedSeries[$0] ?? .max >= id }
            heads.append(row.records, row: id, at: now) { sealedGrids[$0] ?? .max >= id }
        }
        contents.heads = heads.heads
        contents.recordHeads = heads.recordHeads
        contents.openCount = heads.openCount
        contents.openSince = heads.openSince
    }
}
