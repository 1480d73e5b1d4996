// A strict JSON reader (RFC 8259): series files, answers that the client gets. Strict means UTF-8, no trailing commas,
// no comments, no doubled names, nothing behind the value; and bounded in depth, so that no input overflows the stack.
// Whole numbers that fit 64 bits stay integers, because timestamps in nanoseconds do not fit a double.

/// A JSON value.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// Written without point or exponent, and fits.
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// In the order written; names are distinct.
    case object([Member])

    /// A name and its value.
    public struct Member: Sendable, Equatable {
        /// Unique within its object.
        public let name: String
        /// What it stands for.
        public let value: JSONValue

        /// As given.
        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value of a member; nil where this is no object or has no such member.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The string, if it is one.
    public var string: String? {
        if case .string(let string) = self { return string }
        return nil
    }

    /// The integer, if it is one.
    public var integer: Int64? {
        if case .integer(let integer) = self { return integer }
        return nil
    }

    /// The number, integer or not, or what the strings "NaN", "+Inf" and "-Inf" stand for.
    public var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let double): double
        case .string("NaN"): .nan
        case .string("+Inf"): .infinity
        case .string("-Inf"): -.infinity
        case .string, .null, .bool, .array, .object: nil
        }
    }

    /// The elements, if it is an array.
    public var array: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    /// Whether it is `null`.
    public var isNull: Bool { self == .null }

    /// Reads one value that takes up all of `bytes`.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(JSONError) {
        var reader = JSONReader(bytes: bytes, maximumDepth: maximumDepth)
        self = try reader.document()
    }

    /// Reads one value that takes up all of `text`.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }
}

/// Why bytes are not JSON, and at which byte (0-based).
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was found or expected.
    public let reason: Reason
    /// 0-based, in bytes.
    public let offset: Int

    /// What was found or expected.
    public enum Reason: Sendable, Equatable {
        case ended, unexpected(UInt8), trailing, tooDeep, badNumber, notText, badEscape, controlCharacter, invalidUTF8
        case doubledName(String)
    }

    /// What, and where.
    public var description: String {
        let what =
            switch reason {
            case .ended: "ends in the middle of a value"
            case .unexpected(let byte): "`\(LineProtocolError.excerpt([byte]))` is not expected here"
            case .trailing: "something follows the value"
            case .tooDeep: "nested too deeply"
            case .badNumber: "not a number of JSON (NaN and Inf are null, or strings)"
            case .notText: "a text in quotes is expected here"
            case .badEscape: "unknown escape in a string"
            case .controlCharacter: "control character in a string"
            case .invalidUTF8: "invalid UTF-8"
            case .doubledName(let name): "the name \"\(name)\" stands twice in one object"
            }
        return "JSON, byte \(offset + 1): \(what)"
    }
}
