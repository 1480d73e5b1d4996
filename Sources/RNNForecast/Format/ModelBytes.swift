// Little-endian bytes of a model, written and read back with every bound checked.

/// Appends numbers to bytes.
struct ModelWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    mutating func put(_ number: Double) { put(number.bitPattern) }
    mutating func put(_ number: Float) { put(number.bitPattern) }

    /// Half precision: enough for a weight (11 bits), at half the size.
    mutating func putHalf(_ number: Float) { put(halfPrecision(number)) }
}

/// Takes numbers from bytes.
struct ModelReader {
    private let bytes: [UInt8]
    private var place: Int

    init(_ bytes: [UInt8], from place: Int) {
        self.bytes = bytes
        self.place = place
    }

    mutating func take<Number: FixedWidthInteger>(_: Number.Type) throws(ModelFormatError) -> Number {
        let size = Number.bitWidth / 8
        guard place + size <= bytes.count else {
            throw .truncated(needed: place + size, found: bytes.count)
        }
        var number: Number = 0
        for i in 0..<size { number |= Number(truncatingIfNeeded: bytes[place + i]) << Number(8 * i) }
        place += size
        return number
    }

    mutating func double() throws(ModelFormatError) -> Double { Double(bitPattern: try take(UInt64.self)) }
    mutating func float() throws(ModelFormatError) -> Float { Float(bitPattern: try take(UInt32.self)) }
    mutating func half() throws(ModelFormatError) -> Float { fullPrecision(try take(UInt16.self)) }

    /// A count, of things that take at least `size` bytes each in what is left.
    mutating func count(of size: Int) throws(ModelFormatError) -> Int {
        let count = Int(try take(UInt32.self))
        guard count * size <= bytes.count - place else {
            throw .truncated(needed: place + count * size, found: bytes.count)
        }
        return count
    }
}

/// CRC-32C (Castagnoli, as in RFC 3720), bit by bit: a model is a few kilobytes, written once an hour.
func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = (crc >> 1) ^ (0x82F6_3B78 & (0 &- (crc & 1))) }
    }
    return ~crc
}
