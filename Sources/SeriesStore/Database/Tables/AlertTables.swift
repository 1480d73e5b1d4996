// Alerts as they are, every transition they went through, and marks.

import GRDB

/// `alert`: one row per alert; `alert_history`: the row as it was after each transition, for ever.
enum AlertTable {
    private static let body = """
            series INTEGER NOT NULL,
            grid INTEGER NOT NULL,
            kind TEXT NOT NULL,                    -- drift
            state TEXT NOT NULL,                   -- firing, resolved, accepted
            severity TEXT NOT NULL,
            since INTEGER NOT NULL,                -- nanoseconds, event time
            fired_at INTEGER NOT NULL,
            resolved_at INTEGER,
            accepted_by TEXT,
            expected REAL, lower REAL, upper REAL, actual REAL,
            rmse REAL, baseline_rmse REAL, ratio REAL,
            model TEXT NOT NULL,
            backfilled INTEGER NOT NULL            -- seen in catch-up: recorded, not sent
        """

    static let create = """
        CREATE TABLE alert(
            id INTEGER PRIMARY KEY,                -- since in five minutes << 28 | grid; of older ones in seconds
        \(body)
        );
        CREATE TABLE alert_history(
            position INTEGER PRIMARY KEY,          -- grows: sinks read behind it
            alert INTEGER NOT NULL,
        \(body)
        )
        """

    private static let columns = """
        series, grid, kind, state, severity, since, fired_at, resolved_at, accepted_by, expected, lower, upper, actual,
        rmse, baseline_rmse, ratio, model, backfilled
        """

    /// Stores the alert as it now is.
    static func upsert(_ row: AlertRow, in db: Database) throws(StoreError) {
        try db.run("INSERT OR REPLACE INTO alert(id, \(columns)) VALUES (\(places))", values(row), on: .alert)
        try SeriesTextTable.add(row.series, in: db)
    }

    /// The alert under the id that it has in the file: one that opened under an older daemon ends under the id that people
    /// were told.
    static func known(_ row: AlertRow, in db: Database) throws(StoreError) -> AlertRow {
        var row = row
        let older = try db.rows("SELECT id FROM alert WHERE id = ?", [.integer(row.idInSeconds)], on: .alert) {
            $0.integer(0)
        }
        if let id = older.first { row.id = id }
        return row
    }

    /// Appends it to the history.
    static func append(_ row: AlertRow, to db: Database) throws(StoreError) {
        try db.run("INSERT INTO alert_history(alert, \(columns)) VALUES (\(places))", values(row), on: .alertHistory)
    }

    private static let places = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

    private static func values(_ row: AlertRow) -> [SQLValue] {
        [
            .integer(row.id), .integer(row.series), .integer(row.grid), .text(row.kind), .text(row.state),
            .text(row.severity), .integer(row.since), .integer(row.firedAt), .optional(row.resolvedAt),
            .optional(row.acceptedBy), .real(row.expected), .real(row.lower), .real(row.upper), .real(row.actual),
            .real(row.rmse), .real(row.baselineRMSE), .real(row.ratio), .text(row.model), .flag(row.backfilled),
        ]
    }

    /// Alerts that satisfy all that is given, newest first.
    static func rows(
        openOnly: Bool, series: SeriesID?, since: Timestamp?, in db: Database
    ) throws(StoreError) -> [AlertRow] {
        try db.rows(
            """
            SELECT id, \(columns) FROM alert
            WHERE (?1 = 0 OR state = 'firing') AND (?2 IS NULL OR series = ?2) AND (?3 IS NULL OR since >= ?3)
            ORDER BY since DESC, id DESC
            """, [.flag(openOnly), .optional(series), .optional(since)], on: .alert, alert)
    }

    private static func alert(_ row: SQLRow) -> AlertRow {
        // SQLite keeps NaN as NULL.
        func number(_ column: Int) -> Double { row.optionalReal(column) ?? .nan }
        return AlertRow(
            id: row.integer(0), series: row.integer(1), grid: row.integer(2), kind: row.text(3), state: row.text(4),
            severity: row.text(5), since: row.integer(6), firedAt: row.integer(7),
            resolvedAt: row.optionalInteger(8), acceptedBy: row.optionalText(9), expected: number(10),
            lower: number(11), upper: number(12), actual: number(13), rmse: number(14), baselineRMSE: number(15),
            ratio: number(16), model: row.text(17), backfilled: row.flag(18))
    }
}

/// `mark`: what people and machine say about a stretch of time.
enum MarkTable {
    static let create = """
        CREATE TABLE mark(
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,                    -- accepted, incident, deployment, …
            text TEXT NOT NULL,
            matcher TEXT NOT NULL,                 -- a selector; empty: all series
            from_at INTEGER NOT NULL,
            to_at INTEGER                          -- NULL: open
        )
        """

    static func upsert(_ row: MarkRow, in db: Database) throws(StoreError) {
        try db.run(
            "INSERT OR REPLACE INTO mark(id, kind, text, matcher, from_at, to_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                row.id == 0 ? .null : .integer(row.id), .text(row.kind), .text(row.text), .text(row.matcher),
                .integer(row.from), .optional(row.to),
            ], on: .mark)
    }
}
