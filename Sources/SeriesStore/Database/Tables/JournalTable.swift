// The journal: committed, and not yet in a segment.

import GRDB

/// `journal`: one row per group commit that carried samples or record entries. Ids grow for ever, so that the order
/// of two samples with one timestamp is the order of their rows.
enum JournalTable {
    static let create = """
        CREATE TABLE journal(
            id INTEGER PRIMARY KEY,
            bytes BLOB NOT NULL                    -- docs/format/journal.md
        )
        """

    static func insert(_ bytes: [UInt8], id: Int64, into db: Database) throws(StoreError) {
        try db.run("INSERT INTO journal(id, bytes) VALUES (?, ?)", [.integer(id), .blob(bytes)])
    }

    static func delete(below id: Int64, in db: Database) throws(StoreError) {
        try db.run("DELETE FROM journal WHERE id < ?", [.integer(id)])
    }

    /// Shows every row, in the order in which they were committed.
    static func replay(
        _ db: Database, _ body: (_ id: Int64, _ bytes: [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try db.query("SELECT id, bytes FROM journal ORDER BY id") { (row) throws(StoreError) in
            try body(row.integer(0), row.bytes(1))
        }
    }

    /// The largest id ever given: deleted rows live on in what was sealed from them.
    static func lastID(in db: Database) throws(StoreError) -> Int64 {
        try db.rows(
            """
            SELECT max(coalesce((SELECT max(id) FROM journal), 0), coalesce((SELECT max(journal_to) FROM segment), 0),
                       coalesce((SELECT max(position) FROM cursor WHERE name GLOB 'store/sealed/*'), 0))
            """
        ) { row in row.integer(0) }.first ?? 0
    }
}
