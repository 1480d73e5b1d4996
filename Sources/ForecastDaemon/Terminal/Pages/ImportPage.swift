// What a file of history holds, before it is imported.
internal import SeriesStore

/// Writes `forecastd import --dry-run`.
package enum ImportPage {
    /// Bytes that a sample of ordinary metrics takes in the store once sealed: an expectation, not a promise.
    private static let bytesPerSample = 1.5

    /// - Parameter shift: nanoseconds that all times will be moved by.
    package static func written(
        _ summary: ImportSummary, shift: Int64, json: Bool, on screen: Screen, clock: ClockText
    ) -> String {
        if json { return lines(summary, shift: shift) }
        var table = Table([
            ("series", .left), ("kind", .left), ("samples", .right), ("every", .right), ("from", .left), ("to", .left),
        ])
        for one in summary.series {
            table.add([
                one.key.description, kind(one), Wording.count(Int64(one.count)),
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

    private static func kind(_ series: ImportSummary.Series) -> String { KindTable.describe(series.key).kind.rawValue }

    private static func lines(_ summary: ImportSummary, shift: Int64) -> String {
        var json = JSONWriter()
        json.array { json in
            for one in summary.series {
                json.object { json in
                    json.member("series", one.key.description)
                    json.member("kind", kind(one))
                    json.member("samples", one.count)
                    json.member("first", one.first &+ shift)
                    json.member("last", one.last &+ shift)
                    json.member("interval_seconds", one.intervalSeconds)
                }
            }
        }
        return json.text + "\n"
    }
}
