// Influx line protocol, from the bytes of a connection to lines of numbers.
//
//     measurement[,tag=value…] field=value[,field=value…] [timestamp]
//
// It is fed whatever a read returned and keeps only the unfinished last line. It is pure: no clock (the caller says
// what `now` is), no allocation per line, no keys. What it hands over for each line is where the series part
// (measurement and tags, raw bytes) and the field names stand, and the numbers; whoever receives them looks raw bytes
// up and builds a key only for what it has never seen (`SeriesCache`, `LineSeries`). So measurement and tags are not
// even looked at here beyond finding their end: bytes that were valid once are valid for ever.
//
// The grammar is InfluxDB's, with these differences: a newline always ends a line (also inside quotes), so that the
// next line is never lost to a missing quote; a field that no double holds exactly refuses that field only.

import SeriesStore

/// One numeric field of a line: where its name stands (offsets into the span of the line) and its value.
struct LineField {
    var nameStart: Int
    var nameEnd: Int
    var value: Double
}

/// What takes the lines of a `LineProtocolParser`. Spans are valid during the call only.
protocol LineReceiver {
    /// A well-formed line, `fields` in the order written, strings left out (so it may be empty).
    ///
    /// - Parameters:
    ///   - bytes: what all offsets refer to; `series` is the range of measurement and tags, not yet validated.
    ///   - place: number and start of the line, for errors.
    /// - Throws: the fault that refuses the line as a whole, such as an invalid tag.
    mutating func receive(
        _ bytes: RawSpan, series: Range<Int>, fields: Span<LineField>, timestamp: Timestamp, place: LinePlace
    ) throws(LineFault)
    /// Strings that were skipped in the line that is received next.
    mutating func skip(strings: Int)
    /// The verb `sync` alone on a line, where the rules know it.
    mutating func sync()
    /// A line or one field of it is refused.
    mutating func refuse(_ error: LineProtocolError)
}

/// Where a line stands: what an error needs.
struct LinePlace {
    /// 1-based.
    var number: Int
    /// Offset of its first byte in the span that holds it.
    var start: Int
}

/// The incremental parser of one connection or body. A value; not to be used by two tasks at once.
public struct LineProtocolParser: Sendable {
    /// What the caller decides.
    public struct Rules: Sendable, Equatable {
        /// The unit of timestamps.
        public var precision: TimestampPrecision
        /// Longer lines, in bytes without the newline, are refused and skipped to their end.
        public var maximumLine: Int
        /// Whether a line `sync` is a verb (ingest socket) or a line like any other (HTTP).
        public var recognisesSync: Bool

        /// Nanoseconds, 64 KiB, no verb.
        public init(
            precision: TimestampPrecision = .nanoseconds, maximumLine: Int = 65_536, recognisesSync: Bool = false
        ) {
            self.precision = precision
            self.maximumLine = maximumLine
            self.recognisesSync = recognisesSync
        }
    }

    private static let verb = Array("sync".utf8)
    private static let shownOfLongLine = 60

    let rules: Rules
    /// The start of a line whose end has not come; at most `maximumLine` bytes.
    private var unfinished: [UInt8] = []
    /// An over-long line is being skipped; it has been refused already.
    private var isSkipping = false
    private var lineNumber = 1
    private var fields: [LineField] = []
    private var inexact: [LineFault] = []

    /// Ready for the first byte of a connection or body.
    public init(rules: Rules = Rules()) {
        self.rules = rules
    }

    /// Takes the next bytes and hands over every line that ends in them.
    ///
    /// - Parameters:
    ///   - now: the timestamp of lines that have none.
    ///   - latest: later timestamps are refused (now + `store.future_skew`).
    /// - Complexity: linear; allocates for the unfinished line and for errors only.
    mutating func feed(
        _ bytes: RawSpan, now: Timestamp, latest: Timestamp = .max, to receiver: inout some LineReceiver
    ) {
        var start = 0
        if isInLine {
            guard let newline = LineScanner.first(UInt8(ascii: "\n"), in: bytes, from: 0) else {
                keep(bytes, from: 0, receiver: &receiver)
                return
            }
            start = newline + 1
            finishLine(bytes, upTo: start, now: now, latest: latest, receiver: &receiver)
        }
        if let newline = LineScanner.lastNewline(in: bytes, from: start) {
            let whole = bytes.extracting(start..<newline + 1)
            parse(whole, now: now, latest: latest, receiver: &receiver)
            start = newline + 1
        }
        if start < bytes.byteCount { keep(bytes, from: start, receiver: &receiver) }
    }

    /// Whether the bytes so far end in the middle of a line.
    var isInLine: Bool { isSkipping || !unfinished.isEmpty }

    /// The connection or body has ended: a last line without newline is a line.
    mutating func finish(now: Timestamp, latest: Timestamp = .max, to receiver: inout some LineReceiver) {
        if isInLine {
            LineScanner.withBytes(of: [UInt8(ascii: "\n")]) { newline in
                finishLine(newline, upTo: 1, now: now, latest: latest, receiver: &receiver)
            }
        }
    }

    /// Appends to the unfinished line, or gives it up as too long.
    private mutating func keep(_ bytes: RawSpan, from start: Int, receiver: inout some LineReceiver) {
        if isSkipping { return }
        if unfinished.count + bytes.byteCount - start > rules.maximumLine {
            // Enough of it for the message.
            let wanted = min(max(0, Self.shownOfLongLine - unfinished.count), bytes.byteCount - start)
            for index in start..<start + wanted { unfinished.append(LineScanner.byte(bytes, index)) }
            let line = unfinished
            LineScanner.withBytes(of: line) { refuseTooLong($0, from: 0, receiver: &receiver) }
            unfinished = []
            isSkipping = true
            return
        }
        unfinished.reserveCapacity(unfinished.count + bytes.byteCount - start)
        for index in start..<bytes.byteCount { unfinished.append(LineScanner.byte(bytes, index)) }
    }

    /// The rest of the unfinished line has come, with its newline.
    private mutating func finishLine(
        _ bytes: RawSpan, upTo end: Int, now: Timestamp, latest: Timestamp, receiver: inout some LineReceiver
    ) {
        if !isSkipping {
            // One byte more than `keep` allows: the newline. Longer than that is seen by `parse`.
            keep(bytes.extracting(0..<end - 1), from: 0, receiver: &receiver)
        }
        if isSkipping {
            isSkipping = false
            lineNumber += 1
            return
        }
        var line = unfinished
        unfinished = []
        line.append(UInt8(ascii: "\n"))
        LineScanner.withBytes(of: line) { parse($0, now: now, latest: latest, receiver: &receiver) }
        line.removeAll(keepingCapacity: true)
        unfinished = line
    }

    private func refuseTooLong(_ bytes: RawSpan, from start: Int, receiver: inout some LineReceiver) {
        let fault = LineFault(.lineTooLong, start, min(start + Self.shownOfLongLine, bytes.byteCount))
        receiver.refuse(LineProtocolError(fault, in: bytes, line: lineNumber, lineStart: start, rules: rules))
    }

    /// Whole lines: the last byte is a newline, which every search below relies on.
    private mutating func parse(
        _ bytes: RawSpan, now: Timestamp, latest: Timestamp, receiver: inout some LineReceiver
    ) {
        var at = 0
        while at < bytes.byteCount {
            let start = at
            do throws(LineFault) {
                at = try parseLine(bytes, from: start, now: now, latest: latest, receiver: &receiver)
            } catch {
                inexact.removeAll(keepingCapacity: true)
                // The end of the refused line; a fault never lies beyond it.
                at = (LineScanner.first(UInt8(ascii: "\n"), in: bytes, from: error.start) ?? bytes.byteCount - 1) + 1
                if at - start > rules.maximumLine + 1 {
                    refuseTooLong(bytes, from: start, receiver: &receiver)
                } else {
                    receiver.refuse(
                        LineProtocolError(error, in: bytes, line: lineNumber, lineStart: start, rules: rules))
                }
            }
            lineNumber &+= 1
        }
    }

    /// - Returns: the offset behind the line's newline.
    @inline(__always)
    private mutating func parseLine(
        _ bytes: RawSpan, from start: Int, now: Timestamp, latest: Timestamp, receiver: inout some LineReceiver
    ) throws(LineFault) -> Int {
        var at = LineText.skipBlanks(bytes, from: start)
        let first = LineScanner.byte(bytes, at)
        if first == UInt8(ascii: "\n") || first == UInt8(ascii: "#") { return try endOfSilentLine(bytes, start, at) }
        let seriesStart = at
        at = LineScanner.endOfSeries(bytes, from: at)
        let series = seriesStart..<at
        at = LineText.skipBlanks(bytes, from: at)
        if LineText.isEnd(bytes, at) {
            return try lineWithoutFields(bytes, start: start, series: series, receiver: &receiver)
        }
        fields.removeAll(keepingCapacity: true)
        var strings = 0
        while true {
            at = try parseField(bytes, from: at, series: series, strings: &strings)
            let next = LineScanner.byte(bytes, at)
            if next != UInt8(ascii: ",") { break }
            at &+= 1
        }
        at = LineText.skipBlanks(bytes, from: at)
        var timestamp = now
        if !LineText.isEnd(bytes, at) {
            timestamp = try LineText.timestamp(bytes, from: &at, precision: rules.precision, latest: latest)
        }
        let newline = LineScanner.byte(bytes, at) == UInt8(ascii: "\n") ? at : at &+ 1
        if newline &- start > rules.maximumLine { throw LineFault(.lineTooLong, start, newline) }
        let place = LinePlace(number: lineNumber, start: start)
        if strings > 0 { receiver.skip(strings: strings) }
        try receiver.receive(bytes, series: series, fields: fields.span, timestamp: timestamp, place: place)
        if !inexact.isEmpty { refuseInexact(bytes, place: place, receiver: &receiver) }
        return newline &+ 1
    }

    /// One `name=value`; appends to `fields` or counts a string.
    ///
    /// - Returns: where the comma, blank or end behind it stands.
    @inline(__always)
    private mutating func parseField(
        _ bytes: RawSpan, from start: Int, series: Range<Int>, strings: inout Int
    ) throws(LineFault) -> Int {
        let nameEnd = LineScanner.endOfFieldName(bytes, from: start)
        if nameEnd == start || LineScanner.byte(bytes, nameEnd) != UInt8(ascii: "=") {
            throw fieldNameFault(bytes, start, nameEnd, series: series)
        }
        let at = nameEnd &+ 1
        let value: Double
        let end: Int
        if let number = DecimalNumber(bytes, from: at) {
            let next = LineScanner.byte(bytes, number.end)
            if next == UInt8(ascii: "i") || next == UInt8(ascii: "u") {
                end = number.end &+ 1
                guard LineText.endsValue(bytes, end) else {
                    throw earliest(LineText.valueFault(bytes, at), bytes, series)
                }
                switch LineText.integer(number, bytes, from: at, isSigned: next == UInt8(ascii: "i")) {
                case .exact(let double): value = double
                case .inexact:
                    inexact.append(LineFault(.integerNotExact, at, end))
                    return end
                case .invalid(let reason): throw earliest(LineFault(reason, at, end), bytes, series)
                }
            } else {
                end = number.end
                guard LineText.endsValue(bytes, end) else {
                    throw earliest(LineText.valueFault(bytes, at), bytes, series)
                }
                value = number.double(bytes, from: at)
                if !value.isFinite { throw earliest(LineFault(.numberOutOfRange, at, end), bytes, series) }
            }
        } else if let boolean = LineText.boolean(bytes, from: at) {
            value = boolean.value
            end = boolean.end
        } else if LineScanner.byte(bytes, at) == UInt8(ascii: "\"") {
            let close = try LineText.endOfString(bytes, from: at)
            guard LineText.endsValue(bytes, close) else {
                throw earliest(LineFault(.unbalancedQuotes, at, LineText.endOfValue(bytes, close)), bytes, series)
            }
            strings += 1
            return close
        } else {
            throw earliest(LineText.valueFault(bytes, at), bytes, series)
        }
        fields.append(LineField(nameStart: start, nameEnd: nameEnd, value: value))
        return end
    }

    @inline(never)
    private func fieldNameFault(_ bytes: RawSpan, _ start: Int, _ end: Int, series: Range<Int>) -> LineFault {
        let isNamed = end > start
        let isEquals = LineScanner.byte(bytes, end) == UInt8(ascii: "=")
        let fault: LineFault =
            if isEquals || !isNamed {
                LineFault(.missingFieldKey, start, LineText.endOfValue(bytes, start))
            } else {
                LineFault(.invalidFieldFormat, start, LineText.trimmed(bytes, start, end))
            }
        return earliest(fault, bytes, series)
    }

    /// The series part is validated late, only where it is new; where a line is refused anyway, an error in it comes
    /// first, as the reader of the message would find it.
    @inline(never)
    private func earliest(_ fault: LineFault, _ bytes: RawSpan, _ series: Range<Int>) -> LineFault {
        LineSeries.fault(bytes, series: series) ?? fault
    }

    /// A comment or a blank line, which says nothing but must not be too long either.
    private func endOfSilentLine(_ bytes: RawSpan, _ start: Int, _ at: Int) throws(LineFault) -> Int {
        let newline = LineScanner.first(UInt8(ascii: "\n"), in: bytes, from: at) ?? bytes.byteCount &- 1
        if newline - start > rules.maximumLine { throw LineFault(.lineTooLong, start, newline) }
        return newline + 1
    }

    @inline(never)
    private mutating func lineWithoutFields(
        _ bytes: RawSpan, start: Int, series: Range<Int>, receiver: inout some LineReceiver
    ) throws(LineFault) -> Int {
        let end = LineText.trimmed(bytes, series.lowerBound, series.upperBound)
        let behind = try endOfSilentLine(bytes, start, end)
        if end == series.lowerBound { return behind }
        if rules.recognisesSync, LineScanner.equal(bytes, series.lowerBound..<end, Self.verb) {
            receiver.sync()
            return behind
        }
        throw earliest(LineFault(.missingFields, end, end), bytes, series.lowerBound..<end)
    }

    private mutating func refuseInexact(_ bytes: RawSpan, place: LinePlace, receiver: inout some LineReceiver) {
        for fault in inexact {
            receiver.refuse(
                LineProtocolError(fault, in: bytes, line: place.number, lineStart: place.start, rules: rules))
        }
        inexact.removeAll(keepingCapacity: true)
    }
}
