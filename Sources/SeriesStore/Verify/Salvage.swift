// `forecastd verify --salvage NEW`: writes all that can be read into a new file, row by row, and lists what is gone. The
// old file is only read. Segments and journal rows are decoded before they are taken over, so that the new file verifies.

import GRDB

extension Store {
    /// Copies all that is good from the file at `path` to a new one at `target`, which must not exist.
    ///
    /// - Returns: one sentence for each thing that was left behind.
    public static func salvage(path: String, to target: String) throws(StoreError) -> [String] {
        guard FileSize.bytes(path) > 0 else { throw .missing(path: path) }
        guard FileSize.bytes(target) == 0 else { throw .notWritable(path: target, reason: "the file exists") }
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let source = try DatabaseQueue(path: path, configuration: configuration)
            let copy = try StoreDatabase(path: target, cacheBytes: 8_000_000)
            let lost = try source.inDatabase { old in
                try copy.writeNow { new in
                    var salvage = Salvage(old, new)
                    try new.inTransaction {
                        try salvage.run()
                        return .commit
                    }
                    return salvage.lost
                }
            }
            try copy.close()
            try source.close()
            return lost
        } catch {
            throw StoreError(error)
        }
    }
}

/// One run over all tables.
private struct Salvage {
    private let old: Database
    private let new: Database
    private(set) var lost: [String] = []

    /// Tables copied as they are. Journal and segments are decoded first.
    private static let tables = [
        "series", "grid", "journal", "segment", "forecast_latest", "forecast_fan", "skill", "model", "state", "alert",
        "alert_history", "mark", "cursor",
    ]

    init(_ old: Database, _ new: Database) {
        self.old = old
        self.new = new
    }

    /// - Throws: what the new file will not take; what the old one does not give is noted.
    mutating func run() throws(StoreError) {
        for table in Self.tables { try copy(table) }
    }

    /// Copies rows in the order of their keys. Where a page cannot be read, the next rows are looked for beyond it.
    private mutating func copy(_ table: String) throws(StoreError) {
        let hasRowID = table != "skill" && table != "cursor"
        var after = Int64.min
        var step: Int64 = 1
        while true {
            var failure: StoreError?
            do {
                try old.query(
                    hasRowID
                        ? "SELECT rowid, * FROM \(table) WHERE rowid > ? ORDER BY rowid"
                        : "SELECT 0, * FROM \(table) WHERE ? NOT NULL", [.integer(after)]
                ) { (row) throws(StoreError) in
                    if hasRowID { after = row.integer(0) }
                    step = 1
                    try take((1..<row.count).map { row.value($0) }, into: table, id: row.integer(0))
                }
            } catch {
                failure = error
            }
            guard let failure else { return }
            guard case .damaged(let why) = failure else { throw failure }
            if step == 1 { lost.append("\(table) after row \(after): \(why)") }
            // Skip ever further, until a page can be read again or the ids end.
            let (next, overflow) = (after == .min ? 0 : after).addingReportingOverflow(step)
            guard hasRowID, !overflow, step < 1 << 40 else { return }
            after = next
            step *= 2
        }
    }

    /// Inserts a row, if it is what it should be.
    private mutating func take(_ values: [SQLValue], into table: String, id: Int64) throws(StoreError) {
        do {
            switch (table, values.last) {
            case ("journal", .blob(let bytes)?): _ = try JournalRow(bytes, with: Decompressor())
            case ("segment", .blob(let bytes)?): try check(bytes)
            default: break
            }
        } catch {
            lost.append("\(table) \(id): \(error)")
            return
        }
        let places = [String](repeating: "?", count: values.count).joined(separator: ", ")
        try new.run("INSERT OR REPLACE INTO \(table) VALUES (\(places))", values)
    }

    /// Decodes a segment from its bytes.
    private func check(_ bytes: [UInt8]) throws(StoreError) {
        let decompressor = Decompressor()
        let size = try SegmentDirectory.size(header: bytes)
        guard size <= bytes.count else { throw .damaged("a segment that breaks off") }
        let directory = try SegmentDirectory(Array(bytes[..<size]), with: decompressor)
        for chunk in directory.chunks {
            let times = directory.times[chunk.times]
            guard times.bytes.upperBound <= bytes.count, chunk.bytes.upperBound <= bytes.count else {
                throw .damaged("a segment that breaks off")
            }
            let column = try unsealed(Array(bytes[times.bytes]), what: "time column")
            let timestamps = try TimeColumn.decode(column, count: times.count, with: decompressor)
            let payload = try unsealed(Array(bytes[chunk.bytes]), what: "chunk")
            switch directory.kind {
            case .samples: _ = try ValueColumn.decode(payload, count: times.count, with: decompressor)
            case .record:
                _ = try RecordChunk.decode(
                    payload, owner: RecordOwner(id: chunk.owner), bins: timestamps, with: decompressor)
            }
        }
    }
}
