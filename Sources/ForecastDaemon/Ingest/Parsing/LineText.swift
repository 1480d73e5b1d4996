// The small pieces of a line: blanks, ends, booleans, integers, strings, timestamps. All functions rely on a newline
// somewhere behind the offset they are given, and never look beyond it.

import SeriesStore

enum LineText {
    /// The first byte from `at` on that is neither space nor tab.
    @inline(__always)
    static func skipBlanks(_ bytes: RawSpan, from at: Int) -> Int {
        var index = at
        while true {
            let byte = LineScanner.byte(bytes, index)
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") else { return index }
            index &+= 1
        }
    }

    /// Whether the line ends at `at`: a newline, with a carriage return before it or not.
    @inline(__always)
    static func isEnd(_ bytes: RawSpan, _ at: Int) -> Bool {
        let byte = LineScanner.byte(bytes, at)
        if byte == UInt8(ascii: "\n") { return true }
        return byte == UInt8(ascii: "\r") && LineScanner.byte(bytes, at &+ 1) == UInt8(ascii: "\n")
    }

    /// Whether a field value may end at `at`.
    @inline(__always)
    static func endsValue(_ bytes: RawSpan, _ at: Int) -> Bool {
        let byte = LineScanner.byte(bytes, at)
        return byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || isEnd(bytes, at)
    }

    /// The comma, space or end of the line behind a value or name, for error messages.
    static func endOfValue(_ bytes: RawSpan, _ at: Int) -> Int {
        var index = at
        while !endsValue(bytes, index) { index += 1 }
        return index
    }

    /// `end` without the blanks and the carriage return before it.
    static func trimmed(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var index = end
        while index > start {
            let byte = LineScanner.byte(bytes, index - 1)
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") else { break }
            index -= 1
        }
        return index
    }

    /// `at` stands on the opening quote; the result behind the closing one. `\"` and `\\` are escapes.
    static func endOfString(_ bytes: RawSpan, from at: Int) throws(LineFault) -> Int {
        var index = at &+ 1
        while true {
            let byte = LineScanner.byte(bytes, index)
            if byte == UInt8(ascii: "\"") { return index &+ 1 }
            if byte == UInt8(ascii: "\n") { throw LineFault(.unbalancedQuotes, at, index) }
            let isEscape = byte == UInt8(ascii: "\\") && LineScanner.byte(bytes, index &+ 1) != UInt8(ascii: "\n")
            index &+= isEscape ? 2 : 1
        }
    }

    /// `t T true True TRUE f F false False FALSE`, whole; nil for anything else.
    static func boolean(_ bytes: RawSpan, from at: Int) -> (value: Double, end: Int)? {
        let first = LineScanner.byte(bytes, at)
        guard first | 0x20 == UInt8(ascii: "t") || first | 0x20 == UInt8(ascii: "f") else { return nil }
        if endsValue(bytes, at &+ 1) { return (first | 0x20 == UInt8(ascii: "t") ? 1 : 0, at &+ 1) }
        for (word, value) in booleans {
            var index = 0
            while index < word.count, LineScanner.byte(bytes, at &+ index) == word[index] { index &+= 1 }
            if index == word.count, endsValue(bytes, at &+ index) { return (value, at &+ index) }
        }
        return nil
    }

    private static let booleans: [([UInt8], Double)] = [
        (Array("true".utf8), 1), (Array("True".utf8), 1), (Array("TRUE".utf8), 1),
        (Array("false".utf8), 0), (Array("False".utf8), 0), (Array("FALSE".utf8), 0),
    ]

    /// What a number with an `i` or `u` behind it is.
    enum Integer {
        case exact(Double)
        /// In range, but no double has this value.
        case inexact
        case invalid(LineProtocolError.Reason)
    }

    /// - Parameter start: where the number began; the `i` or `u` stands at its end.
    @inline(__always)
    static func integer(_ number: DecimalNumber, _ bytes: RawSpan, from start: Int, isSigned: Bool) -> Integer {
        if number.isInteger, !number.isLong, number.digits <= 1 << 53, isSigned || !number.isNegative {
            let value = Double(number.digits)
            return .exact(number.isNegative && number.digits > 0 ? -value : value)
        }
        return largeInteger(number, bytes, from: start, isSigned: isSigned)
    }

    @inline(never)
    private static func largeInteger(
        _ number: DecimalNumber, _ bytes: RawSpan, from start: Int, isSigned: Bool
    ) -> Integer {
        guard number.isInteger, isSigned || !number.isNegative else { return .invalid(.invalidNumber) }
        var text: [UInt8] = []
        for index in start..<number.end { text.append(LineScanner.byte(bytes, index)) }
        let decimal = String(decoding: text, as: UTF8.self)
        let value: Double?
        if isSigned {
            guard let integer = Int64(decimal) else { return .invalid(.numberOutOfRange) }
            value = Double(exactly: integer)
        } else {
            guard let integer = UInt64(decimal) else { return .invalid(.numberOutOfRange) }
            value = Double(exactly: integer)
        }
        return value.map { .exact($0) } ?? .inexact
    }

    /// What is wrong with something that is no value.
    static func valueFault(_ bytes: RawSpan, _ at: Int) -> LineFault {
        let end = endOfValue(bytes, at)
        if end == at { return LineFault(.missingFieldValue, at, end) }
        var word: [UInt8] = []
        for index in at..<min(end, at + 16) {
            let byte = LineScanner.byte(bytes, index)
            word.append(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
        }
        let text = String(decoding: word, as: UTF8.self)
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
        if ["nan", "inf", "infinity"].contains(unsigned) { return LineFault(.notFinite, at, end) }
        if ["tru", "fals"].contains(where: { text.hasPrefix($0) }) { return LineFault(.invalidBoolean, at, end) }
        return LineFault(.invalidNumber, at, end)
    }

    /// A timestamp and the end of the line behind it.
    ///
    /// - Parameter at: where it starts; moved to the line's end.
    @inline(__always)
    static func timestamp(
        _ bytes: RawSpan, from at: inout Int, precision: TimestampPrecision, latest: Timestamp
    ) throws(LineFault) -> Timestamp {
        let start = at
        guard let number = DecimalNumber(bytes, from: start), number.isInteger, !number.isLong,
            LineScanner.byte(bytes, start) != UInt8(ascii: "+")
        else { throw timestampFault(bytes, start, .badTimestamp) }
        at = skipBlanks(bytes, from: number.end)
        guard isEnd(bytes, at) else { throw timestampFault(bytes, start, .badTimestamp) }
        guard let magnitude = Int64(exactly: number.digits) else {
            throw timestampFault(bytes, start, .timestampOutOfRange)
        }
        let units = number.isNegative ? 0 &- magnitude : magnitude
        let product = units.multipliedReportingOverflow(by: precision.nanoseconds)
        if product.overflow { throw timestampFault(bytes, start, .timestampOutOfRange) }
        if product.partialValue > latest { throw timestampFault(bytes, start, .timestampInFuture) }
        return product.partialValue
    }

    /// The offending part is all that is left of the line, or the digits alone where only their size is wrong.
    @inline(never)
    private static func timestampFault(
        _ bytes: RawSpan, _ start: Int, _ reason: LineProtocolError.Reason
    ) -> LineFault {
        let newline = LineScanner.first(UInt8(ascii: "\n"), in: bytes, from: start) ?? bytes.byteCount
        let end = trimmed(bytes, start, newline)
        let number = DecimalNumber(bytes, from: start)
        let isTooLong = number.map { $0.isInteger && $0.isLong && $0.end == end } ?? false
        return LineFault(isTooLong ? .timestampOutOfRange : reason, start, end)
    }
}
