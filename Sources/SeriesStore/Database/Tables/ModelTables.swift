// Models, and what the pipeline of a grid must remember from one run of the daemon to the next.

import GRDB

/// `model`: candidates with their verdicts. All rows may be deleted at any time.
enum ModelTable {
    static let create = """
        CREATE TABLE model(
            grid INTEGER NOT NULL,
            id INTEGER NOT NULL,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            data_from INTEGER NOT NULL,            -- bins: first, and the one after the last
            data_to INTEGER NOT NULL,
            seed INTEGER NOT NULL,                 -- 64 bits, as a signed integer
            code_version INTEGER NOT NULL,
            skill REAL,                            -- 1 - RMSE / RMSE of the better baseline
            scores TEXT NOT NULL,                  -- JSON
            reason TEXT NOT NULL,                  -- accepted or rejected, and why
            bytes BLOB,                            -- docs/format/model.md; NULL: rejected
            PRIMARY KEY(grid, id)
        ) WITHOUT ROWID
        """

    private static let columns =
        "id, grid, name, created_at, data_from, data_to, seed, code_version, skill, scores, reason, bytes"

    static func upsert(_ row: ModelRow, in db: Database) throws(StoreError) {
        try db.run(
            "INSERT OR REPLACE INTO model(\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(row.id), .integer(row.grid), .text(row.name), .integer(row.createdAt),
                .integer(row.dataFrom), .integer(row.dataTo), .integer(Int64(bitPattern: row.seed)),
                .integer(Int64(row.codeVersion)), .optional(row.skill), .text(row.scores), .text(row.reason),
                row.bytes.map { .blob($0) } ?? .null,
            ], on: .model)
    }

    /// The newest accepted model of a grid.
    static func newest(of grid: GridID, in db: Database) throws(StoreError) -> ModelRow? {
        try db.rows(
            "SELECT \(columns) FROM model WHERE grid = ? AND bytes NOT NULL ORDER BY id DESC LIMIT 1",
            [.integer(grid)], on: .model, model
        ).first
    }

    static func lastID(in db: Database) throws(StoreError) -> Int64 {
        try db.rows("SELECT coalesce(max(id), 0) FROM model", on: .model) { row in row.integer(0) }.first ?? 0
    }

    static func deleteAll(of grid: GridID, in db: Database) throws(StoreError) {
        try db.run("DELETE FROM model WHERE grid = ?", [.integer(grid)], on: .model)
    }

    private static func model(_ row: SQLRow) -> ModelRow {
        ModelRow(
            id: row.integer(0), grid: row.integer(1), name: row.text(2), createdAt: row.integer(3),
            dataFrom: row.integer(4), dataTo: row.integer(5), seed: UInt64(bitPattern: row.integer(6)),
            codeVersion: Int(row.integer(7)), skill: row.optionalReal(8), scores: row.text(9), reason: row.text(10),
            bytes: row.optionalBytes(11))
    }
}

/// `state`: opaque bytes of each grid's pipeline, and the last bin it has processed. The bytes of a young series are
/// mostly zeros, and all of them are compressed: 6 KB to 1 or 2.
enum StateTable {
    static let create = """
        CREATE TABLE state(
            grid INTEGER PRIMARY KEY,
            processed INTEGER NOT NULL,            -- bin
            size INTEGER NOT NULL,                 -- bytes before compression
            bytes BLOB NOT NULL                    -- zstd, without magic
        )
        """

    static func upsert(grid: GridID, bytes: [UInt8], processed: Int64, in db: Database) throws(StoreError) {
        try db.run(
            "INSERT OR REPLACE INTO state(grid, processed, size, bytes) VALUES (?, ?, ?, ?)",
            [
                .integer(grid), .integer(processed), .integer(Int64(bytes.count)),
                .blob(Compressor(.quick).compress(bytes)),
            ], on: .state)
    }

    static func state(
        of grid: GridID, in db: Database
    ) throws(StoreError) -> (bytes: [UInt8], processed: Int64)? {
        try db.rows("SELECT bytes, processed, size FROM state WHERE grid = ?", [.integer(grid)], on: .state) {
            (row) throws(StoreError) -> (bytes: [UInt8], processed: Int64) in
            let size = Int(row.integer(2))
            guard 0..<1 << 24 ~= size else { throw .damaged("the state of grid \(grid) says it has \(size) bytes") }
            return (try Decompressor().decompress(row.bytes(0).span, size: size), row.integer(1))
        }.first
    }
}
