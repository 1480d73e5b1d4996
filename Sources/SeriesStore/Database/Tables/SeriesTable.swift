// Series and their grids: the names of everything else.

import GRDB

/// `series`: one row per series, inserted with the journal row that first uses it; `series_class`: what many series have
/// in common. Keys are unique because the catalogue, which knows all of them, gives the ids; an index to say so again
/// would hold every key twice.
enum SeriesTable {
    static let create = """
        CREATE TABLE series(
            id INTEGER PRIMARY KEY,                -- never used again: `cursor` knows the last one
            class INTEGER NOT NULL,                -- series_class
            interval_seconds REAL,                 -- NULL until decided
            base INTEGER,                          -- NULL: key is whole; else the series that it is a difference from
            key BLOB NOT NULL                      -- canonical bytes, or a difference: docs/format/key.md
        );
        CREATE TABLE series_class(
            id INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,                 -- 0 gauge, 1 counter
            aggregate INTEGER NOT NULL,            -- how samples become bins: 0 mean, 1 rate, 2 max, 3 min, 4 last, 5 sum, 6 count
            unit TEXT NOT NULL,
            time_zone TEXT,                        -- IANA name; NULL: the daemon's
            created_day INTEGER NOT NULL,          -- days since 1970-01-01 UTC: of the first sample's arrival
            uid INTEGER                            -- who sent the first sample
        )
        """

    /// The codes of `kind` and `aggregate`.
    static let kinds: [SeriesKind] = [.gauge, .counter]
    static let aggregates: [Aggregate] = [.mean, .rate, .max, .min, .last, .sum, .count]

    /// Inserts new series. Bases are looked for among the whole keys of a series' group.
    static func insert(_ infos: [SeriesInfo], into db: Database) throws(StoreError) {
        var bases: [Int64: [(id: SeriesID, key: [UInt8])]] = [:]
        for info in infos {
            let group = GroupKey(series: info.id).group
            if bases[group] == nil { bases[group] = try wholeKeys(of: group, in: db) }
            let difference = KeyDifference.shortest(info.key.bytes, among: bases[group] ?? [])
            if difference == nil { bases[group]?.append((info.id, info.key.bytes)) }
            try db.run(
                "INSERT INTO series(id, class, interval_seconds, base, key) VALUES (?, ?, ?, ?, ?)",
                [
                    .integer(info.id), .integer(try classID(of: info, in: db)), .optional(info.intervalSeconds),
                    .optional(difference?.base), .blob(difference?.bytes ?? info.key.bytes),
                ])
        }
        if let last = infos.map(\.id).max() { try CursorTable.raise(.lastSeries, to: last, in: db) }
    }

    static func update(_ info: SeriesInfo, in db: Database) throws(StoreError) {
        try db.run(
            "UPDATE series SET class = ?, interval_seconds = ? WHERE id = ?",
            [.integer(try classID(of: info, in: db)), .optional(info.intervalSeconds), .integer(info.id)])
    }

    static func rename(_ info: SeriesInfo, in db: Database) throws(StoreError) {
        try makeIndependent(of: info.id, in: db)
        try db.run(
            "UPDATE series SET base = NULL, key = ? WHERE id = ?", [.blob(info.key.bytes), .integer(info.id)])
        try SeriesTextTable.rename(info.id, in: db)
    }

    /// Takes series away with their grids and all that hangs on them; their record expires by itself.
    ///
    /// - Parameter damaged: tables that are left as they are.
    static func delete(
        _ ids: [SeriesID], except damaged: Set<ForecastTable>, in db: Database
    ) throws(StoreError) {
        let hasForecasts = try GridTable.exists(in: db)
        for start in stride(from: 0, to: ids.count, by: together) {
            let part = ids[start..<min(start + together, ids.count)]
            let list = part.map(String.init).joined(separator: ",")
            if hasForecasts { try deleteForecasts(of: list, except: damaged, in: db) }
            let bases = try db.rows("SELECT DISTINCT base FROM series WHERE base NOT NULL") { $0.integer(0) }
            for base in bases where part.contains(base) { try makeIndependent(of: base, in: db) }
            try runOnce("DELETE FROM series WHERE id IN (\(list))", in: db)
        }
    }

    /// - Parameter list: ids of series, with commas between them.
    private static func deleteForecasts(
        of list: String, except damaged: Set<ForecastTable>, in db: Database
    ) throws(StoreError) {
        // Apart, so that a damaged page is put down to the table it lies in.
        let grids =
            damaged.contains(.grid)
            ? [] : try db.rows("SELECT id FROM grid WHERE series IN (\(list))", on: .grid) { "\($0.integer(0))" }
        let gridList = grids.joined(separator: ",")
        for table in ForecastTable.allCases where !damaged.contains(table) {
            let condition: String
            switch table {
            case .latest, .skill, .model, .state: condition = "grid IN (\(gridList))"
            case .fan: condition = "id & 268435455 IN (\(gridList))"
            case .grid, .alert, .alertHistory: condition = "series IN (\(list))"
            case .mark: continue
            }
            try runOnce("DELETE FROM \(table.rawValue) WHERE \(condition)", on: table, in: db)
        }
        // The texts of series are a part of what grids are.
        if !damaged.contains(.grid) {
            try runOnce("DELETE FROM series_text WHERE series IN (\(list))", on: .grid, in: db)
        }
    }

    /// So many series go with one statement for each table.
    private static let together = 500

    /// A statement that is not worth remembering: its list of ids will not come again.
    private static func runOnce(
        _ sql: String, on table: ForecastTable? = nil, in db: Database
    ) throws(StoreError) {
        do {
            try db.execute(sql: sql)
        } catch {
            let error = StoreError(error)
            guard let table, case .damaged(let why) = error else { throw error }
            throw .damagedTable(table, why)
        }
    }

    static func all(in db: Database) throws(StoreError) -> [SeriesInfo] {
        try db.rows(
            """
            SELECT s.id, s.base, s.key, b.key, s.interval_seconds, c.kind, c.aggregate, c.unit, c.time_zone,
                c.created_day, c.uid
            FROM series s LEFT JOIN series b ON b.id = s.base LEFT JOIN series_class c ON c.id = s.class ORDER BY s.id
            """
        ) { (row) throws(StoreError) in
            let id = row.integer(0)
            guard !row.isNull(5), row.isNull(1) || !row.isNull(3) else {
                throw .damaged("series \(id): its base or its class is missing")
            }
            let key: SeriesKey
            do {
                let bytes = row.isNull(1) ? row.bytes(2) : try KeyDifference.decode(row.bytes(2), base: row.bytes(3))
                key = try SeriesKey(canonical: bytes)
            } catch {
                throw .damaged("series \(id): \(error)")
            }
            let (kind, aggregate) = (Int(row.integer(5)), Int(row.integer(6)))
            guard kinds.indices.contains(kind), aggregates.indices.contains(aggregate) else {
                throw .damaged("series \(key): unknown kind \(kind) or aggregate \(aggregate)")
            }
            return SeriesInfo(
                id: id, key: key, kind: kinds[kind], unit: row.text(7), aggregate: aggregates[aggregate],
                intervalSeconds: row.optionalReal(4), createdDay: row.integer(9), uid: row.optionalInteger(10),
                timeZone: row.optionalText(8))
        }
    }

    /// The row of what a series has in common with others, made if there is none.
    private static func classID(of info: SeriesInfo, in db: Database) throws(StoreError) -> Int64 {
        let values: [SQLValue] = [
            .integer(Int64(kinds.firstIndex(of: info.kind) ?? 0)),
            .integer(Int64(aggregates.firstIndex(of: info.aggregate) ?? 0)), .text(info.unit),
            .optional(info.timeZone), .integer(info.createdDay), .optional(info.uid),
        ]
        let known = try db.rows(
            """
            SELECT id FROM series_class WHERE kind = ? AND aggregate = ? AND unit = ? AND time_zone IS ?
                AND created_day = ? AND uid IS ?
            """, values
        ) { row in row.integer(0) }
        if let id = known.first { return id }
        // From 0 on, because SQLite stores 0 and 1 without a byte.
        let next = try db.rows("SELECT coalesce(max(id) + 1, 0) FROM series_class") { $0.integer(0) }.first ?? 0
        try db.run(
            """
            INSERT INTO series_class(id, kind, aggregate, unit, time_zone, created_day, uid)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, [.integer(next)] + values)
        return next
    }

    private static func wholeKeys(of group: Int64, in db: Database) throws(StoreError) -> [(SeriesID, [UInt8])] {
        try db.rows(
            "SELECT id, key FROM series WHERE id >= ? AND id < ? AND base IS NULL",
            [.integer(group * GroupKey.size), .integer((group + 1) * GroupKey.size)]
        ) { row in (row.integer(0), row.bytes(1)) }
    }

    /// Before a key goes or changes: those that are differences from it become whole.
    private static func makeIndependent(of id: SeriesID, in db: Database) throws(StoreError) {
        guard let base = try db.rows("SELECT key FROM series WHERE id = ?", [.integer(id)], { $0.bytes(0) }).first
        else { return }
        let dependent = try db.rows("SELECT id, key FROM series WHERE base = ?", [.integer(id)]) { row in
            (row.integer(0), row.bytes(1))
        }
        for (series, bytes) in dependent {
            try db.run(
                "UPDATE series SET base = NULL, key = ? WHERE id = ?",
                [.blob(try KeyDifference.decode(bytes, base: base)), .integer(series)])
        }
    }
}

/// `grid`: the bins of a series at one step; what forecasts, records, skill and models hang on.
enum GridTable {
    static let create = """
        CREATE TABLE grid(
            id INTEGER PRIMARY KEY,                -- below 2^28: part of forecast_fan.id; as that of series
            series INTEGER NOT NULL,
            step INTEGER NOT NULL                  -- seconds; the writer knows all grids and makes none twice
        )
        """

    /// Whether the file has this table and all others of forecasts. One that holds samples alone has not: ten empty tables
    /// and the statements of their views would be a tenth of a small store.
    static func exists(in db: Database) throws(StoreError) -> Bool {
        try !db.rows("SELECT 1 FROM sqlite_master WHERE name = 'grid'", [], { _ in }).isEmpty
    }

    /// - Parameter keepsRows: false where the table is damaged; the ids are given for good all the same, since rows of other
    ///   tables may bear them.
    static func insert(_ grids: [GridRow], keepsRows: Bool, into db: Database) throws(StoreError) {
        for grid in grids where keepsRows {
            try db.run(
                "INSERT INTO grid(id, series, step) VALUES (?, ?, ?)",
                [.integer(grid.id), .integer(grid.series), .integer(grid.stepSeconds)], on: .grid)
            try SeriesTextTable.add(grid.series, in: db)
        }
        if let last = grids.map(\.id).max() { try CursorTable.raise(.lastGrid, to: last, in: db) }
    }

    static func all(in db: Database) throws(StoreError) -> [GridRow] {
        try db.rows("SELECT id, series, step FROM grid ORDER BY id", on: .grid) { (row) throws(StoreError) in
            let (id, step) = (row.integer(0), row.integer(2))
            guard step > 0 else { throw .damaged("grid \(id) has bins of \(step) s") }
            return GridRow(id: id, series: row.integer(1), stepSeconds: step)
        }
    }
}
