// Rows of `timestamp,value` or `series,timestamp,value` (RFC 4180: a field in quotes may hold commas, "" is a quote;
// a line end inside quotes is not understood, since no series or number holds one).
//
// A first line whose timestamp column is no time is a header: it decides the order of the columns where it names
// them, else the number of columns does. Times are RFC 3339, `YYYY-MM-DD HH:MM:SS` in UTC, or epoch seconds.
internal import SeriesStore

/// Reads lines of one CSV file.
struct CSVRows {
    private struct Columns { var series: Int?, time: Int, value: Int, count: Int }

    private var columns: Columns?
    private var lastText = ""
    private var lastKey: SeriesKey?
    private var saidThatNoSeries = false

    mutating func read(_ line: ArraySlice<UInt8>, isFirst: Bool, into batch: inout ImportBatch) {
        let fields = CSVRows.fields(line)
        if isFirst, let header = CSVRows.header(fields) {
            columns = header
            return
        }
        let columns =
            self.columns
            ?? (fields.count == 3
                ? Columns(series: 0, time: 1, value: 2, count: 3)
                : Columns(series: nil, time: 0, value: 1, count: 2))
        self.columns = columns
        guard fields.count == columns.count else {
            batch.problem("\(fields.count) columns where \(columns.count) were expected")
            return
        }
        guard let key = key(columns.series.map { fields[$0] } ?? batch.seriesOfFile ?? "", &batch) else { return }
        guard let time = CSVRows.time(fields[columns.time], unit: batch.unit, &batch) else { return }
        if fields[columns.value].isEmpty { return }  // a missing value, as spreadsheets write it
        guard let value = Double(fields[columns.value]) else {
            batch.problem("\(fields[columns.value]) is not a number")
            return
        }
        batch.give(key, time, value)
    }

    private mutating func key(_ text: String, _ batch: inout ImportBatch) -> SeriesKey? {
        if let lastKey, text == lastText { return lastKey }
        guard !text.isEmpty else {
            // Of a file without the column, once: every line would say the same.
            if saidThatNoSeries {
                batch.refuseAgain()
            } else {
                batch.problem("the file has no column for the series: name it with --series")
            }
            saidThatNoSeries = columns?.series == nil
            return nil
        }
        do throws(SeriesTextError) {
            let key = batch.renamed(try seriesKey(printed: text))
            (lastText, lastKey) = (text, key)
            return key
        } catch {
            batch.problem(error.description)
            return nil
        }
    }

    /// RFC 3339, `YYYY-MM-DD HH:MM:SS` in UTC, epoch seconds, or whole numbers of a unit that the user named.
    private static func time(_ text: String, unit: Int64?, _ batch: inout ImportBatch) -> Timestamp? {
        if let unit, let whole = Int64(text) {
            let (time, overflow) = whole.multipliedReportingOverflow(by: unit)
            if !overflow { return time }
        }
        do throws(InstantError) { return try Instants.parse(text) } catch {
            batch.problem(error.description)
            return nil
        }
    }

    private static func header(_ fields: [String]) -> Columns? {
        let names = fields.map { $0.lowercased() }
        let time = names.firstIndex { ["timestamp", "time", "date", "datetime", "ts"].contains($0) }
        let value = names.firstIndex { ["value", "y"].contains($0) }
        if let time, let value {
            let series = names.firstIndex { ["series", "name", "metric", "id"].contains($0) }
            return Columns(series: series, time: time, value: value, count: fields.count)
        }
        // A header in other words: nothing in it is a number.
        guard fields.count == 2 || fields.count == 3, fields.suffix(2).allSatisfy({ Double($0) == nil }),
            (try? Instants.parse(fields[fields.count - 2])) == nil
        else { return nil }
        return Columns(
            series: fields.count == 3 ? 0 : nil, time: fields.count - 2, value: fields.count - 1, count: fields.count)
    }

    /// The fields of a line, quotes undone, blanks around them dropped.
    static func fields(_ line: ArraySlice<UInt8>) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            if isQuoted, byte == UInt8(ascii: "\"") {
                if index + 1 < line.endIndex, line[index + 1] == byte {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if isQuoted {
                field.append(byte)
            } else if byte == UInt8(ascii: "\""), field.isEmpty {
                isQuoted = true
            } else if byte == UInt8(ascii: ",") {
                fields.append(trimmed(field))
                field = []
            } else {
                field.append(byte)
            }
            index += 1
        }
        return fields + [trimmed(field)]
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        var slice = bytes[...]
        while let first = slice.first, first == 32 || first == 9 { slice.removeFirst() }
        while let last = slice.last, last == 32 || last == 9 { slice.removeLast() }
        return String(decoding: slice, as: UTF8.self)
    }
}
