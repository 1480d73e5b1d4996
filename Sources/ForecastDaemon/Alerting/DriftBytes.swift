// Reading and writing the few kinds of numbers in a detector's state: little-endian, fixed width, floats by bit
// pattern, so that a detector read back goes on bit for bit as it would have.

/// Why a stored detector state cannot be used. The daemon then starts the detector anew.
enum DriftStateError: Error, Equatable, CustomStringConvertible {
    case truncated(needed: Int, found: Int)
    case unknownVersion(UInt8)
    case notADetector
    case outOfRange(field: String)
    case trailing(bytes: Int)

    var description: String {
        switch self {
        case .truncated(let needed, let found): "drift state ends early: \(needed) bytes needed, \(found) found"
        case .unknownVersion(let version):
            "drift state version \(version) is newer than this daemon: it learns again from the stored bins"
        case .notADetector: "these bytes are not the state of a drift detector"
        case .outOfRange(let field): "drift state damaged: \(field) is out of range"
        case .trailing(let bytes): "drift state damaged: \(bytes) bytes too many"
        }
    }
}

/// Appends numbers to bytes.
struct DriftBytesWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<T: FixedWidthInteger>(_ value: T) {
        let bits = T.Magnitude(truncatingIfNeeded: value)
        for shift in stride(from: 0, to: T.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: bits >> T.Magnitude(shift)))
        }
    }
    mutating func double(_ value: Double) { integer(value.bitPattern) }
    mutating func float(_ value: Float) { integer(value.bitPattern) }

    /// A flag, and the number if there is one.
    mutating func optional<T: FixedWidthInteger>(_ value: T?) {
        integer(UInt8(value == nil ? 0 : 1))
        if let value { integer(value) }
    }
}

/// Takes numbers from bytes; every read is checked.
struct DriftBytesReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var left: Int { bytes.count - position }

    mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(DriftStateError) -> T {
        let width = T.bitWidth / 8
        guard position + width <= bytes.count else {
            throw .truncated(needed: position + width, found: bytes.count)
        }
        var bits = T.Magnitude(0)
        for k in 0..<width { bits |= T.Magnitude(truncatingIfNeeded: bytes[position + k]) << T.Magnitude(8 * k) }
        position += width
        return T(truncatingIfNeeded: bits)
    }
    mutating func double() throws(DriftStateError) -> Double { Double(bitPattern: try integer()) }
    mutating func float() throws(DriftStateError) -> Float { Float(bitPattern: try integer()) }

    mutating func optional<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(DriftStateError) -> T? {
        switch try integer(UInt8.self) {
        case 0: return nil
        case 1: return try integer(T.self)
        default: throw .outOfRange(field: "an optional's flag")
        }
    }

    /// A count that must not exceed a bound.
    mutating func count(upTo most: Int, _ field: String) throws(DriftStateError) -> Int {
        let n = Int(try integer(UInt32.self))
        guard n <= most else { throw .outOfRange(field: field) }
        return n
    }
}
