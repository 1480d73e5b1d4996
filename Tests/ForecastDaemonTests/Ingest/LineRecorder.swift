// What a `LineProtocolParser` hands over, as values that a test can compare. It resolves every key at once, as the
// first connection after a start does.

import SeriesStore

@testable import ForecastDaemon

/// A receiver that remembers everything.
struct LineRecorder: LineReceiver, Equatable {
    struct Point: Equatable {
        var series: String
        var timestamp: Timestamp
        var value: Double
    }

    var points: [Point] = []
    var strings = 0
    var syncs = 0
    var errors: [LineProtocolError] = []

    mutating func receive(
        _ bytes: RawSpan, series: Range<Int>, fields: Span<LineField>, timestamp: Timestamp, place: LinePlace
    ) throws(LineFault) {
        if fields.isEmpty, let fault = LineSeries.fault(bytes, series: series) { throw fault }
        for index in 0..<fields.count {
            let field = fields[index]
            let key = try LineSeries.key(bytes, series: series, field: field.nameStart..<field.nameEnd)
            points.append(Point(series: (try? key.get())?.description ?? "", timestamp: timestamp, value: field.value))
        }
    }

    mutating func skip(strings: Int) { self.strings += strings }
    mutating func sync() { syncs += 1 }
    mutating func refuse(_ error: LineProtocolError) { errors.append(error) }

    /// All of a text, fed in pieces of `size` bytes.
    static func parsed(
        _ text: [UInt8], rules: LineProtocolParser.Rules = .init(), pieces size: Int = .max, now: Timestamp = 42,
        latest: Timestamp = .max
    ) -> LineRecorder {
        var parser = LineProtocolParser(rules: rules)
        var recorder = LineRecorder()
        var start = 0
        while start < text.count {
            let end = min(text.count, start + min(size, text.count))
            let piece = Array(text[start..<end])
            LineScanner.withBytes(of: piece) { parser.feed($0, now: now, latest: latest, to: &recorder) }
            start = end
        }
        parser.finish(now: now, latest: latest, to: &recorder)
        return recorder
    }

    static func parsed(
        _ text: String, rules: LineProtocolParser.Rules = .init(), pieces size: Int = .max, now: Timestamp = 42,
        latest: Timestamp = .max
    ) -> LineRecorder {
        parsed(Array(text.utf8), rules: rules, pieces: size, now: now, latest: latest)
    }
}
