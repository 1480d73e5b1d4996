// JSON as bytes, written front to back: what the API answers and what goes into rows of text. It keeps no tree and
// needs no Foundation. Numbers are exact: integers in full (nanoseconds do not fit a double), doubles in the shortest
// form that reads back to the same bits, and what JSON cannot say as the strings "NaN", "+Inf" and "-Inf".
//
//     var json = JSONWriter()
//     json.object { json in
//         json.member("series", "disk_used{path=/}")
//         json.member("timestamps", [1, 2, 3])
//         json.array("labels") { $0.value("a") }
//     }
//     json.bytes      {"series":"disk_used{path=/}","timestamps":[1,2,3],"labels":["a"]}

/// Appends JSON values to an array of bytes. Commas are its business; names and nesting are the caller's.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    /// Whether a comma must come before the next value or name.
    private var needsComma = false

    /// Empty; `reservingCapacity` saves growing where the size is about known.
    public init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// The text written.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// An object whose members `body` writes.
    public mutating func object<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    /// An array whose elements `body` writes.
    public mutating func array<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        open(UInt8(ascii: "["))
        try body(&self)
        close(UInt8(ascii: "]"))
    }

    /// The name of the next member; its value must follow.
    public mutating func name(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A string.
    public mutating func value(_ string: String) {
        separate()
        quote(string)
    }

    /// `true` or `false`.
    public mutating func value(_ flag: Bool) {
        separate()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// An integer, in full.
    public mutating func value(_ integer: some BinaryInteger) {
        separate()
        if let small = Int64(exactly: integer) {
            digits(of: small)
        } else {
            bytes.append(contentsOf: integer.description.utf8)
        }
    }

    /// A double: shortest form, or a string where it is not finite.
    public mutating func value(_ double: Double) {
        separate()
        number(double)
    }

    /// `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// All of an array of integers.
    public mutating func value(_ integers: [Int64]) {
        open(UInt8(ascii: "["))
        reserve(integers.count * 20)
        for integer in integers {
            separate()
            digits(of: integer)
        }
        close(UInt8(ascii: "]"))
    }

    /// All of an array of doubles.
    public mutating func value(_ doubles: [Double]) {
        open(UInt8(ascii: "["))
        reserve(doubles.count * 12)
        for double in doubles {
            separate()
            number(double)
        }
        close(UInt8(ascii: "]"))
    }

    /// Bytes that are JSON already, as one value.
    public mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// A newline after a value: the next value starts a document of its own (JSON lines).
    public mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Room for so many bytes more. It doubles at least: room for just so many would copy everything with every array.
    private mutating func reserve(_ count: Int) {
        if bytes.capacity - bytes.count < count {
            bytes.reserveCapacity(max(bytes.count + count, 2 * bytes.capacity))
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// The bracket before what `close` ends: for arrays whose elements cannot be written in one closure.
    mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    /// The bracket after it.
    mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// Quotes, backslashes and control characters are escaped; all else is UTF-8 as it is.
    private mutating func quote(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Self.hexadecimal[Int(byte >> 4)])
                bytes.append(Self.hexadecimal[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    private mutating func number(_ double: Double) {
        // Whole numbers that are exact in a double lose their ".0"; -0.0 keeps it, or readers would lose its sign.
        if double.magnitude < 9_007_199_254_740_992, double == Double(Int64(double)), double.bitPattern != 1 << 63 {
            digits(of: Int64(double))
        } else if double.isFinite {
            let text = double.description
            bytes.append(addingCapacity: 32) { output in for byte in text.utf8 { output.append(byte) } }
        } else if double.isNaN {
            bytes.append(contentsOf: "\"NaN\"".utf8)
        } else {
            bytes.append(contentsOf: (double < 0 ? "\"-Inf\"" : "\"+Inf\"").utf8)
        }
    }

    private mutating func digits(of integer: Int64) {
        // From the last digit on into the end of a buffer of its own; 2^64 has 20 digits. Two digits at a time: a
        // division costs more than all the rest.
        var digits: [20 of UInt8] = .init(repeating: 0)
        var first = 20
        var rest = integer.magnitude
        while rest >= 10 {
            let pair = UInt8(truncatingIfNeeded: rest % 100)
            rest /= 100
            first -= 2
            digits[first] = UInt8(ascii: "0") + pair / 10
            digits[first + 1] = UInt8(ascii: "0") + pair % 10
        }
        if rest > 0 || first == 20 {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        }
        bytes.append(addingCapacity: 21) { output in
            if integer < 0 { output.append(UInt8(ascii: "-")) }
            for index in first..<20 { output.append(digits[index]) }
        }
    }
}

/// Members, the common case in one line each.
extension JSONWriter {
    /// A member with a string.
    public mutating func member(_ name: String, _ string: String) {
        self.name(name)
        value(string)
    }

    /// A member with a string, or `null`.
    public mutating func member(_ name: String, _ string: String?) {
        self.name(name)
        if let string { value(string) } else { null() }
    }

    /// A member with `true` or `false`.
    public mutating func member(_ name: String, _ flag: Bool) {
        self.name(name)
        value(flag)
    }

    /// A member with an integer.
    public mutating func member(_ name: String, _ integer: some BinaryInteger) {
        self.name(name)
        value(integer)
    }

    /// A member with an integer, or `null`.
    public mutating func member(_ name: String, _ integer: (some BinaryInteger)?) {
        self.name(name)
        if let integer { value(integer) } else { null() }
    }

    /// A member with a double.
    public mutating func member(_ name: String, _ double: Double) {
        self.name(name)
        value(double)
    }

    /// A member with a double, or `null`.
    public mutating func member(_ name: String, _ double: Double?) {
        self.name(name)
        if let double { value(double) } else { null() }
    }

    /// A member with an array of integers.
    public mutating func member(_ name: String, _ integers: [Int64]) {
        self.name(name)
        value(integers)
    }

    /// A member with an array of doubles.
    public mutating func member(_ name: String, _ doubles: [Double]) {
        self.name(name)
        value(doubles)
    }

    /// A member with an object.
    public mutating func object<E: Error>(_ name: String, _ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        self.name(name)
        try object(body)
    }

    /// A member with an array.
    public mutating func array<E: Error>(_ name: String, _ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        self.name(name)
        try array(body)
    }
}
