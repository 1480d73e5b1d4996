// Rows of `rrdtool xport --json`: one object over many lines, a column for each XPORT, named by its legend.
//
//     { "about": "RRDtool graph JSON output",
//       "meta": {
//         "start": 1700000400,
//         "step": 300,
//         "legend": [
//           "eth0 in",
//     …
//       "data": [
//         [ 4.5000000000e+00, null ],
//
// It is read line by line, because RRDtool does not escape quotes in a legend, so that the whole need not be JSON; and a
// year need not be held. The first row is that of `start`, the end of the step that it sums up; null is unknown.
internal import SeriesStore

/// Reads lines of one export.
struct RRDRows {
    private enum Part { case meta, legend, data }

    private var part = Part.meta
    private var start: Int64?
    private var step: Int64?
    private var legends: [String] = []
    private var keys: [SeriesKey?] = []
    private var row: Int64 = 0

    mutating func read(_ line: ArraySlice<UInt8>, into batch: inout ImportBatch) {
        let text = String(decoding: line, as: UTF8.self)
        let trimmed = text.drop { $0 == " " || $0 == "\t" }
        switch part {
        case .meta:
            if trimmed.hasPrefix("\"start\":") { start = Self.number(trimmed) }
            if trimmed.hasPrefix("\"step\":") { step = Self.number(trimmed) }
            if trimmed.hasPrefix("\"legend\":") { part = .legend }
            if trimmed.hasPrefix("\"data\":") { begin(&batch) }
        case .legend:
            if trimmed.hasPrefix("]") {
                part = .meta
            } else if let first = trimmed.firstIndex(of: "\""), let last = trimmed.lastIndex(of: "\""), first < last {
                legends.append(String(trimmed[trimmed.index(after: first)..<last]))
            }
        case .data:
            guard trimmed.hasPrefix("[") else { return }
            read(row: trimmed.dropFirst(), &batch)
        }
    }

    private static func number(_ text: Substring) -> Int64? {
        Int64(text.drop { $0 != ":" }.dropFirst().filter { $0 != "," && $0 != " " })
    }

    /// Names the columns.
    private mutating func begin(_ batch: inout ImportBatch) {
        part = .data
        if start == nil || step ?? 0 <= 0 { batch.problem("start and step are expected before the data") }
        for (index, legend) in legends.enumerated() {
            let name = legend.isEmpty && legends.count == 1 ? batch.seriesOfFile ?? "" : legend
            keys.append(key(name, column: index + 1, &batch))
        }
    }

    private func key(_ name: String, column: Int, _ batch: inout ImportBatch) -> SeriesKey? {
        if name.isEmpty {
            batch.problem("column \(column) has no legend: export it as XPORT:NAME:LEGEND")
            return nil
        }
        do throws(SeriesTextError) { return batch.renamed(try seriesKey(printed: name)) } catch {
            batch.problem("column \(column): \(error)")
            return nil
        }
    }

    private mutating func read(row text: Substring, _ batch: inout ImportBatch) {
        defer { row += 1 }
        guard let start, let step else { return }
        guard let time = Timestamp(exactly: (Int128(start) + Int128(row) * Int128(step)) * 1_000_000_000) else {
            batch.problem("row \(row) lies outside the range of 64-bit nanoseconds")
            return
        }
        let words = text.prefix { $0 != "]" }.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        guard words.count == keys.count else {
            batch.problem("\(words.count) values, but \(keys.count) legends")
            return
        }
        for (word, key) in zip(words, keys) where word != "null" {
            guard let key else { continue }
            if let value = Double(word) {
                batch.give(key, time, value)
            } else {
                batch.problem("\(word) is not a number")
            }
        }
    }
}
