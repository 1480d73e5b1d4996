// Writing and reading the small parts of our formats: integers of varying length, words, runs of bytes. Reading checks
// every bound and throws; nothing here trusts what it reads.

extension [UInt8] {
    /// Appends an unsigned LEB128 integer: 7 bits a byte, least significant first, 1 to 10 bytes.
    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends a count.
    mutating func appendVarint(_ value: Int) { appendVarint(UInt64(value)) }

    /// Appends a signed integer, zigzag first: 0, -1, 1, -2, … become 0, 1, 2, 3, …
    mutating func appendSigned(_ value: Int64) { appendVarint(zigzag(value)) }

    /// Appends a word, least significant byte first.
    mutating func appendWord<T: FixedWidthInteger>(_ value: T) {
        var rest = value.littleEndian
        for _ in 0..<T.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// The integer that `appendVarint` wrote at an index, which moves behind it. Only for bytes that we hold in memory
    /// ourselves: an index beyond their end is our mistake, and traps.
    func varint(at index: inout Int) -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while true {
            let byte = self[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// Appends length and UTF-8 bytes.
    mutating func appendText(_ text: String) {
        appendVarint(text.utf8.count)
        append(contentsOf: text.utf8)
    }
}

/// Small magnitudes of either sign to small numbers.
@inline(__always)
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

/// The inverse of `zigzag`.
@inline(__always)
func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

/// Reads what the appending functions wrote, from the front.
struct ByteReader {
    private let bytes: [UInt8]
    /// Index of the next byte.
    private(set) var at: Int
    /// What is being read, for error sentences: `segment directory`.
    private let what: String

    init(_ bytes: [UInt8], from start: Int = 0, what: String) {
        self.bytes = bytes
        self.what = what
        at = start
    }

    var remaining: Int { bytes.count - at }

    mutating func byte() throws(StoreError) -> UInt8 {
        guard at < bytes.count else { throw endsEarly }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func varint() throws(StoreError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 || byte <= 1 else { throw .damaged("\(what): an integer of more than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// A count that must not exceed `limit`, so that damage cannot make us allocate the world.
    mutating func count(limit: Int) throws(StoreError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw .damaged("\(what): a count of \(value) where at most \(limit) fit") }
        return Int(value)
    }

    mutating func signed() throws(StoreError) -> Int64 { unzigzag(try varint()) }

    mutating func word<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(StoreError) -> T {
        let size = T.bitWidth / 8
        guard remaining >= size else { throw endsEarly }
        defer { at += size }
        return bytes.span.littleEndian(at: at, as: T.self)
    }

    /// The next `count` bytes.
    mutating func take(_ count: Int) throws(StoreError) -> ArraySlice<UInt8> {
        guard count >= 0, remaining >= count else { throw endsEarly }
        defer { at += count }
        return bytes[at..<at + count]
    }

    mutating func text() throws(StoreError) -> String {
        let length = try count(limit: remaining)
        guard let text = String(validating: try take(length), as: UTF8.self) else {
            throw .damaged("\(what): text that is not UTF-8")
        }
        return text
    }

    private var endsEarly: StoreError { .damaged("\(what) ends early, after \(bytes.count) bytes") }
}
