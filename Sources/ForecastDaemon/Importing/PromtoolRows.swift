// Rows of `promtool tsdb dump`: what a Prometheus holds, a sample a line, times in milliseconds.
//
//     {__name__="node_load1", instance="web1:9100", job="node"} 0.21 1700000000000
//
// Values are as Go writes a double (%g: shortest form, NaN, +Inf), labels as it quotes strings (%q). Native histograms,
// whose value is a text in braces, are no numbers, and a problem each.
internal import SeriesStore

func readPromtoolLine(_ bytes: ArraySlice<UInt8>, into batch: inout ImportBatch) {
    var line = PromtoolLine(bytes)
    do throws(PromtoolFault) {
        let (name, labels) = try line.labels()
        let key: SeriesKey
        do throws(SeriesKeyError) { key = batch.renamed(try SeriesKey(name: name, labels: labels)) } catch {
            throw PromtoolFault(reason: error.description)
        }
        let (value, time) = try line.sample()
        batch.give(key, time, value)
    } catch {
        batch.problem(error.reason)
    }
}

private struct PromtoolFault: Error { let reason: String }

/// A cursor over one line.
private struct PromtoolLine {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

    /// `{__name__="a", b="c"}`; an empty value is an absent label.
    mutating func labels() throws(PromtoolFault) -> (name: String, labels: [(name: String, value: String)]) {
        var name: String?
        var labels: [(name: String, value: String)] = []
        try expect("{")
        while at < bytes.count, bytes[at] != UInt8(ascii: "}") {
            let start = at
            while at < bytes.count, bytes[at] != UInt8(ascii: "=") { at += 1 }
            let label = String(decoding: bytes[start..<at], as: UTF8.self)
            try expect("=")
            let value = try quoted()
            if label == "__name__" { name = value } else if !value.isEmpty { labels.append((label, value)) }
            while at < bytes.count, bytes[at] == UInt8(ascii: ",") || bytes[at] == UInt8(ascii: " ") { at += 1 }
        }
        try expect("}")
        guard let name else { throw PromtoolFault(reason: "the series has no __name__") }
        return (name, labels)
    }

    /// A value and milliseconds, to the end of the line.
    func sample() throws(PromtoolFault) -> (Double, Timestamp) {
        let words = bytes[at...].split(separator: UInt8(ascii: " "))
        guard words.count == 2 else { throw PromtoolFault(reason: "a value and a time are expected after the labels") }
        let text = String(decoding: words[0], as: UTF8.self)
        guard let value = Double(text) else { throw PromtoolFault(reason: "\(text) is not a number") }
        guard let time = Int64(String(decoding: words[1], as: UTF8.self)),
            let nanoseconds = Timestamp(exactly: Int128(time) * 1_000_000)
        else { throw PromtoolFault(reason: "the time is not milliseconds since 1970 within 64 bits of nanoseconds") }
        return (value, nanoseconds)
    }

    private mutating func expect(_ mark: Unicode.Scalar) throws(PromtoolFault) {
        guard at < bytes.count, bytes[at] == UInt8(ascii: mark) else {
            throw PromtoolFault(reason: "\(mark) is expected at column \(at + 1)")
        }
        at += 1
    }

    /// A string as Go's strconv.Quote writes it.
    private mutating func quoted() throws(PromtoolFault) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] != UInt8(ascii: "\\") {
                text.append(bytes[at])
                at += 1
                continue
            }
            at += 1
            text += try escape()
        }
        try expect("\"")
        guard let string = String(validating: text, as: UTF8.self) else {
            throw PromtoolFault(reason: "a label's value is not UTF-8")
        }
        return string
    }

    /// What follows a backslash.
    private mutating func escape() throws(PromtoolFault) -> [UInt8] {
        guard at < bytes.count else { throw PromtoolFault(reason: "the line ends in a backslash") }
        let letter = bytes[at]
        at += 1
        switch letter {
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "a"): return [7]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "v"): return [11]
        case UInt8(ascii: "x"): return [UInt8(truncatingIfNeeded: try hexadecimal(2))]
        case UInt8(ascii: "u"): return try scalar(4)
        case UInt8(ascii: "U"): return try scalar(8)
        default: return [letter]
        }
    }

    private mutating func scalar(_ digits: Int) throws(PromtoolFault) -> [UInt8] {
        guard let scalar = Unicode.Scalar(try hexadecimal(digits)) else {
            throw PromtoolFault(reason: "an escape names no character")
        }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal(_ digits: Int) throws(PromtoolFault) -> UInt32 {
        guard at + digits <= bytes.count,
            let value = UInt32(String(decoding: bytes[at..<at + digits], as: UTF8.self), radix: 16)
        else { throw PromtoolFault(reason: "an escape lacks digits") }
        at += digits
        return value
    }
}
