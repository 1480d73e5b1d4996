// `forecastd verify --salvage NEW`: writes all that can be read into a new file, row by row, and lists what is gone. The
// old file is only read. Segments and journal rows are decoded before they are taken over, so that the new file verifies;
// of a damaged segment the chunks that are good go over.

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
        // A definition that cannot be read costs its own table: without this word it would cost all of them.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA writable_schema = ON") }
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
    private static let tablesOfSamples = ["series_class", "series", "cursor", "journal", "segment"]
    private static let tablesOfForecasts = [
        "grid", "forecast_latest", "forecast_fan", "skill", "model", "state", "alert", "alert_history", "mark",
    ]

    init(_ old: Database, _ new: Database) {
        self.old = old
        self.new = new
    }

    /// - Throws: what the new file will not take; what the old one does not give is noted.
    mutating func run() throws(StoreError) {
        // Where the list of tables breaks off, those that are missing in it are said to be lost.
        let hasForecasts = (try? GridTable.exists(in: old)) ?? true
        if hasForecasts { try Schema.makeForecastTables(new) }
        for table in Self.tablesOfSamples + (hasForecasts ? Self.tablesOfForecasts : []) { try copy(table) }
        // A key is no key without its base.
        let nameless =
            "base NOT NULL AND base NOT IN (SELECT id FROM series) OR class NOT IN (SELECT id FROM series_class)"
        for id in try new.rows("SELECT id FROM series WHERE \(nameless)", [], { $0.integer(0) }) {
            lost.append("series \(id): half of its name is gone")
            try new.run("DELETE FROM series WHERE id = ?", [.integer(id)])
        }
        if hasForecasts { try SeriesTextTable.writeAll(in: new) }
    }

    /// The integer that orders a table's rows; nil for `cursor`, which has few, and the most important first.
    private static func key(of table: String) -> String? {
        switch table {
        case "skill": "day"
        case "model": "grid"
        case "cursor": nil
        default: "rowid"
        }
    }

    /// Copies rows in the order of their keys. Where a page cannot be read, reading goes on behind it.
    private mutating func copy(_ table: String) throws(StoreError) {
        let key = Self.key(of: table)
        do {
            try old.query("SELECT 1 FROM \(table) LIMIT 0") { (_) throws(StoreError) in }
        } catch {
            lost.append("\(table), all of it: \(error.reason)")
            return
        }
        var after = Int64.min
        while true {
            var last = after
            do {
                try old.query(
                    key.map { "SELECT \($0), * FROM \(table) WHERE \($0) > ? ORDER BY \($0)" }
                        ?? "SELECT 0, * FROM \(table) WHERE ? NOT NULL", [.integer(after)]
                ) { (row) throws(StoreError) in
                    last = row.integer(0)
                    try take((1..<row.count).map { row.value($0) }, into: table, id: row.integer(0))
                }
                return
            } catch {
                guard case .damaged(let why) = error else { throw error }
                let place = last == .min ? "from its first row on" : "after row \(last)"
                lost.append("\(table) \(place): \(why)")
                guard let key, let next = try readable(in: table, by: key, after: last) else { return }
                after = next
            }
        }
    }

    /// The least key behind which a row can be read, or none is left, where behind `last` it cannot; nil if there is none.
    /// Ever wider steps find one, halving finds the least: 64 looks each, whatever the keys.
    private func readable(in table: String, by key: String, after last: Int64) throws(StoreError) -> Int64? {
        func isReadable(_ start: Int64) throws(StoreError) -> Bool {
            do {
                try old.query("SELECT * FROM \(table) WHERE \(key) > ? ORDER BY \(key) LIMIT 1", [.integer(start)]) {
                    (_) throws(StoreError) in
                }
                return true
            } catch {
                guard case .damaged = error else { throw error }
                return false
            }
        }
        var bad = last
        var good = Int64.max
        var step: Int64 = 1
        while true {
            let (next, overflow) = bad.addingReportingOverflow(step)
            good = overflow ? .max : next
            if try isReadable(good) { break }
            if good == .max { return nil }
            bad = good
            step = step > 1 << 61 ? step : step * 2
        }
        while bad.distance(to: good) > 1 {
            // Their mean, without the overflow of their sum.
            let middle = (bad & good) + ((bad ^ good) >> 1)
            if try isReadable(middle) { good = middle } else { bad = middle }
        }
        return good
    }

    /// Inserts a row, if it is what it should be; of a damaged segment what is good.
    private mutating func take(_ values: [SQLValue], into table: String, id: Int64) throws(StoreError) {
        var values = values
        do {
            switch (table, values.last) {
            case ("journal", .blob(let bytes)?): _ = try JournalRow(bytes, with: Decompressor())
            case ("segment", .blob(let bytes)?):
                guard case .integer(let group) = values[2] else { throw StoreError.damaged("a segment of no group") }
                let segment = try SalvagedSegment(bytes, group: group)
                if segment.gaps.isEmpty { break }
                for gap in segment.gaps { lost.append("segment \(id): \(sentence(gap, segment.kind))") }
                if segment.rest.isEmpty { return }
                values = Self.row(of: segment.rest, inPlaceOf: values)
            default: break
            }
        } catch {
            lost.append("\(table) \(id): \(error)")
            return
        }
        let places = [String](repeating: "?", count: values.count).joined(separator: ", ")
        try new.run("INSERT OR REPLACE INTO \(table) VALUES (\(places))", values)
    }

    /// id, kind, group, journal position and whether a merge wrote it stay; extent, counts and bytes are those of the rest.
    private static func row(of rest: SegmentBuilder, inPlaceOf values: [SQLValue]) -> [SQLValue] {
        values.prefix(4) + [
            .integer(rest.first), .integer(rest.last), .integer(Int64(rest.chunkCount)), .integer(Int64(rest.count)),
            values[8], .blob(rest.finished()),
        ]
    }

    private func sentence(_ gap: SalvagedSegment.Gap, _ kind: SegmentKind) -> String {
        switch kind {
        case .samples, .tier:
            let what = kind == .tier ? "bins" : "samples"
            // The names were copied first.
            let info = try? SeriesTable.all(in: new).first { $0.id == gap.owner }
            let name = info.map(\.key.description) ?? "series \(gap.owner)"
            let (from, to) = (gap.times.first / 1_000_000_000, gap.times.last / 1_000_000_000)
            return "\(gap.times.count) \(what) of \(name), \(from) to \(to) in seconds since 1970: \(gap.reason.reason)"
        case .record:
            let grid = RecordOwner(id: gap.owner).grid
            return "\(gap.times.count) entries of the record of grid \(grid): \(gap.reason.reason)"
        }
    }
}
