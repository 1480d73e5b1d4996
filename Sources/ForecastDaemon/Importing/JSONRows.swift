// Rows of files with one JSON object a line: VictoriaMetrics' export, and the series files of `replay`.
//
//     {"metric":{"__name__":"disk_used","host":"web1"},"values":[1,2.5,null],"timestamps":[1700000000000, …]}   ms
//     {"id":"disk_used{host=web1}","step":300,"start":"2026-01-01T00:00:00Z","values":[1,2.5,null]}             s
//
// Our own export adds "nanoseconds", which each timestamp lacks. null is a missing sample and gives no row; "NaN",
// "Infinity" and "-Infinity" are values, as VictoriaMetrics writes them. Unknown keys are ignored. A line is walked through
// and its numbers go straight into columns, eight bytes each: as JSON values they would take several times the line.
internal import SeriesStore

/// What the two kinds of lines hold; nil is what was not there.
private struct JSONColumns {
    var metric: [String: String]?
    var id: String?
    var step: Double?
    var start: JSONValue?
    var values: [Double]?
    /// Places in `values` that are null.
    var missing: Set<Int> = []
    var timestamps: [Int64]?
    /// Our export's: what each timestamp lacks, where milliseconds are not enough.
    var nanoseconds: [Int64]?

    init(_ line: ArraySlice<UInt8>) throws(JSONError) {
        var reader = JSONReader(bytes: Array(line), maximumDepth: 8)
        try reader.walkObject { (name, reader) throws(JSONError) in try read(name, &reader) }
        try reader.end()
    }

    private mutating func read(_ name: String, _ reader: inout JSONReader) throws(JSONError) {
        switch name {
        case "metric": metric = try Self.texts(&reader)
        case "id": id = try reader.element().string
        case "step": step = try reader.element().double
        case "start": start = try reader.element()
        case "values": try readValues(&reader)
        case "timestamps": timestamps = try Self.integers(&reader)
        case "nanoseconds": nanoseconds = try Self.integers(&reader)
        default: _ = try reader.element()
        }
    }

    private mutating func readValues(_ reader: inout JSONReader) throws(JSONError) {
        var (column, missing): ([Double], Set<Int>) = ([], [])
        try reader.walkArray { (reader) throws(JSONError) in
            let at = reader.offset
            let element = try reader.element()
            if element.isNull { missing.insert(column.count) }
            guard let value = Self.number(element) else { throw JSONError(reason: .badNumber, offset: at) }
            column.append(value)
        }
        (values, self.missing) = (column, missing)
    }

    private static func number(_ element: JSONValue) -> Double? {
        switch element {
        case .null: .nan
        case .string("Inf"), .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: element.double
        }
    }

    private static func integers(_ reader: inout JSONReader) throws(JSONError) -> [Int64] {
        var column: [Int64] = []
        try reader.walkArray { (reader) throws(JSONError) in
            let at = reader.offset
            let element = try reader.element()
            guard let whole = element.integer ?? element.double.flatMap({ Int64(exactly: $0) }) else {
                throw JSONError(reason: .badNumber, offset: at)
            }
            column.append(whole)
        }
        return column
    }

    private static func texts(_ reader: inout JSONReader) throws(JSONError) -> [String: String] {
        var texts: [String: String] = [:]
        try reader.walkObject { (name, reader) throws(JSONError) in
            let at = reader.offset
            guard let text = try reader.element().string else { throw JSONError(reason: .notText, offset: at) }
            texts[name] = text
        }
        return texts
    }
}

func readJSONLine(_ bytes: ArraySlice<UInt8>, into batch: inout ImportBatch) {
    guard let line = columns(bytes, &batch),
        let metric = found(line.metric, "metric", &batch), let values = found(line.values, "values", &batch),
        let timestamps = found(line.timestamps, "timestamps", &batch)
    else { return }
    guard let name = metric["__name__"] else {
        batch.problem("the metric has no __name__")
        return
    }
    guard values.count == timestamps.count else {
        batch.problem("\(values.count) values, but \(timestamps.count) timestamps")
        return
    }
    let rests = line.nanoseconds ?? []
    guard rests.isEmpty || rests.count == timestamps.count else {
        batch.problem("\(rests.count) nanoseconds, but \(timestamps.count) timestamps")
        return
    }
    let key: SeriesKey
    do throws(SeriesKeyError) {
        let labels = metric.filter { $0.key != "__name__" }.map { (name: $0.key, value: $0.value) }
        key = batch.renamed(try SeriesKey(name: name, labels: labels))
    } catch {
        batch.problem(error.description)
        return
    }
    for (index, (value, time)) in zip(values, timestamps).enumerated() where !line.missing.contains(index) {
        // The sum counts: the first millisecond of the range begins before it.
        let sum = Int128(time) * 1_000_000 + Int128(rests.isEmpty ? 0 : rests[index])
        guard let timestamp = Timestamp(exactly: sum) else {
            batch.problem("timestamp \(time) is not milliseconds since 1970 within 64 bits of nanoseconds")
            continue
        }
        batch.give(key, timestamp, value)
    }
}

func readSeriesLine(_ bytes: ArraySlice<UInt8>, into batch: inout ImportBatch) {
    guard let line = columns(bytes, &batch),
        let id = found(line.id, "id", &batch), let length = found(line.step, "step", &batch),
        let beginning = found(line.start, "start", &batch), let values = found(line.values, "values", &batch)
    else { return }
    let start: Timestamp? =
        if let text = beginning.string { try? Instants.parse(text) } else {
            // RFC 3339, or epoch seconds.
            beginning.double.flatMap { abs($0) < 9e9 ? Timestamp(($0 * 1e9).rounded()) : nil }
        }
    guard let start else {
        batch.problem("start is neither RFC 3339 nor epoch seconds")
        return
    }
    // From a nanosecond to a thousand years, so that the products below stay within 64 bits or are caught.
    guard length >= 1e-9, length <= 3.2e10 else {
        batch.problem("step \(length) is not a length of time in seconds")
        return
    }
    do throws(SeriesTextError) {
        let key = batch.renamed(try seriesKey(printed: id))
        let step = Int64((length * 1e9).rounded())
        for (index, value) in values.enumerated() where !line.missing.contains(index) {
            let (offset, overflow) = step.multipliedReportingOverflow(by: Int64(index))
            let (time, overflowToo) = start.addingReportingOverflow(offset)
            if overflow || overflowToo {
                batch.problem("value \(index) lies outside the range of 64-bit nanoseconds")
                return
            }
            batch.give(key, time, value)
        }
    } catch {
        batch.problem(error.description)
    }
}

private func columns(_ bytes: ArraySlice<UInt8>, _ batch: inout ImportBatch) -> JSONColumns? {
    do throws(JSONError) { return try JSONColumns(bytes) } catch {
        batch.problem(error.description)
        return nil
    }
}

private func found<Column>(_ column: Column?, _ name: String, _ batch: inout ImportBatch) -> Column? {
    if column == nil { batch.problem("there is no \"\(name)\", or it is of another kind") }
    return column
}
