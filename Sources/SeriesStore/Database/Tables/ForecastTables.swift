// Forecasts as rows: the newest fan of every grid, and sparse ones of the past for `AS OF`. Their blobs can be decoded
// in plain SQL (views v_forecast, v_forecast_as_of). Skill: sums a day.

import GRDB

/// The columns of a fan, the same in both tables.
private enum FanColumns {
    static let names = "origin, issued_at, step, model, backfilled, base, num, den, fan"

    static func values(_ row: FanRow) -> [SQLValue] {
        [
            .integer(row.origin), .integer(row.issuedAt), .integer(row.stepSeconds), .text(row.model),
            .flag(row.backfilled), .integer(row.fan.base), .integer(row.fan.resolution.numerator),
            .integer(row.fan.resolution.denominator), .blob(row.fan.bytes),
        ]
    }

    /// Reads them from column `start` on.
    static func row(_ row: SQLRow, grid: GridID, from start: Int) throws(StoreError) -> FanRow {
        let numerator = row.integer(start + 6)
        let denominator = row.integer(start + 7)
        guard numerator > 0, denominator > 0 else { throw .damaged("a fan with an impossible resolution") }
        return FanRow(
            grid: grid, origin: row.integer(start), issuedAt: row.integer(start + 1),
            stepSeconds: row.integer(start + 2), model: row.text(start + 3), backfilled: row.flag(start + 4),
            fan: try Fan(
                base: row.integer(start + 5), resolution: Resolution(numerator: numerator, denominator: denominator),
                bytes: row.bytes(start + 8)))
    }
}

/// `forecast_latest`: upserted, one row a grid.
enum LatestFanTable {
    static let create = """
        CREATE TABLE forecast_latest(
            grid INTEGER PRIMARY KEY,
            origin INTEGER NOT NULL,               -- seconds: start of the newest bin used
            issued_at INTEGER NOT NULL,
            step INTEGER NOT NULL,                 -- seconds
            model TEXT NOT NULL,
            backfilled INTEGER NOT NULL,
            base INTEGER NOT NULL, num INTEGER NOT NULL, den INTEGER NOT NULL,
            fan BLOB NOT NULL                      -- docs/format/fan.md
        )
        """

    static func upsert(_ row: FanRow, in db: Database) throws(StoreError) {
        try db.run(
            "INSERT OR REPLACE INTO forecast_latest(grid, \(FanColumns.names)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [.integer(row.grid)] + FanColumns.values(row), on: .latest)
    }

    static func fan(of grid: GridID, in db: Database) throws(StoreError) -> FanRow? {
        try db.rows("SELECT \(FanColumns.names) FROM forecast_latest WHERE grid = ?", [.integer(grid)], on: .latest) {
            (row) throws(StoreError) in try FanColumns.row(row, grid: grid, from: 0)
        }.first
    }
}

/// `forecast_fan`: appended in order of time, so that inserts touch one page and expiry is a range of ids.
enum FanTable {
    static let create = """
        CREATE TABLE forecast_fan(
            id INTEGER PRIMARY KEY,                -- origin << 28 | grid
            origin INTEGER NOT NULL,
            issued_at INTEGER NOT NULL,
            step INTEGER NOT NULL,
            model TEXT NOT NULL,
            backfilled INTEGER NOT NULL,
            base INTEGER NOT NULL, num INTEGER NOT NULL, den INTEGER NOT NULL,
            fan BLOB NOT NULL
        )
        """

    static func id(origin: Int64, grid: GridID) -> Int64 { origin << 28 | grid }

    /// Keeps a fan. The content of one (grid, origin) never changes: a second one is not taken.
    static func insert(_ row: FanRow, into db: Database) throws(StoreError) {
        try db.run(
            "INSERT OR IGNORE INTO forecast_fan(id, \(FanColumns.names)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [.integer(id(origin: row.origin, grid: row.grid))] + FanColumns.values(row), on: .fan)
    }

    /// Beyond the fine stretch one fan is kept in so many seconds.
    static let coarseSeconds: Int64 = 3 * 3600

    /// Keeps one fan of each grid in every three hours, the earliest, among origins in `from..<to`.
    static func thin(from: Int64, to: Int64, in db: Database) throws(StoreError) {
        try db.run(
            """
            DELETE FROM forecast_fan WHERE id >= ?1 AND id < ?2 AND id NOT IN (
                SELECT min(id) FROM forecast_fan WHERE id >= ?1 AND id < ?2
                GROUP BY id & 268435455, origin / \(coarseSeconds))
            """, [.integer(id(origin: from, grid: 0)), .integer(id(origin: to, grid: 0))], on: .fan)
    }

    static func delete(before origin: Int64, in db: Database) throws(StoreError) {
        try db.run("DELETE FROM forecast_fan WHERE id < ?", [.integer(id(origin: origin, grid: 0))], on: .fan)
    }

    /// What a row takes besides its blob, about.
    static let rowBytes = 64

    /// What all kept fans and the skill rows take, about, but for damaged tables. Reads all of their pages: once an hour, not for
    /// every `status`.
    static func historyBytes(in db: Database, except damaged: Set<ForecastTable>) throws(StoreError) -> Int {
        func bytes(_ table: ForecastTable, _ sum: String) throws(StoreError) -> Int {
            if damaged.contains(table) { return 0 }
            return try db.rows("SELECT \(sum) FROM \(table.rawValue)", on: table) { Int($0.integer(0)) }.first ?? 0
        }
        return try bytes(.fan, "coalesce(sum(length(fan) + \(rowBytes)), 0)") + bytes(.skill, "count(*) * \(rowBytes)")
    }

    /// The newest kept fan of a grid with origin at or before `origin` and not older than `oldest`.
    ///
    /// Ids of one origin are contiguous over grids, so one look-up an origin goes back in time.
    static func fan(of grid: GridID, asOf origin: Int64, in db: Database) throws(StoreError) -> FanRow? {
        try db.rows(
            """
            SELECT \(FanColumns.names) FROM forecast_fan
            WHERE id <= ? AND id & 268435455 = ? ORDER BY id DESC LIMIT 1
            """, [.integer(id(origin: origin, grid: grid)), .integer(grid)], on: .fan
        ) { (row) throws(StoreError) in try FanColumns.row(row, grid: grid, from: 0) }.first
    }
}

/// `skill`: how well each grid and lead was forecast, a row a day, for ever.
enum SkillTable {
    static let create = """
        CREATE TABLE skill(
            grid INTEGER NOT NULL,
            day INTEGER NOT NULL,                  -- days since 1970-01-01 UTC
            lead INTEGER NOT NULL,                 -- 1; 0: the anchor
            n INTEGER NOT NULL,
            sse REAL NOT NULL, sae REAL NOT NULL, baseline_sse REAL NOT NULL,
            inside80 INTEGER NOT NULL, inside95 INTEGER NOT NULL,
            PRIMARY KEY(day, grid, lead)
        ) WITHOUT ROWID
        """

    static func upsert(_ row: SkillRow, in db: Database) throws(StoreError) {
        try db.run(
            """
            INSERT OR REPLACE INTO skill(grid, day, lead, n, sse, sae, baseline_sse, inside80, inside95)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(row.grid), .integer(row.day), .integer(Int64(row.lead)), .integer(Int64(row.n)),
                .real(row.sse), .real(row.sae), .real(row.baselineSSE), .integer(Int64(row.inside80)),
                .integer(Int64(row.inside95)),
            ], on: .skill)
    }
}
