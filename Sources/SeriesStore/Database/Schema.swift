// The schema and its version. `PRAGMA user_version` counts migrations; they only go forward, and one that was released
// is never edited. Whoever opens a file of a later version is told so, and the file stays as it is.

import GRDB

/// Creates the tables of a new file and brings older ones forward.
enum Schema {
    /// What this code writes: the number of migrations below.
    static var version: Int { migrations.count }

    private static let migrations: [[String]] = [
        // 1: the first one.
        [
            SeriesTable.create, GridTable.create, JournalTable.create, SegmentTable.create, LatestFanTable.create,
            FanTable.create, SkillTable.create, ModelTable.create, StateTable.create, AlertTable.create,
            MarkTable.create, CursorTable.create,
        ] + Views.create
    ]

    /// The version of a file; 0 for an empty one.
    static func found(in db: Database) throws(StoreError) -> Int {
        let version = try db.rows("PRAGMA user_version") { row in Int(row.integer(0)) }.first ?? 0
        guard version <= Self.version else { throw .newerSchema(found: version, known: Self.version) }
        let tables = try db.rows("SELECT count(*) FROM sqlite_master WHERE type = 'table'") { $0.integer(0) }.first ?? 0
        guard version > 0 || tables == 0 else {
            throw .damaged("it is an SQLite database of some other program")
        }
        return version
    }

    /// Runs what is missing, each migration in its own transaction.
    static func migrate(_ db: Database) throws(StoreError) {
        for version in try found(in: db)..<Self.version {
            do {
                try db.inTransaction(.immediate) {
                    for sql in migrations[version] { try db.execute(sql: sql) }
                    try db.execute(sql: "PRAGMA user_version = \(version + 1)")
                    return .commit
                }
            } catch {
                throw StoreError(error)
            }
        }
    }
}
