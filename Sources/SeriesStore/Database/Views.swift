// The views that anyone may read with plain `sqlite3`, while the daemon runs or not. They need no extension and no
// function younger than SQLite 3.8.3. Documented in docs/format/schema.md.

/// SQL of the documented views.
enum Views {
    /// A key's text, from its canonical bytes: a recursive walk over length-prefixed fields (lengths of one or two
    /// LEB128 bytes, which cover fields up to 16 383 bytes; longer ones show as they begin). Values are not quoted.
    private static let keyText = """
        (WITH RECURSIVE field(n, at, length, skip) AS (
            SELECT 0, 1, \(length(at: "1")), \(skip(at: "1"))
            UNION ALL
            SELECT n + 1, at + skip + length, \(length(at: "at + skip + length")), \(skip(at: "at + skip + length"))
            FROM field WHERE at + skip + length <= length(s.key))
         SELECT group_concat(CASE WHEN n = 0 THEN '' WHEN n = 1 THEN '{' WHEN n % 2 = 1 THEN ',' ELSE '=' END
                    || CAST(substr(s.key, at + skip, length) AS TEXT), '')
                || CASE WHEN max(n) > 0 THEN '}' ELSE '' END FROM field)
        """

    /// An SQL expression: the byte of blob `blob` at 1-based position `at`, as an integer.
    private static func byte(_ blob: String, at position: String) -> String {
        """
        ((instr('123456789ABCDEF', substr(hex(substr(\(blob), \(position), 1)), 1, 1)) << 4) \
        + instr('123456789ABCDEF', substr(hex(substr(\(blob), \(position), 1)), 2, 1)))
        """
    }

    private static func length(at position: String) -> String {
        let first = byte("s.key", at: position)
        return "CASE WHEN \(first) < 128 THEN \(first) "
            + "ELSE (\(first) & 127) | (\(byte("s.key", at: "\(position) + 1")) << 7) END"
    }

    private static func skip(at position: String) -> String {
        "CASE WHEN \(byte("s.key", at: position)) < 128 THEN 1 ELSE 2 END"
    }

    /// The rows of a fan table `f`, one for each lead, decoded as in docs/format/fan.md.
    ///
    /// Inside: n leads, lead k from 1, median m in units, and the spread of each code c.
    private static func decoded(from table: String, grid: String) -> String {
        let n = "(length(f.fan) / 6)"
        let low = byte("f.fan", at: "2 * l.k - 1")
        let high = byte("f.fan", at: "2 * l.k")
        // 16 bits, two's complement.
        let median = "(f.base + ((\(low) | (\(high) << 8)) + 32768) % 65536 - 32768)"
        func bound(_ column: Int, _ sign: String) -> String {
            let code = byte("f.fan", at: "\(2 + column) * \(n) + l.k")
            let spread =
                "CASE WHEN \(code) < 16 THEN \(code) ELSE (16 + (\(code) & 15)) << ((\(code) >> 4) - 1) END"
            return "CAST((\(median) \(sign) \(spread)) * f.num AS REAL) / f.den"
        }
        return """
            SELECT g.series AS series_id, \(grid) AS grid, \(keyText) AS series, s.unit AS unit, f.step AS step_seconds,
                f.origin AS origin, f.issued_at AS issued_at, f.backfilled AS backfilled, f.model AS model,
                l.k AS lead, f.origin + l.k * f.step AS target,
                datetime(f.origin + l.k * f.step, 'unixepoch') AS target_utc,
                CAST(\(median) * f.num AS REAL) / f.den AS median,
                \(bound(0, "-")) AS lower80, \(bound(1, "+")) AS upper80,
                \(bound(2, "-")) AS lower95, \(bound(3, "+")) AS upper95
            FROM \(table) f JOIN lead l ON l.k <= \(n) JOIN grid g ON g.id = \(grid) JOIN series s ON s.id = g.series
            """
    }

    private static func utc(_ column: String) -> String { "datetime(\(column) / 1000000000, 'unixepoch')" }

    /// The numbers 1…1024, which the fan views join with; the longest fan has 672 leads.
    static let leads = """
        CREATE TABLE lead(k INTEGER PRIMARY KEY);
        WITH RECURSIVE count(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM count WHERE k < 1024)
        INSERT INTO lead SELECT k FROM count
        """

    static let create = """
        CREATE VIEW v_series AS
        SELECT s.id AS series_id, \(keyText) AS series, s.kind AS kind, s.unit AS unit, s.aggregate AS aggregate,
            s.interval_seconds AS interval_seconds, s.time_zone AS time_zone, s.uid AS uid,
            s.created_at AS created_at, \(utc("s.created_at")) AS created_utc
        FROM series s;

        CREATE VIEW v_forecast AS
        \(decoded(from: "forecast_latest", grid: "f.grid"));

        CREATE VIEW v_forecast_as_of AS
        \(decoded(from: "forecast_fan", grid: "(f.id & 268435455)"));

        CREATE VIEW v_alert AS
        SELECT a.id AS id, \(keyText) AS series, a.series AS series_id, a.grid AS grid, a.kind AS kind,
            a.state AS state, a.severity AS severity, a.since AS since, \(utc("a.since")) AS since_utc,
            a.fired_at AS fired_at, a.resolved_at AS resolved_at, \(utc("a.resolved_at")) AS resolved_utc,
            a.accepted_by AS accepted_by, a.expected AS expected, a.lower AS lower, a.upper AS upper,
            a.actual AS actual, a.rmse AS rmse, a.baseline_rmse AS baseline_rmse, a.ratio AS ratio,
            a.model AS model, a.backfilled AS backfilled
        FROM alert a JOIN series s ON s.id = a.series;

        CREATE VIEW v_model AS
        SELECT m.id AS id, \(keyText) AS series, g.series AS series_id, m.grid AS grid, g.step AS step_seconds,
            m.name AS name, m.created_at AS created_at, \(utc("m.created_at")) AS created_utc,
            m.data_from * g.step AS data_from, m.data_to * g.step AS data_to, m.seed AS seed,
            m.code_version AS code_version, m.skill AS skill, m.scores AS scores, m.reason AS reason,
            length(m.bytes) AS size
        FROM model m JOIN grid g ON g.id = m.grid JOIN series s ON s.id = g.series;

        CREATE VIEW v_skill AS
        SELECT \(keyText) AS series, g.series AS series_id, k.grid AS grid, g.step AS step_seconds,
            date(k.day * 86400, 'unixepoch') AS day, k.lead AS lead, k.n AS n, k.sse AS sse, k.sae AS sae,
            k.baseline_sse AS baseline_sse, k.inside80 AS inside80, k.inside95 AS inside95
        FROM skill k JOIN grid g ON g.id = k.grid JOIN series s ON s.id = g.series;

        CREATE VIEW v_chunk AS
        SELECT id AS segment, CASE kind WHEN 0 THEN 'samples' ELSE 'record' END AS kind, owner_group AS owner_group,
            first_at AS first_at, last_at AS last_at, chunks AS chunks, samples AS samples, length(bytes) AS size,
            round(length(bytes) * 1.0 / samples, 3) AS bytes_per_sample
        FROM segment
        """
}
