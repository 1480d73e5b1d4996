// How far things have come: feeders and sinks, the sealing of each group, and the ids that were given.

import GRDB

/// `cursor`: a position for each feeder or sink, advanced in the transaction that stores what it stands for; and the
/// store's own, whose names begin with `store/`.
enum CursorTable {
    static let create = """
        CREATE TABLE cursor(
            name TEXT PRIMARY KEY,
            position NOT NULL                      -- text of a feeder or sink; an integer of the store's own
        ) WITHOUT ROWID
        """

    /// The store's own cursors.
    enum Own: Hashable {
        /// The largest id ever given to a series, to a grid. Ids are never used again.
        case lastSeries
        case lastGrid
        /// Journal rows up to this one are in segments, for all owners of the group.
        case sealed(GroupKey)

        var name: String {
            switch self {
            case .lastSeries: "store/series"
            case .lastGrid: "store/grid"
            case .sealed(let group): "store/sealed/\(group.kind.rawValue)/\(group.group)"
            }
        }

        init?(_ name: String) {
            let parts = name.split(separator: "/")
            switch (parts.count, parts.dropFirst().first) {
            case (2, "series"): self = .lastSeries
            case (2, "grid"): self = .lastGrid
            case (4, "sealed"):
                guard let kind = UInt8(parts[2]).flatMap(SegmentKind.init), let group = Int64(parts[3]) else {
                    return nil
                }
                self = .sealed(GroupKey(kind: kind, group: group))
            default: return nil
            }
        }
    }

    static func upsert(name: String, position: String, in db: Database) throws(StoreError) {
        try db.run("INSERT OR REPLACE INTO cursor(name, position) VALUES (?, ?)", [.text(name), .text(position)])
    }

    /// Sets one of the store's own; it never goes back.
    static func raise(_ cursor: Own, to position: Int64, in db: Database) throws(StoreError) {
        try db.run(
            """
            INSERT OR REPLACE INTO cursor(name, position)
            SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM cursor WHERE name = ?1 AND position >= ?2)
            """, [.text(cursor.name), .integer(position)])
    }

    /// All of the store's own.
    static func own(in db: Database) throws(StoreError) -> [Own: Int64] {
        var result: [Own: Int64] = [:]
        try db.query("SELECT name, position FROM cursor WHERE name GLOB 'store/*'") { (row) throws(StoreError) in
            guard let cursor = Own(row.text(0)) else { throw .damaged("a cursor \(row.text(0))") }
            result[cursor] = row.integer(1)
        }
        return result
    }
}
