// The recursive descent behind `JSONValue(parsing:)`. Depth is counted, so recursion is bounded.

/// A cursor over one JSON text.
struct JSONReader {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var at = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// One value and nothing behind it but blanks.
    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        try end()
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipBlanks()
        let first = try peek()
        if depth > maximumDepth { throw JSONError(reason: .tooDeep, offset: at) }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "+"), UInt8(ascii: "."):
            throw JSONError(reason: .badNumber, offset: at)
        default: throw JSONError(reason: .unexpected(first), offset: at)
        }
    }

    private mutating func skipBlanks() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        if at < bytes.count { return bytes[at] }
        throw JSONError(reason: .ended, offset: at)
    }

    private mutating func take(_ byte: UInt8) throws(JSONError) {
        let found = try peek()
        if found != byte { throw JSONError(reason: .unexpected(found), offset: at) }
        at += 1
    }

    private mutating func literal(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in word.utf8 { try take(byte) }
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        try walkArray { (reader) throws(JSONError) in elements.append(try reader.value(depth: depth + 1)) }
        return .array(elements)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        var members: [JSONValue.Member] = []
        try walkObject { (name, reader) throws(JSONError) in
            members.append(JSONValue.Member(name: name, value: try reader.value(depth: depth + 1)))
        }
        return .object(members)
    }

    // Walks: for texts whose values together would be many times as large as the text.

    /// Byte that comes next.
    var offset: Int { at }

    /// The value that comes next, as an element or member of what is walked through.
    mutating func element() throws(JSONError) -> JSONValue { try value(depth: 1) }

    /// Walks through an array; `read` takes one element from the reader.
    mutating func walkArray(_ read: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        skipBlanks()
        try take(UInt8(ascii: "["))
        skipBlanks()
        if try peek() == UInt8(ascii: "]") {
            at += 1
            return
        }
        while true {
            try read(&self)
            skipBlanks()
            if try peek() == UInt8(ascii: "]") {
                at += 1
                return
            }
            try take(UInt8(ascii: ","))
        }
    }

    /// Walks through an object; `read` takes the value of each name from the reader.
    mutating func walkObject(
        _ read: (_ name: String, inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        skipBlanks()
        try take(UInt8(ascii: "{"))
        var names: Set<String> = []
        skipBlanks()
        if try peek() == UInt8(ascii: "}") {
            at += 1
            return
        }
        while true {
            skipBlanks()
            let start = at
            let first = try peek()
            guard first == UInt8(ascii: "\"") else { throw JSONError(reason: .unexpected(first), offset: at) }
            let name = try string()
            if !names.insert(name).inserted { throw JSONError(reason: .doubledName(name), offset: start) }
            skipBlanks()
            try take(UInt8(ascii: ":"))
            try read(name, &self)
            skipBlanks()
            if try peek() == UInt8(ascii: "}") {
                at += 1
                return
            }
            try take(UInt8(ascii: ","))
        }
    }

    /// Nothing but blanks may be left.
    mutating func end() throws(JSONError) {
        skipBlanks()
        if at < bytes.count { throw JSONError(reason: .trailing, offset: at) }
    }

    /// JSON's grammar is narrower than the line protocol's: no plus, no leading zeros, digits around the point.
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let integerDigits = skipDigits()
        if integerDigits == 0 || integerDigits > 1 && bytes[at - integerDigits] == UInt8(ascii: "0") {
            throw JSONError(reason: .badNumber, offset: start)
        }
        var isInteger = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            if skipDigits() == 0 { throw JSONError(reason: .badNumber, offset: start) }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            if skipDigits() == 0 { throw JSONError(reason: .badNumber, offset: start) }
        }
        let number = LineScanner.withBytes(of: bytes) { span -> JSONValue? in
            guard let decimal = DecimalNumber(span, from: start), decimal.end == at else { return nil }
            if isInteger, !decimal.isLong, let magnitude = Int64(exactly: decimal.digits) {
                // "-0" is the double -0.0, which an integer cannot say.
                if !decimal.isNegative || magnitude > 0 { return .integer(decimal.isNegative ? -magnitude : magnitude) }
            }
            return .number(decimal.double(span, from: start))
        }
        guard let number else { throw JSONError(reason: .badNumber, offset: start) }
        return number
    }

    private mutating func skipDigits() -> Int {
        let start = at
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") <= 9 { at += 1 }
        return at - start
    }

    private mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        var unescaped: [UInt8] = []
        var copied = start
        while true {
            let byte = try peek()
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 { throw JSONError(reason: .controlCharacter, offset: at) }
            if byte == UInt8(ascii: "\\") {
                unescaped.append(contentsOf: bytes[copied..<at])
                at += 1
                try escape(into: &unescaped)
                copied = at
            } else {
                at += 1
            }
        }
        unescaped.append(contentsOf: bytes[copied..<at])
        at += 1
        guard let string = String(validating: unescaped, as: UTF8.self) else {
            throw JSONError(reason: .invalidUTF8, offset: start)
        }
        return string
    }

    private mutating func escape(into result: inout [UInt8]) throws(JSONError) {
        let start = at - 1
        let byte = try peek()
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "b"): result.append(8)
        case UInt8(ascii: "f"): result.append(12)
        case UInt8(ascii: "n"): result.append(10)
        case UInt8(ascii: "r"): result.append(13)
        case UInt8(ascii: "t"): result.append(9)
        case UInt8(ascii: "u"):
            var scalar = try hexadecimal()
            if (0xD800..<0xDC00).contains(scalar) {
                // A surrogate pair; a lone half is no text.
                try take(UInt8(ascii: "\\"))
                try take(UInt8(ascii: "u"))
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw JSONError(reason: .badEscape, offset: start) }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let character = Unicode.Scalar(scalar) else { throw JSONError(reason: .badEscape, offset: start) }
            result.append(contentsOf: Array(String(Character(character)).utf8))
        default: throw JSONError(reason: .badEscape, offset: start)
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw JSONError(reason: .badEscape, offset: at)
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
