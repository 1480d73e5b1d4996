// The text of every series that has a grid, an alert or both, so that plain SQL finds its forecasts by name: `v_series` puts
// names together out of differences, and would have to do so for all of them. It comes with the tables of forecasts; a store
// of samples alone has none of it.

import GRDB

/// `series_text`: what `v_series` says, written down. Names of series and labels are not quoted there, so that two series may
/// have one text if somebody puts braces and commas into these.
enum SeriesTextTable {
    static let create = """
        CREATE TABLE series_text(
            series INTEGER PRIMARY KEY,
            text TEXT NOT NULL                     -- column series of v_series
        );
        CREATE INDEX series_text_by_text ON series_text(text);
        CREATE INDEX grid_by_series ON grid(series)
        """

    /// Writes the text of a series down, unless it is there.
    static func add(_ series: SeriesID, in db: Database) throws(StoreError) {
        let isThere = try !db.rows(
            "SELECT 1 FROM series_text WHERE series = ?", [.integer(series)], on: .grid, { _ in }
        ).isEmpty
        if !isThere { try write("series_id = ?", [.integer(series)], in: db) }
    }

    /// After a series got another name: what is written down follows.
    static func rename(_ series: SeriesID, in db: Database) throws(StoreError) {
        guard try GridTable.exists(in: db) else { return }
        try write("series_id = ? AND series_id IN (SELECT series FROM series_text)", [.integer(series)], in: db)
    }

    /// Writes all of them anew, from what the other tables say.
    static func writeAll(in db: Database) throws(StoreError) {
        try db.run("DELETE FROM series_text")
        try write("series_id IN (SELECT series FROM grid UNION SELECT series FROM alert)", [], in: db)
    }

    /// Series of which another text is written down than they have, or none, or of which one should not be.
    static func wrong(in db: Database) throws(StoreError) -> [SeriesID] {
        try db.rows(
            """
            SELECT series_id FROM v_series v LEFT JOIN series_text t ON t.series = series_id
            WHERE text IS NOT v.series AND (text NOT NULL OR series_id IN (SELECT series FROM grid))
            UNION ALL SELECT series FROM series_text WHERE series NOT IN (SELECT id FROM series)
            """
        ) { $0.integer(0) }
    }

    private static func write(_ condition: String, _ values: [SQLValue], in db: Database) throws(StoreError) {
        try db.run(
            "INSERT OR REPLACE INTO series_text(series, text) SELECT series_id, series FROM v_series WHERE \(condition)",
            values, on: .grid)
    }
}
