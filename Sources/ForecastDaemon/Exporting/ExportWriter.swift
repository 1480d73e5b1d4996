// Samples as text: what `forecastd export` writes and `forecastd import` reads back bit by bit. Pure: columns go in,
// bytes come out, in pieces of any size, so that nobody holds a whole export.
//
//     csv     series,timestamp,value                      RFC 3339 to the nanosecond
//     jsonl   {"metric":{"__name__":"a","host":"b"},"values":[1,2],"timestamps":[ms,ms],"nanoseconds":[0,12]}
//     influx  a,host=b value=1 1700000000000000000
//
// JSON lines are those of VictoriaMetrics, whose timestamps are milliseconds; where that is not enough, `nanoseconds`
// holds what each lacks, and whoever does not know it ignores it. Line protocol has no form for NaN and infinities: they
// are left out, and a comment line says how many.
internal import SeriesStore

/// The shapes in which samples go out.
package enum ExportFormat: String, Sendable, CaseIterable {
    case csv
    case jsonLines = "jsonl"
    case lineProtocol = "influx"

    /// What it is in an answer's head.
    var contentType: String {
        switch self {
        case .csv: "text/csv"
        case .jsonLines: "application/x-ndjson"
        case .lineProtocol: "text/plain; charset=utf-8"
        }
    }

    /// The same shape for whoever reads it back.
    fileprivate var read: ImportFormat {
        switch self {
        case .csv: .csv
        case .jsonLines: .jsonLines
        case .lineProtocol: .lineProtocol
        }
    }
}

/// Writes samples series by series.
struct ExportWriter: Sendable {
    let format: ExportFormat
    /// What has been written and not been taken.
    private(set) var bytes: [UInt8] = []

    /// Samples of one JSON line: a reader decodes a line whole.
    private static let samplesOfLine = 10_000

    init(_ format: ExportFormat) {
        self.format = format
        if format == .csv { bytes += "series,timestamp,value\n".utf8 }
    }

    /// What has been written since the last call.
    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Whether the format has a form for this name and these labels, found by reading it back: a label that ends in a
    /// backslash has none in line protocol.
    static func canName(_ key: SeriesKey, in format: ExportFormat) -> Bool {
        var writer = ExportWriter(format)
        writer.write(key, timestamps: [0], values: [0])
        var reader = ImportReader(ImportOptions(format: format.read))
        let batch = reader.read(writer.bytes, isLast: true)
        return batch.problemCount == 0 && batch.runs.map(\.key) == [key]
    }

    /// Appends samples of a series; parallel arrays.
    mutating func write(_ key: SeriesKey, timestamps: [Timestamp], values: [Double]) {
        switch format {
        case .csv: writeCSV(key, timestamps, values)
        case .jsonLines: writeJSON(key, timestamps, values)
        case .lineProtocol: writeLines(key, timestamps, values)
        }
    }

    private mutating func writeCSV(_ key: SeriesKey, _ timestamps: [Timestamp], _ values: [Double]) {
        let head = Self.csvField(key.description) + [UInt8(ascii: ",")]
        for (timestamp, value) in zip(timestamps, values) {
            bytes += head
            bytes += Instants.format(timestamp).utf8
            bytes.append(UInt8(ascii: ","))
            bytes += value.description.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// RFC 4180: quotes around what holds a comma or a quote, inner quotes doubled.
    private static func csvField(_ text: String) -> [UInt8] {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
            return Array(text.utf8)
        }
        var field = [UInt8(ascii: "\"")]
        for byte in text.utf8 { field += byte == UInt8(ascii: "\"") ? [byte, byte] : [byte] }
        return field + [UInt8(ascii: "\"")]
    }

    private mutating func writeJSON(_ key: SeriesKey, _ timestamps: [Timestamp], _ values: [Double]) {
        for start in stride(from: 0, to: timestamps.count, by: Self.samplesOfLine) {
            let range = start..<min(start + Self.samplesOfLine, timestamps.count)
            writeJSONLine(key, timestamps[range], values[range])
        }
    }

    private mutating func writeJSONLine(
        _ key: SeriesKey, _ timestamps: ArraySlice<Timestamp>, _ values: ArraySlice<Double>
    ) {
        // Rounded down, so that what lacks is never negative.
        func split(_ timestamp: Timestamp) -> (milliseconds: Int64, rest: Int64) {
            let (quotient, remainder) = timestamp.quotientAndRemainder(dividingBy: 1_000_000)
            return remainder < 0 ? (quotient - 1, remainder + 1_000_000) : (quotient, remainder)
        }
        var json = JSONWriter(reservingCapacity: timestamps.count * 24 + 200)
        json.object { json in
            json.object("metric") { json in
                json.member("__name__", key.name)
                for label in key.labels { json.member(label.name, label.value) }
            }
            json.array("values") { json in for value in values { Self.write(value, to: &json) } }
            json.member("timestamps", timestamps.map { split($0).milliseconds })
            let rests = timestamps.map { split($0).rest }
            if rests.contains(where: { $0 != 0 }) { json.member("nanoseconds", rests) }
        }
        json.endLine()
        bytes += json.bytes
    }

    /// As VictoriaMetrics spells what JSON has no number for.
    private static func write(_ value: Double, to json: inout JSONWriter) {
        if value.isFinite {
            json.value(value)
        } else {
            json.value(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        }
    }

    private mutating func writeLines(_ key: SeriesKey, _ timestamps: [Timestamp], _ values: [Double]) {
        var head = Self.escaped(key.name, [UInt8(ascii: ","), UInt8(ascii: " ")])
        let marks = [UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: " ")]
        for label in key.labels {
            head.append(UInt8(ascii: ","))
            head += Self.escaped(label.name, marks)
            head.append(UInt8(ascii: "="))
            head += Self.escaped(label.value, marks)
        }
        head += " value=".utf8
        var leftOut = 0
        for (timestamp, value) in zip(timestamps, values) {
            guard value.isFinite else {
                leftOut += 1
                continue
            }
            bytes += head
            bytes += value.description.utf8
            bytes.append(UInt8(ascii: " "))
            bytes += timestamp.description.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        if leftOut > 0 { bytes += "# \(leftOut) values of \(key) are no finite numbers and left out\n".utf8 }
    }

    private static func escaped(_ text: String, _ marks: [UInt8]) -> [UInt8] {
        text.utf8.flatMap { marks.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
    }
}
