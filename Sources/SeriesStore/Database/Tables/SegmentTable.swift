// Segments: the samples, and the record of forecasts, for good.

import GRDB

/// `segment`: written once, replaced by a merge, deleted by retention.
enum SegmentTable {
    static let create = """
        CREATE TABLE segment(
            id INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,                 -- 0 samples, 1 record of forecasts, 2 tier
            owner_group INTEGER NOT NULL,          -- series / 128, grid / 128, or series / 128 << 24 | step
            journal_to INTEGER NOT NULL,           -- newest journal row in it: the later one wins
            first_at INTEGER NOT NULL,             -- nanoseconds; bins for the record, starts of bins for a tier
            last_at INTEGER NOT NULL,
            chunks INTEGER NOT NULL,
            samples INTEGER NOT NULL,
            merged INTEGER NOT NULL,               -- 1: written by a merge, for good
            bytes BLOB NOT NULL                    -- docs/format/segment.md
        )
        """

    static func insert(_ info: SegmentInfo, _ bytes: [UInt8], into db: Database) throws(StoreError) {
        try db.run(
            """
            INSERT INTO segment(id, kind, owner_group, journal_to, first_at, last_at, chunks, samples, merged, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(info.id), .integer(Int64(info.kind.rawValue)), .integer(info.group),
                .integer(info.journalTo), .integer(info.first), .integer(info.last), .integer(Int64(info.chunks)),
                .integer(Int64(info.count)), .flag(info.isMerged), .blob(bytes),
            ])
    }

    static func delete(_ id: Int64, in db: Database) throws(StoreError) {
        try db.run("DELETE FROM segment WHERE id = ?", [.integer(id)])
    }

    /// All segments, without their bytes: SQLite does not touch the pages that hold these.
    static func all(in db: Database) throws(StoreError) -> [SegmentInfo] {
        try db.rows(
            """
            SELECT id, kind, owner_group, journal_to, first_at, last_at, chunks, samples, length(bytes), merged
            FROM segment ORDER BY id
            """
        ) { (row) throws(StoreError) in
            guard let kind = SegmentKind(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) else {
                throw .damaged("segment \(row.integer(0)) is of an unknown kind, \(row.integer(1))")
            }
            if kind == .tier, GroupKey(kind: kind, group: row.integer(2)).tierStep == 0 {
                throw .damaged("segment \(row.integer(0)) is of a tier without a step")
            }
            return SegmentInfo(
                id: row.integer(0), kind: kind, group: row.integer(2), journalTo: row.integer(3),
                first: row.integer(4), last: row.integer(5), chunks: Int(row.integer(6)),
                count: Int(row.integer(7)), size: Int(row.integer(8)), isMerged: row.flag(9))
        }
    }
}
