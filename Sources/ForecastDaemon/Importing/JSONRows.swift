// Rows of files with one JSON object a line: VictoriaMetrics' export, and the series files of `replay`.
//
//     {"metric":{"__name__":"disk_used","host":"web1"},"values":[1,2.5,null],"timestamps":[1700000000000, …]}   ms
//     {"id":"disk_used{host=web1}","step":300,"start":"2026-01-01T00:00:00Z","values":[1,2.5,null]}             s
//
// Our own export adds "nanoseconds", which each timestamp lacks. null is a missing sample and gives no row; "NaN", "Infinity" and "-Infinity" are values, as VictoriaMetrics writes
// them. Unknown keys are ignored. A line is decoded whole.
internal import FoundationEssentials
internal import SeriesStore

private struct ExportedLine: Decodable {
    let metric: [String: String]
    let values: [Number?]
    let timestamps: [Int64]
    /// Our export's: what each timestamp lacks, where milliseconds are not enough.
    let nanoseconds: [Int64]?
}

private struct SeriesLine: Decodable {
    let id: String
    let step: Double
    let start: Start
    let values: [Number?]

    /// RFC 3339, or epoch seconds.
    enum Start: Decodable {
        case seconds(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .seconds(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }
}

func readJSONLine(_ bytes: ArraySlice<UInt8>, into batch: inout ImportBatch) {
    guard let line = decodedLine(ExportedLine.self, bytes, &batch) else { return }
    guard let name = line.metric["__name__"] else {
        batch.problem("the metric has no __name__")
        return
    }
    guard line.values.count == line.timestamps.count else {
        batch.problem("\(line.values.count) values, but \(line.timestamps.count) timestamps")
        return
    }
    let rests = line.nanoseconds ?? []
    guard rests.isEmpty || rests.count == line.timestamps.count else {
        batch.problem("\(rests.count) nanoseconds, but \(line.timestamps.count) timestamps")
        return
    }
    let key: SeriesKey
    do throws(SeriesKeyError) {
        let labels = line.metric.filter { $0.key != "__name__" }.map { (name: $0.key, value: $0.value) }
        key = batch.renamed(try SeriesKey(name: name, labels: labels))
    } catch {
        batch.problem(error.description)
        return
    }
    for (index, (value, time)) in zip(line.values, line.timestamps).enumerated() {
        guard let value else { continue }
        // The sum counts: the first millisecond of the range begins before it.
        let sum = Int128(time) * 1_000_000 + Int128(rests.isEmpty ? 0 : rests[index])
        guard let timestamp = Timestamp(exactly: sum) else {
            batch.problem("timestamp \(time) is not milliseconds since 1970 within 64 bits of nanoseconds")
            continue
        }
        batch.give(key, timestamp, value.value)
    }
}

func readSeriesLine(_ bytes: ArraySlice<UInt8>, into batch: inout ImportBatch) {
    guard let line = decodedLine(SeriesLine.self, bytes, &batch) else { return }
    let start: Timestamp?
    switch line.start {
    case .seconds(let seconds): start = abs(seconds) < 9e9 ? Timestamp((seconds * 1e9).rounded()) : nil
    case .text(let text): start = try? Instants.parse(text)
    }
    guard let start else {
        batch.problem("start is neither RFC 3339 nor epoch seconds")
        return
    }
    // From a nanosecond to a thousand years, so that the products below stay within 64 bits or are caught.
    guard line.step >= 1e-9, line.step <= 3.2e10 else {
        batch.problem("step \(line.step) is not a length of time in seconds")
        return
    }
    do throws(SeriesTextError) {
        let key = batch.renamed(try seriesKey(printed: line.id))
        let step = Int64((line.step * 1e9).rounded())
        for (index, value) in line.values.enumerated() {
            guard let value else { continue }
            let (offset, overflow) = step.multipliedReportingOverflow(by: Int64(index))
            let (time, overflowToo) = start.addingReportingOverflow(offset)
            if overflow || overflowToo {
                batch.problem("value \(index) lies outside the range of 64-bit nanoseconds")
                return
            }
            batch.give(key, time, value.value)
        }
    } catch {
        batch.problem(error.description)
    }
}

private func decodedLine<Line: Decodable>(
    _ type: Line.Type, _ bytes: ArraySlice<UInt8>, _ batch: inout ImportBatch
) -> Line? {
    do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch let error as DecodingError {
        batch.problem(sentence(error))
    } catch {
        batch.problem("not a JSON object")
    }
    return nil
}

/// What a decoder did not like, without its own vocabulary.
private func sentence(_ error: DecodingError) -> String {
    func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, _): return "there is no \"\(key.stringValue)\""
    case .typeMismatch(_, let context): return "\(path(context)) has the wrong type"
    case .valueNotFound(_, let context): return "\(path(context)) is null"
    case .dataCorrupted(let context):
        return context.codingPath.isEmpty ? "not a JSON object" : "\(path(context)): \(context.debugDescription)"
    @unknown default: return "not the JSON object expected"
    }
}
