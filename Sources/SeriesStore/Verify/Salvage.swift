// `forecastd verify --salvage NEW`: writes all that can be read into a new file, row by row, and says how much that
// is and what is gone. The old file is only read. Segments and journal rows are decoded before they are taken over, so that the new file verifies;
// of a damaged segment the chunks that are good go over.

import GRDB

extension Store {
    /// Copies all that is good from the file at `path` to a new one at `target`, which must not exist.
    ///
    /// - Returns: what went over, and what was left behind.
    public static func salvage(path: String, to target: String) throws(StoreError) -> Salvaged {
        guard FileSize.bytes(path) > 0 else { throw .missing(path: path) }
        guard FileSize.bytes(target) == 0 else { throw .notWritable(path: target, reason: "the file exists") }
        var configuration = Configuration()
        configuration.readonly = true
        // A definition that cannot be read costs its own table: without this word it would cost all of them.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA writable_schema = ON") }
        do {
            let source = try DatabaseQueue(path: path, configuration: configuration)
            let copy = try StoreDatabase(path: target, cacheBytes: 8_000_000)
            let result = try source.inDatabase { old in
                try copy.writeNow { new in
                    var salvage = Salvage(old, new)
                    try new.inTransaction {
                        try salvage.run()
                        return .commit
                    }
                    return salvage.result
                }
            }
            try copy.close()
            try source.close()
            return result
        } catch {
            throw StoreError(error)
        }
    }
}

/// One run over all tables.
private struct Salvage {
    private let old: Database
    private let new: Database
    private(set) var result = Salvaged()
    /// The table that is being copied.
    private var table = Salvaged.Table(name: "")

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
        for name in Self.tablesOfSamples + (hasForecasts ? Self.tablesOfForecasts : []) {
            table = Salvaged.Table(name: name)
            try copy(name)
            result.tables.append(table)
        }
        // A key is no key without its base.
        let nameless =
            "base NOT NULL AND base NOT IN (SELECT id FROM series) OR class NOT IN (SELECT id FROM series_class)"
        for id in try new.rows("SELECT id FROM series WHERE \(nameless)", [], { $0.integer(0) }) {
            result.gone.append("series \(id): half of its name is gone")
            try new.run("DELETE FROM series WHERE id = ?", [.integer(id)])
            guard let place = result.tables.firstIndex(where: { $0.name == "series" }) else { continue }
            result.tables[place].rows -= 1
            result.tables[place].refused += 1
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
            self.table.hasUnknown = true
            result.gone.append("\(table), all of it: \(error.reason)")
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
                var next: Int64?
                if let key { next = try readable(in: table, by: key, after: last) }
                try note(why, in: table, after: last, upTo: next)
                guard let next else { return }
                after = next
            }
        }
    }

    /// Takes down that the rows behind one key cannot be read, up to another or to the end of the table.
    private mutating func note(_ why: String, in table: String, after last: Int64, upTo next: Int64?) throws(StoreError)
    {
        if table == "segment", let next, try noteSegments(why, after: last, upTo: next) { return }
        var place = last == .min ? "from its first row on" : "after row \(last)"
        if let next {
            place = last == .min ? "up to row \(next)" : "rows \(last + 1) to \(next)"
            if Self.hasDenseKeys(table), next > max(last, 0) {
                let count = Int(next - max(last, 0))
                place += ", \(count) at most"
                self.table.unreadable += count
            } else {
                self.table.hasUnknown = true
            }
        } else {
            self.table.hasUnknown = true
        }
        result.gone.append("\(table) \(place): \(why)\(table == "segment" ? neighbours(of: last, next) : "")")
    }

    /// The same of segments, where their rows can be read and the bytes behind them cannot; false if the rows cannot either.
    private mutating func noteSegments(_ why: String, after last: Int64, upTo next: Int64) throws(StoreError) -> Bool {
        let rows = try? old.rows(
            "SELECT id, kind, owner_group, first_at, last_at, samples FROM segment WHERE id > ? AND id <= ? ORDER BY id",
            [.integer(last), .integer(next)]
        ) { row in (0..<6).map { SQLValue.integer(row.integer($0)) } }
        guard let rows, !rows.isEmpty else { return false }
        for row in rows { lose(segment: row, why) }
        return true
    }

    /// Takes down that a segment is gone of which the row says what was in it: id, kind, group, first, last, samples.
    private mutating func lose(segment row: [SQLValue], _ why: String) {
        let fields = row.map { if case .integer(let value) = $0 { value } else { 0 as Int64 } }
        table.refused += 1
        guard fields.count == 6, let kind = SegmentKind(rawValue: UInt8(truncatingIfNeeded: fields[1])) else {
            result.gone.append("segment \(row.first.map { "\($0)" } ?? ""): \(why)")
            return
        }
        let group = GroupKey(kind: kind, group: fields[2])
        result.samplesGone += Int(clamping: fields[5])
        let what =
            switch kind {
            case .samples: "samples of series \(group.owners), \(utc(fields[3])) to \(utc(fields[4]))"
            case .tier: "bins of series \(group.tieredSamples.owners), \(utc(fields[3])) to \(utc(fields[4]))"
            case .record: "entries of the record of grids \(group.owners)"
            }
        result.gone.append("segment \(fields[0]), \(fields[5]) \(what): \(why)")
    }

    /// Where the segments before and behind a gap end and begin: nothing else says what time it was about.
    private func neighbours(of last: Int64, _ next: Int64?) -> String {
        let columns = "SELECT id, last_at, first_at FROM segment WHERE kind = 0 AND"
        func time(_ sql: String, _ id: Int64, _ column: Int) -> (id: Int64, time: String)? {
            (try? old.rows("\(columns) \(sql)", [.integer(id)]) { ($0.integer(0), $0.integer(column)) })?.first
                .map { ($0.0, utc($0.1)) }
        }
        var sentence = ""
        if let before = time("id = ?", last, 1) { sentence += "; segment \(before.id) ends at \(before.time)" }
        if let next, let behind = time("id > ? ORDER BY id LIMIT 1", next, 2) {
            sentence += "; segment \(behind.id) begins at \(behind.time)"
        }
        return sentence
    }

    /// Whether a missing key is a missing row, but for those that were deleted.
    private static func hasDenseKeys(_ table: String) -> Bool {
        switch table {
        case "skill", "model", "cursor", "forecast_fan", "alert": false
        default: true
        }
    }

    /// A time as people read it.
    private func utc(_ time: Timestamp) -> String {
        let text = try? new.rows(
            "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?, 'unixepoch')", [.integer(time / 1_000_000_000)]
        ) { $0.text(0) }
        return text?.first ?? "\(time)"
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
        var count = 0
        do throws(StoreError) {
            switch (table, values.last) {
            case ("journal", .blob(let bytes)?):
                let row = try JournalRow(bytes, with: Decompressor())
                count = row.samples.count + row.records.count
            case ("segment", .blob(let bytes)?):
                guard case .integer(let group) = values[2] else { throw .damaged("a segment of no group") }
                let segment = try SalvagedSegment(bytes, group: group)
                for gap in segment.gaps {
                    result.samplesGone += gap.times.count
                    result.gone.append("segment \(id): \(sentence(gap, segment.kind))")
                }
                count = segment.rest.count
                if segment.gaps.isEmpty { break }
                if segment.rest.isEmpty {
                    self.table.refused += 1
                    return
                }
                values = Self.row(of: segment.rest, inPlaceOf: values)
            default: break
            }
        } catch {
            if table == "segment", values.count == 10 {
                lose(segment: [values[0], values[1], values[2], values[4], values[5], values[7]], error.reason)
            } else {
                self.table.refused += 1
                result.gone.append("\(table) \(id): \(error.reason)")
            }
            return
        }
        let places = [String](repeating: "?", count: values.count).joined(separator: ", ")
        try new.run("INSERT OR REPLACE INTO \(table) VALUES (\(places))", values)
        self.table.rows += 1
        result.samples += count
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
            let (from, to) = (utc(gap.times.first), utc(gap.times.last))
            return "\(gap.times.count) \(what) of \(name), \(from) to \(to): \(gap.reason.reason)"
        case .record:
            let grid = RecordOwner(id: gap.owner).grid
            return "\(gap.times.count) entries of the record of grid \(grid): \(gap.reason.reason)"
        }
    }
}
