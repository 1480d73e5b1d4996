// What a file of history holds, before it is imported.
internal import SeriesStore

/// Writes `forecastd import --dry-run`.
package enum ImportPage {
    /// Bytes that a sample of ordinary metrics takes in the store once sealed: an expectation, not a promise.
    private static let bytesPerSample = 1.5

    /// - Parameter shift: nanoseconds that all times will be moved by.
    package static func written(
        _ summary: ImportSummary, shift: Int64, json: Bool, on screen: Screen, clock: LocalTime
    ) -> String {
        if json { return lines(summary, shift: shift) }
        var table = Table([
            ("series", .left), ("samples", .right), ("every", .right), ("from", .left), ("to", .left),
        ])
        for one in summary.series {
            table.add([
                one.key.description, Wording.count(Int64(one.count)),
                one.intervalSeconds.map { Wording.duration(seconds: $0) } ?? "-", clock.full(one.first &+ shift),
                clock.full(one.last &+ shift),
            ])
        }
        let bytes = Wording.bytes(Int64(Double(summary.count) * bytesPerSample))
        return table.written(on: screen)
            + "\(Wording.plural(summary.count, "sample", "samples")) of "
            + "\(Wording.plural(summary.series.count, "series", "series")), about \(bytes) in the store; "
            + "nothing was imported\n"
    }

    private static func lines(_ summary: ImportSummary, shift: Int64) -> String {
        let rows = summary.series.map { one in
            "{\"series\":\(quoted(one.key.description)),\"samples\":\(one.count),\"first\":\(one.first &+ shift),"
                + "\"last\":\(one.last &+ shift),\"interval_seconds\":"
                + "\(one.intervalSeconds.map { "\($0)" } ?? "null")}"
        }
        return "[\(rows.joined(separator: ","))]\n"
    }
}

/// A JSON string with its quotes.
package func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out + "\""
}
