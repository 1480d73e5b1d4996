// The views that anyone may read with plain `sqlite3`, while the daemon runs or not. They need no extension and no
// function younger than SQLite 3.8.3: bytes are read out of blobs by the hexadecimal digits of their text.
// Documented in docs/format/schema.md.

/// SQL of the documented views.
enum Views {
    static let create = [
        series, forecast("v_forecast", "forecast_latest", grid: "grid"),
        forecast("v_forecast_as_of", "forecast_fan", grid: "id & 268435455"), alert, model, skill, chunk,
    ]

    /// The byte at 1-based position `at` of a blob, of which `hex` is the text in hexadecimal digits.
    private static func byte(_ hex: String, at position: String) -> String {
        """
        (instr('123456789ABCDEF', substr(\(hex), 2 * (\(position)) - 1, 1)) << 4 \
        | instr('123456789ABCDEF', substr(\(hex), 2 * (\(position)), 1)))
        """
    }

    private static func utc(_ column: String) -> String { "datetime(\(column) / 1000000000, 'unixepoch')" }

    // MARK: Series

    /// The text of a key, by a walk over the length-prefixed fields of its canonical bytes. A length has one or two
    /// LEB128 bytes, which covers fields up to 16 383 bytes; longer ones show as they begin. Values are not quoted.
    private static let series: String = {
        func start(_ at: String) -> String { "CASE WHEN hex(substr(s.key, \(at), 1)) < '80' THEN 1 ELSE 2 END" }
        func size(_ at: String) -> String {
            let low = byte("hex(substr(s.key, \(at), 1))", at: "1")
            let high = byte("hex(substr(s.key, \(at) + 1, 1))", at: "1")
            return "CASE WHEN hex(substr(s.key, \(at), 1)) < '80' THEN \(low) ELSE \(low) - 128 + (\(high) << 7) END"
        }
        return """
            CREATE VIEW v_series AS
            SELECT s.id AS series_id, (
                WITH RECURSIVE field(n, at, size) AS (
                    SELECT 0, 1 + \(start("1")), \(size("1"))
                    UNION ALL
                    SELECT n + 1, at + size + \(start("at + size")), \(size("at + size"))
                    FROM field WHERE at + size <= length(s.key))
                SELECT group_concat(CASE n WHEN 0 THEN '' WHEN 1 THEN '{' ELSE CASE n & 1 WHEN 1 THEN ',' ELSE '=' END END
                        || CAST(substr(s.key, at, size) AS TEXT), '') || CASE WHEN count(*) > 1 THEN '}' ELSE '' END
                FROM field) AS series,
                s.kind AS kind, s.unit AS unit, s.aggregate AS aggregate, s.interval_seconds AS interval_seconds,
                s.time_zone AS time_zone, s.uid AS uid, s.created_at AS created_at, \(utc("s.created_at")) AS created_utc
            FROM series s
            """
    }()

    // MARK: Forecasts

    /// The fans of a table, one row for each lead, decoded as docs/format/fan.md says. Inside: `h` is the blob in
    /// hexadecimal, `n` its number of leads, `k` the lead, `m` the median in units, `c1`…`c4` the codes of the spreads.
    private static func forecast(_ view: String, _ table: String, grid: String) -> String {
        func bound(_ code: String, _ sign: String) -> String {
            let spread = "CASE WHEN \(code) < 16 THEN \(code) ELSE (16 + (\(code) & 15)) << ((\(code) >> 4) - 1) END"
            return "CAST((m \(sign) \(spread)) * num AS REAL) / den"
        }
        return """
            CREATE VIEW \(view) AS
            SELECT series_id, grid, series, unit, step_seconds, origin, issued_at, backfilled, model, lead,
                origin + lead * step_seconds AS target,
                datetime(origin + lead * step_seconds, 'unixepoch') AS target_utc,
                CAST(m * num AS REAL) / den AS median,
                \(bound("c1", "-")) AS lower80, \(bound("c2", "+")) AS upper80,
                \(bound("c3", "-")) AS lower95, \(bound("c4", "+")) AS upper95
            FROM (
                SELECT g.series AS series_id, f.grid_id AS grid, s.series AS series, s.unit AS unit,
                    f.step AS step_seconds, f.origin AS origin, f.issued_at AS issued_at, f.backfilled AS backfilled,
                    f.model AS model, l.k AS lead, f.num AS num, f.den AS den,
                    f.base + ((\(byte("f.h", at: "2 * l.k - 1")) | (\(byte("f.h", at: "2 * l.k")) << 8)) + 32768)
                        % 65536 - 32768 AS m,
                    \(byte("f.h", at: "2 * f.n + l.k")) AS c1, \(byte("f.h", at: "3 * f.n + l.k")) AS c2,
                    \(byte("f.h", at: "4 * f.n + l.k")) AS c3, \(byte("f.h", at: "5 * f.n + l.k")) AS c4
                FROM (SELECT *, \(grid) AS grid_id, hex(fan) AS h, length(fan) / 6 AS n FROM \(table)) f
                JOIN (WITH RECURSIVE lead(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM lead WHERE k < 1024)
                      SELECT k FROM lead) l ON l.k <= f.n
                JOIN grid g ON g.id = f.grid_id
                JOIN v_series s ON s.series_id = g.series)
            """
    }

    // MARK: The rest

    private static let alert = """
        CREATE VIEW v_alert AS
        SELECT a.id AS id, s.series AS series, a.series AS series_id, a.grid AS grid, a.kind AS kind, a.state AS state,
            a.severity AS severity, a.since AS since, \(utc("a.since")) AS since_utc, a.fired_at AS fired_at,
            a.resolved_at AS resolved_at, \(utc("a.resolved_at")) AS resolved_utc, a.accepted_by AS accepted_by,
            a.expected AS expected, a.lower AS lower, a.upper AS upper, a.actual AS actual, a.rmse AS rmse,
            a.baseline_rmse AS baseline_rmse, a.ratio AS ratio, a.model AS model, a.backfilled AS backfilled
        FROM alert a JOIN v_series s ON s.series_id = a.series
        """

    private static let model = """
        CREATE VIEW v_model AS
        SELECT m.id AS id, s.series AS series, g.series AS series_id, m.grid AS grid, g.step AS step_seconds,
            m.name AS name, m.created_at AS created_at, \(utc("m.created_at")) AS created_utc,
            m.data_from * g.step AS data_from, m.data_to * g.step AS data_to, m.seed AS seed,
            m.code_version AS code_version, m.skill AS skill, m.scores AS scores, m.reason AS reason,
            length(m.bytes) AS size
        FROM model m JOIN grid g ON g.id = m.grid JOIN v_series s ON s.series_id = g.series
        """

    private static let skill = """
        CREATE VIEW v_skill AS
        SELECT s.series AS series, g.series AS series_id, k.grid AS grid, g.step AS step_seconds,
            date(k.day * 86400, 'unixepoch') AS day, k.lead AS lead, k.n AS n, k.sse AS sse, k.sae AS sae,
            k.baseline_sse AS baseline_sse, k.inside80 AS inside80, k.inside95 AS inside95
        FROM skill k JOIN grid g ON g.id = k.grid JOIN v_series s ON s.series_id = g.series
        """

    private static let chunk = """
        CREATE VIEW v_chunk AS
        SELECT id AS segment, CASE kind WHEN 0 THEN 'samples' ELSE 'record' END AS kind, owner_group AS owner_group,
            first_at AS first_at, last_at AS last_at, chunks AS chunks, samples AS samples, length(bytes) AS size,
            round(length(bytes) * 1.0 / samples, 3) AS bytes_per_sample
        FROM segment
        """
}
