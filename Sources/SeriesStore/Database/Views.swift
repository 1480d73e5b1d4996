// The views that anyone may read with plain `sqlite3`, while the daemon runs or not. They need no extension and nothing
// younger than SQLite 3.9: bytes are read out of blobs by the hexadecimal digits of their text.
// Documented in docs/format/schema.md.

/// A documented view.
struct View {
    let name: String
    let columns: String
    let select: String

    var create: String { "CREATE VIEW \(name)(\(columns)) AS \(select)" }

    /// A view of the same columns without rows, for a file that has not got its tables yet.
    var createEmpty: String {
        let nothing = columns.split(separator: ",").map { _ in "NULL" }.joined(separator: ",")
        return "CREATE VIEW \(name)(\(columns)) AS SELECT \(nothing) WHERE 0"
    }

    var drop: String { "DROP VIEW \(name)" }
}

extension View {
    static let ofSamples = [series, chunk]

    static let ofForecasts = [
        forecast("v_forecast", "forecast_latest", grid: "grid"),
        forecast("v_forecast_as_of", "forecast_fan", grid: "id & 268435455"), alert, model, skill,
    ]

    /// The byte at 1-based position `at` of a blob.
    private static func byte(_ blob: String, at position: String) -> String {
        let digits = "hex(substr(\(blob),\(position),1))"
        return "(instr('123456789ABCDEF',substr(\(digits),1,1))<<4|instr('123456789ABCDEF',substr(\(digits),2,1)))"
    }

    // Views on forecasts take the text of a series from `series_text`: a name computed is 10 us, and to look for one all would
    // have to be. CROSS JOIN keeps the leads the innermost loop. Where a subquery says DISTINCT, no two of its rows are alike
    // anyway: the word keeps SQLite from putting its expressions into the places where they are used.

    private static func utc(_ column: String) -> String { "datetime(\(column) / 1000000000, 'unixepoch')" }

    /// The text of a key, by a walk over the length-prefixed fields of its canonical bytes. A length has one or two
    /// LEB128 bytes, which covers fields up to 16 383 bytes; longer ones show as they begin. Values are quoted where
    /// `SeriesKey.description` quotes them.
    ///
    /// Inside: `k` is the key, put together from its base and its difference (docs/format/key.md); `f` its fields, with
    /// number n, position p of the length and the length l itself; `t` the text of one.
    static let series: View = {
        func length(_ at: String) -> String {
            let low = byte("k", at: at)
            return "CASE WHEN \(low)<128 THEN \(low) ELSE \(low)-128+(\(byte("k", at: at + "+1"))<<7) END"
        }
        func name(_ code: String, _ names: [String]) -> String {
            let cases = names.enumerated().map { "WHEN \($0) THEN '\($1)'" }
            return "CASE \(code) \(cases.joined(separator: " ")) END"
        }
        let next = "p+l+1+(l>127)"
        let quoted = #"'"'||replace(replace(replace(t,'\','\\'),'"','\"'),char(10),'\n')||'"'"#
        let text = "CASE WHEN n&1=0 AND n>0 AND t GLOB '*[^0-9A-Za-z_.:/@+-]*' THEN \(quoted) ELSE t END"
        return View(
            name: "v_series",
            columns: "series_id, series, kind, unit, aggregate, interval_seconds, time_zone, uid, created_utc",
            select: """
                SELECT id, (
                WITH RECURSIVE f(n, p, l) AS (SELECT 0, 1, \(length("1"))
                UNION ALL SELECT n + 1, \(next), \(length(next)) FROM f WHERE \(next) <= length(k))
                SELECT group_concat(CASE n WHEN 0 THEN '' WHEN 1 THEN '{' ELSE substr('=,', 1 + (n & 1), 1) END
                || \(text), '') || substr('}', 1, count(*) > 1)
                FROM (SELECT n, CAST(substr(k, p + 1 + (l > 127), l) AS TEXT) AS t FROM f)),
                \(name("kind", SeriesTable.kinds.map(\.rawValue))), unit,
                \(name("aggregate", SeriesTable.aggregates.map(\.rawValue))), interval_seconds, time_zone, uid,
                date(created_day * 86400, 'unixepoch')
                FROM (SELECT DISTINCT s.id AS id, s.interval_seconds AS interval_seconds, kind, aggregate, unit, time_zone, created_day, uid,
                CASE WHEN s.base IS NULL THEN s.key ELSE CAST(substr(b.key, 1, \(byte("s.key", at: "1")))
                || substr(s.key, 3) || substr(b.key, 1 + length(b.key) - \(byte("s.key", at: "2"))) AS BLOB) END AS k
                FROM series s JOIN series_class c ON c.id = s.class LEFT JOIN series b ON b.id = s.base)
                """)
    }()

    private static let chunk = View(
        name: "v_chunk",
        columns: "segment, kind, owner_group, first_at, last_at, chunks, samples, size, bytes_per_sample",
        select: """
            SELECT id, CASE kind WHEN 0 THEN 'samples' WHEN 1 THEN 'record' ELSE 'tier' END, owner_group, first_at, last_at, chunks, samples,
            length(bytes), round(length(bytes) * 1.0 / samples, 3) FROM segment
            """)

    /// The fans of a table, one row for each lead, decoded as docs/format/fan.md says. Inside: `n` is the number of leads of
    /// a fan, `k` the lead, `m` the median in units, `c1`…`c4` the codes of the spreads.
    private static func forecast(_ view: String, _ table: String, grid: String) -> View {
        func bound(_ code: String, _ sign: String) -> String {
            let spread = "CASE WHEN \(code) < 16 THEN \(code) ELSE (16 + (\(code) & 15)) << ((\(code) >> 4) - 1) END"
            return "CAST((m \(sign) \(spread)) * num AS REAL) / den"
        }
        return View(
            name: view,
            columns: """
                series_id, grid, series, unit, step_seconds, origin, issued_at, backfilled, model, lead, target, target_utc, \
                median, lower80, upper80, lower95, upper95
                """,
            select: """
                SELECT series_id, grid, series, unit, step, origin, issued_at, backfilled, model, k, origin + k * step,
                datetime(origin + k * step, 'unixepoch'), CAST(m * num AS REAL) / den,
                \(bound("c1", "-")), \(bound("c2", "+")), \(bound("c3", "-")), \(bound("c4", "+"))
                FROM (SELECT series_id, series, unit, f.*, k,
                base + ((\(byte("fan", at: "2*k-1")) | (\(byte("fan", at: "2*k")) << 8)) + 32768) % 65536 - 32768 AS m,
                \(byte("fan", at: "2*n+k")) AS c1, \(byte("fan", at: "3*n+k")) AS c2,
                \(byte("fan", at: "4*n+k")) AS c3, \(byte("fan", at: "5*n+k")) AS c4
                FROM (SELECT *\(grid == "grid" ? "" : ", \(grid) AS grid"), length(fan) / 6 AS n FROM \(table)) f
                JOIN (SELECT g.id AS g, g.series AS series_id, text AS series, unit FROM grid g
                JOIN series_text t ON t.series = g.series JOIN series s ON s.id = g.series
                JOIN series_class c ON c.id = s.class) ON g = f.grid
                CROSS JOIN (WITH RECURSIVE l(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM l WHERE k < 1024) SELECT k FROM l)
                WHERE k <= n)
                """)
    }

    private static let alert = View(
        name: "v_alert",
        columns: """
            id, series, series_id, grid, kind, state, severity, since, since_utc, fired_at, resolved_at, resolved_utc, \
            accepted_by, expected, lower, upper, actual, rmse, baseline_rmse, ratio, model, backfilled
            """,
        select: """
            SELECT id, text, a.series, grid, kind, state, severity, since, \(utc("since")), fired_at, resolved_at,
            \(utc("resolved_at")), accepted_by, expected, lower, upper, actual, rmse, baseline_rmse, ratio, model,
            backfilled FROM alert a JOIN series_text t ON t.series = a.series
            """)

    private static let model = View(
        name: "v_model",
        columns: """
            id, series, series_id, grid, step_seconds, name, created_at, created_utc, data_from, data_to, seed, \
            code_version, skill, scores, reason, size
            """,
        select: """
            SELECT m.id, text, g.series, grid, step, name, created_at, \(utc("created_at")), data_from * step,
            data_to * step, seed, code_version, skill, scores, reason, length(bytes)
            FROM model m JOIN grid g ON g.id = m.grid JOIN series_text t ON t.series = g.series
            """)

    private static let skill = View(
        name: "v_skill",
        columns: """
            series, series_id, grid, step_seconds, day, lead, n, sse, sae, baseline_sse, inside80, inside95
            """,
        select: """
            SELECT text, g.series, grid, step, date(day * 86400, 'unixepoch'), lead, n, sse, sae, baseline_sse,
            inside80, inside95 FROM skill k JOIN grid g ON g.id = k.grid JOIN series_text t ON t.series = g.series
            """)
}
