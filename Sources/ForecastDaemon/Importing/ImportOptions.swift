// How a file of history is to be read: its format, and what is changed on the way in.
//
// The command line and the API share this value: the client puts it into the query of `POST /v1/import`, the daemon
// takes it out again, so that what `--dry-run` shows is what an import does. No file is opened here.
internal import SeriesStore

/// The shapes of files that are understood.
package enum ImportFormat: String, Sendable, CaseIterable {
    /// Influx line protocol, as clients send it and `influx_inspect export -lponly` writes it.
    case lineProtocol = "influx"
    /// `timestamp,value` or `series,timestamp,value`, with or without a header.
    case csv
    /// VictoriaMetrics' export: `{"metric":{"__name__":…},"values":[…],"timestamps":[ms…]}`, one object a line.
    case jsonLines = "jsonl"
    /// The series file of `replay` and `backtest`: `{"id":…,"step":…,"start":…,"values":[…]}`, one object a line.
    case seriesFile = "series"
    /// `promtool tsdb dump`.
    case promtool
    /// `rrdtool xport --json`.
    case rrdtool

    /// By the name of the file, else by its first line; line protocol is the last guess.
    package static func guessed(path: String, beginning: [UInt8]) -> ImportFormat {
        let line = beginning.prefix { $0 != UInt8(ascii: "\n") }
        let text = String(decoding: line.prefix(4096), as: UTF8.self)
        if text.first == "{" {
            if text.hasPrefix("{__name__=") { return .promtool }
            if text.contains("RRDtool") { return .rrdtool }
            return text.contains("\"__name__\"") || text.contains("\"metric\"") ? .jsonLines : .seriesFile
        }
        if path.hasSuffix(".csv") { return .csv }
        if path.hasSuffix(".lp") || path.hasSuffix(".influx") { return .lineProtocol }
        return text.contains(" ") && text.contains("=") && !text.hasPrefix("timestamp") ? .lineProtocol : .csv
    }
}

/// Format and changes of one import.
package struct ImportOptions: Sendable, Equatable {
    /// How the bytes are to be read.
    package var format: ImportFormat
    /// Name of the series of a CSV without a column for it, printed form.
    package var series: String?
    /// `OLD=NEW` names; a series called OLD gets the name NEW, its labels stay.
    package var renames: [String: String]
    /// Added to every timestamp, nanoseconds: the newest of the file becomes now.
    package var shift: Int64
    /// Nanoseconds in a unit of line protocol's and CSV's bare numbers; nil: ns in line protocol, seconds in CSV.
    package var unit: Int64?
    /// Later samples are problems; the daemon sets it, and a file alone has no now.
    package var latest = Int64.max

    package init(
        format: ImportFormat, series: String? = nil, renames: [String: String] = [:], shift: Int64 = 0,
        unit: Int64? = nil
    ) {
        self.format = format
        self.series = series
        self.renames = renames
        self.shift = shift
        self.unit = unit
    }

    /// As names and values of a query string.
    package var query: [(name: String, value: String)] {
        var items = [(name: "format", value: format.rawValue)]
        if let series { items.append(("series", series)) }
        for (old, new) in renames.sorted(by: { $0.key < $1.key }) { items.append(("rename", "\(old)=\(new)")) }
        if shift != 0 { items.append(("shift", "\(shift)")) }
        if let unit { items.append(("unit", "\(unit)")) }
        return items
    }

    /// Takes the options out of a query; names it does not know are the caller's.
    ///
    /// - Throws: which value is wrong and what would be right.
    package init(query: [(name: String, value: String)]) throws(ImportProblem) {
        self.init(format: .lineProtocol)
        for (name, value) in query {
            switch name {
            case "format":
                guard let format = ImportFormat(rawValue: value) else {
                    let all = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ImportProblem(line: nil, reason: "format \(value) is not known: it is one of \(all)")
                }
                self.format = format
            case "series": series = value
            case "rename": try rename(value)
            case "shift":
                guard let shift = Int64(value) else {
                    throw ImportProblem(line: nil, reason: "shift \(value) is not a number of nanoseconds")
                }
                self.shift = shift
            case "unit":
                guard let unit = Int64(value), unit > 0 else {
                    throw ImportProblem(line: nil, reason: "unit \(value) is not a number of nanoseconds")
                }
                self.unit = unit
            default: break
            }
        }
    }

    /// Adds a change of name written `OLD=NEW`.
    package mutating func rename(_ text: String) throws(ImportProblem) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw ImportProblem(line: nil, reason: "a rename is OLD=NEW, two names of series; this is \(text)")
        }
        renames[String(parts[0])] = String(parts[1])
    }
}

/// A row that cannot be imported, or an option that makes no sense.
package struct ImportProblem: Error, Equatable, CustomStringConvertible {
    /// The line of the file, counted from 1; nil where the fault is not in a line.
    package let line: Int?
    /// What is wrong, as a sentence without a full stop. It may quote the file, so it is short and all of it printable.
    package let reason: String

    init(line: Int?, reason: String) {
        self.line = line
        self.reason = PrintableText.short(reason)
    }

    package var description: String { line.map { "line \($0): \(reason)" } ?? reason }
}
