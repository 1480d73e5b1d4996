// Why a line, or one field of it, was refused: where, in the words that users of InfluxDB know, and with a guess at
// what was meant where one is likely. Building the sentence is the cold path; the parser itself throws `LineFault`,
// a few bytes that allocate nothing.

/// A refusal with its place: what a client is told.
public struct LineProtocolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// 1-based, counted over the connection or the body, empty lines and comments included.
    public let line: Int
    /// 1-based, in bytes, of what is wrong.
    public let column: Int
    /// What kind of refusal it is.
    public let reason: Reason
    /// The offending part, shortened to 60 bytes, control characters as `\xNN`; or the sentence of a refused series.
    public let text: String
    /// What was probably meant; empty where there is no good guess.
    public let hint: String

    /// Where, what, and what was meant, in one sentence.
    public var description: String {
        let place = "line \(line), column \(column): "
        if reason == .refusedSeries { return place + text }
        let isShown = !text.isEmpty && reason != .lineTooLong
        return place + reason.words + (isShown ? " `\(text)`" : "") + (hint.isEmpty ? "" : " (\(hint))")
    }

    /// Kinds of refusals. All but `integerNotExact` and `refusedSeries` refuse the whole line.
    public enum Reason: Sendable, Equatable, CaseIterable {
        case missingMeasurement, missingTagKey, missingTagValue, invalidTagFormat, doubledTag, reservedTag
        case missingFields, missingFieldKey, missingFieldValue, invalidFieldFormat
        case invalidNumber, numberOutOfRange, notFinite, integerNotExact, invalidBoolean, unbalancedQuotes
        case badTimestamp, timestampOutOfRange, timestampInFuture
        case invalidUTF8, controlCharacter, lineTooLong
        /// A well-formed series that is not stored: a limit, or a key that the store refuses.
        case refusedSeries

        /// The words of InfluxDB 1.x where it has some.
        public var words: String {
            switch self {
            case .missingMeasurement: "missing measurement"
            case .missingTagKey: "missing tag key"
            case .missingTagValue: "missing tag value"
            case .invalidTagFormat: "invalid tag format"
            case .doubledTag: "doubled tag"
            case .reservedTag: "reserved tag"
            case .missingFields: "missing fields"
            case .missingFieldKey: "missing field key"
            case .missingFieldValue: "missing field value"
            case .invalidFieldFormat: "invalid field format"
            case .invalidNumber: "invalid number"
            case .numberOutOfRange: "number out of range"
            case .notFinite: "not a finite number"
            case .integerNotExact: "integer that no double holds exactly"
            case .invalidBoolean: "invalid boolean"
            case .unbalancedQuotes: "unbalanced quotes"
            case .badTimestamp: "bad timestamp"
            case .timestampOutOfRange: "timestamp out of range"
            case .timestampInFuture: "timestamp in the future"
            case .invalidUTF8: "invalid UTF-8"
            case .controlCharacter: "control character"
            case .lineTooLong: "line too long"
            case .refusedSeries: "series refused"
            }
        }
    }
}

/// A refusal while parsing: what, and the bytes of the offending part, as offsets into the span being parsed.
struct LineFault: Error, Equatable {
    var reason: LineProtocolError.Reason
    var start: Int
    var end: Int

    init(_ reason: LineProtocolError.Reason, _ start: Int, _ end: Int) {
        self.reason = reason
        self.start = start
        self.end = end
    }
}

extension LineProtocolError {
    /// The sentence for a fault found in `bytes`, in the line that starts at `lineStart`.
    init(_ fault: LineFault, in bytes: RawSpan, line: Int, lineStart: Int, rules: LineProtocolParser.Rules) {
        let part = Self.bytes(bytes, from: fault.start, to: fault.end)
        self.line = line
        column = fault.start - lineStart + 1
        reason = fault.reason
        text = Self.excerpt(part)
        let before = Self.bytes(bytes, from: lineStart, to: fault.start)
        hint = LineHint.hint(
            for: fault.reason, part: String(decoding: part, as: UTF8.self),
            before: String(decoding: before, as: UTF8.self), rules: rules)
    }

    /// A series that somebody else refused, with that somebody's sentence.
    init(refusedSeries sentence: String, line: Int, column: Int) {
        self.init(line: line, column: column, reason: .refusedSeries, text: sentence, hint: "")
    }

    /// At most 200 bytes of a part: more would not help anyone.
    private static func bytes(_ bytes: RawSpan, from start: Int, to end: Int) -> [UInt8] {
        var result: [UInt8] = []
        for index in start..<max(start, min(end, start + 200, bytes.byteCount)) {
            result.append(LineScanner.byte(bytes, index))
        }
        return result
    }

    /// Shortened, and made harmless for a terminal and a log.
    static func excerpt(_ part: [UInt8]) -> String {
        let hexadecimal = Array("0123456789abcdef")
        var text = ""
        for scalar in String(decoding: part, as: UTF8.self).unicodeScalars {
            if text.utf8.count >= 60 { return text + "…" }
            if scalar.value < 0x20 || scalar.value == 0x7F {
                text += "\\x\(hexadecimal[Int(scalar.value >> 4)])\(hexadecimal[Int(scalar.value & 15)])"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
