// Series and their grids: the names of everything else.

import GRDB

/// `series`: one row per series, inserted with the journal row that first uses it. Keys are unique because the
/// catalogue, which knows all of them, gives the ids; an index to say so again would hold every key twice.
enum SeriesTable {
    static let create = """
        CREATE TABLE series(
            id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again
            key BLOB NOT NULL,                     -- unique; canonical bytes, docs/format/key.md
            hash INTEGER NOT NULL,                 -- XXH64 of key, as a signed integer
            kind TEXT NOT NULL,                    -- gauge, counter
            unit TEXT NOT NULL,
            aggregate TEXT NOT NULL,               -- how samples become bins
            interval_seconds REAL,                 -- NULL until decided
            time_zone TEXT,                        -- IANA name; NULL: the daemon's
            created_at INTEGER NOT NULL,           -- nanoseconds since 1970 UTC, as all times named _at
            uid INTEGER,                           -- who sent the first sample
            sealed_to INTEGER NOT NULL DEFAULT 0   -- journal rows up to this one are in segments, for this series
        )
        """

    static func insert(_ info: SeriesInfo, into db: Database) throws(StoreError) {
        try db.run(
            """
            INSERT INTO series(id, key, hash, kind, unit, aggregate, interval_seconds, time_zone, created_at, uid)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(info.id), .blob(info.key.bytes), .integer(Int64(bitPattern: info.key.hash64)),
                .text(info.kind.rawValue), .text(info.unit), .text(info.aggregate.rawValue),
                .optional(info.intervalSeconds), .optional(info.timeZone), .integer(info.createdAt),
                .optional(info.uid),
            ])
    }

    static func update(_ info: SeriesInfo, in db: Database) throws(StoreError) {
        try db.run(
            "UPDATE series SET kind = ?, unit = ?, aggregate = ?, interval_seconds = ?, time_zone = ? WHERE id = ?",
            [
                .text(info.kind.rawValue), .text(info.unit), .text(info.aggregate.rawValue),
                .optional(info.intervalSeconds), .optional(info.timeZone), .integer(info.id),
            ])
    }

    static func rename(_ info: SeriesInfo, in db: Database) throws(StoreError) {
        try db.run(
            "UPDATE series SET key = ?, hash = ? WHERE id = ?",
            [.blob(info.key.bytes), .integer(Int64(bitPattern: info.key.hash64)), .integer(info.id)])
    }

    /// Takes a series away with its grids and all that hangs on them; its record expires by itself.
    static func delete(_ id: SeriesID, in db: Database) throws(StoreError) {
        for grid in try db.rows("SELECT id FROM grid WHERE series = ?", [.integer(id)], { $0.integer(0) }) {
            for table in ["forecast_latest", "skill", "model", "state"] {
                try db.run("DELETE FROM \(table) WHERE grid = ?", [.integer(grid)])
            }
            try db.run("DELETE FROM forecast_fan WHERE id & 268435455 = ?", [.integer(grid)])
        }
        for table in ["grid", "alert", "alert_history"] {
            try db.run("DELETE FROM \(table) WHERE series = ?", [.integer(id)])
        }
        try db.run("DELETE FROM series WHERE id = ?", [.integer(id)])
    }

    static func seal(_ id: SeriesID, to row: Int64, in db: Database) throws(StoreError) {
        try db.run("UPDATE series SET sealed_to = ? WHERE id = ?", [.integer(row), .integer(id)])
    }

    static func all(in db: Database) throws(StoreError) -> [(info: SeriesInfo, sealedTo: Int64)] {
        try db.rows(
            """
            SELECT id, key, kind, unit, aggregate, interval_seconds, time_zone, created_at, uid, sealed_to
            FROM series ORDER BY id
            """
        ) { (row) throws(StoreError) in
            let key: SeriesKey
            do {
                key = try SeriesKey(canonical: row.bytes(1))
            } catch {
                throw .damaged("series \(row.integer(0)): \(error)")
            }
            guard let kind = SeriesKind(rawValue: row.text(2)), let aggregate = Aggregate(rawValue: row.text(4)) else {
                throw .damaged("series \(key): unknown kind \(row.text(2)) or aggregate \(row.text(4))")
            }
            let info = SeriesInfo(
                id: row.integer(0), key: key, kind: kind, unit: row.text(3), aggregate: aggregate,
                intervalSeconds: row.optionalReal(5), createdAt: row.integer(7), uid: row.optionalInteger(8),
                timeZone: row.optionalText(6))
            return (info, row.integer(9))
        }
    }
}

/// `grid`: the bins of a series at one step; what forecasts, records, skill and models hang on.
enum GridTable {
    static let create = """
        CREATE TABLE grid(
            id INTEGER PRIMARY KEY AUTOINCREMENT,  -- below 2^28: part of forecast_fan.id
            series INTEGER NOT NULL,
            step INTEGER NOT NULL,                 -- seconds
            sealed_to INTEGER NOT NULL DEFAULT 0   -- as in series, for its record
        );
        CREATE UNIQUE INDEX grid_of_series ON grid(series, step)
        """

    static func insert(_ grid: GridRow, into db: Database) throws(StoreError) {
        try db.run(
            "INSERT INTO grid(id, series, step) VALUES (?, ?, ?)",
            [.integer(grid.id), .integer(grid.series), .integer(grid.stepSeconds)])
    }

    static func seal(_ id: GridID, to row: Int64, in db: Database) throws(StoreError) {
        try db.run("UPDATE grid SET sealed_to = ? WHERE id = ?", [.integer(row), .integer(id)])
    }

    static func all(in db: Database) throws(StoreError) -> [(grid: GridRow, sealedTo: Int64)] {
        try db.rows("SELECT id, series, step, sealed_to FROM grid ORDER BY id") { row in
            (GridRow(id: row.integer(0), series: row.integer(1), stepSeconds: row.integer(2)), row.integer(3))
        }
    }
}
