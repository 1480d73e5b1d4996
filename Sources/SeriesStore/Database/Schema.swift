// The schema and its version. `PRAGMA user_version` counts migrations; they only go forward, and one that was released
// is never edited. Whoever opens a file of a later version is told so, and the file stays as it is.

import GRDB

/// Creates the tables of a new file and brings older ones forward.
enum Schema {
    /// What this code writes: the number of migrations below.
    static var version: Int { migrations.count }

    private static let migrations: [@Sendable (Database) throws -> Void] = [
        // 1: the first one. What forecasts need comes with the first of them: `makeForecastTables`.
        { db in
            for sql in [SeriesTable.create, JournalTable.create, SegmentTable.create, CursorTable.create]
                + View.ofSamples.map(\.create) + View.ofForecasts.map(\.createEmpty)
            {
                try db.execute(sql: stored(sql))
            }
        },
        // 2: there are segments of tiers; the text of series that have forecasts is written down.
        { db in
            for sql in View.ofSamples.flatMap({ [$0.drop, $0.create] }) { try db.execute(sql: stored(sql)) }
            guard try GridTable.exists(in: db) else { return }
            for sql in [SeriesTextTable.create] + View.ofForecasts.flatMap({ [$0.drop, $0.create] }) {
                try db.execute(sql: stored(sql))
            }
            try SeriesTextTable.writeAll(in: db)
        },
        // 3: values of labels are quoted in texts of series, as everywhere else.
        { db in
            for sql in [View.series.drop, View.series.create] { try db.execute(sql: stored(sql)) }
            if try GridTable.exists(in: db) { try SeriesTextTable.writeAll(in: db) }
        },
    ]

    private static let forecastTables =
        [
            GridTable.create, LatestFanTable.create, FanTable.create, SkillTable.create, ModelTable.create,
            StateTable.create, AlertTable.create, MarkTable.create, SeriesTextTable.create,
        ] + View.ofForecasts.flatMap { [$0.drop, $0.create] }

    /// The version of a file; 0 for an empty one.
    static func found(in db: Database) throws(StoreError) -> Int {
        let version = try db.rows("PRAGMA user_version") { row in Int(row.integer(0)) }.first ?? 0
        guard version <= Self.version else { throw .newerSchema(found: version, known: Self.version) }
        let tables = try db.rows("SELECT count(*) FROM sqlite_master WHERE type = 'table'") { $0.integer(0) }.first ?? 0
        guard version > 0 || tables == 0 else {
            throw .damaged(StoreError.ofAnotherProgram)
        }
        return version
    }

    /// Runs what is missing, each migration in its own transaction.
    static func migrate(_ db: Database) throws(StoreError) {
        for version in try found(in: db)..<Self.version {
            do {
                try db.inTransaction(.immediate) {
                    try migrations[version](db)
                    try db.execute(sql: "PRAGMA user_version = \(version + 1)")
                    return .commit
                }
            } catch {
                throw StoreError(error)
            }
        }
    }

    /// Makes the tables of forecasts and their views, unless they are there. In the caller's transaction.
    static func makeForecastTables(_ db: Database) throws(StoreError) {
        if try GridTable.exists(in: db) { return }
        do {
            for sql in forecastTables { try db.execute(sql: stored(sql)) }
        } catch {
            throw StoreError(error)
        }
    }

    /// A statement without comments and line breaks: SQLite keeps the text, and every store would carry them.
    private static func stored(_ sql: String) -> String {
        let lines = sql.split(separator: "\n").map { line -> Substring in
            let code = line.firstRange(of: "--").map { line[..<$0.lowerBound] } ?? line
            return code.trimming { $0 == " " }
        }
        return lines.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension Substring {
    fileprivate func trimming(while isBlank: (Character) -> Bool) -> Substring {
        var rest = self.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
