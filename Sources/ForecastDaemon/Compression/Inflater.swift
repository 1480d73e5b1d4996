// One DEFLATE stream: blocks of stored bytes or of Huffman-coded literals and copies.

/// The state of decoding one stream.
struct Inflater {
    private let bytes: [UInt8]
    private let limit: Int
    private var at: Int
    /// Bits not used yet, the next one lowest.
    private var bits: UInt64 = 0
    private var bitCount = 0
    /// Longer than what is decoded: it grows in steps, and `count` bytes of it are meant. (Appending a slice of an
    /// array to itself would copy the array every time.)
    private var buffer: [UInt8]
    private var count: Int
    /// Copies reach back to here, not into a member before.
    private let origin: Int

    /// - Parameter output: what was decoded before; the result begins with it.
    init(_ bytes: [UInt8], from start: Int, output: consuming [UInt8], limit: Int) {
        self.bytes = bytes
        self.limit = limit
        origin = output.count
        count = output.count
        buffer = output
        at = start
    }

    /// All that was decoded.
    consuming func output() -> [UInt8] {
        buffer.removeSubrange(count...)
        return buffer
    }

    /// Room for `more` bytes, within the limit.
    private mutating func grow(_ more: Int) throws(InflateError) {
        if count + more <= buffer.count { return }
        if count + more > limit { throw .tooLarge(limit: limit) }
        let wanted = min(limit, max(count + more, buffer.count * 2, 4096))
        buffer.append(contentsOf: repeatElement(0, count: wanted - buffer.count))
    }

    /// Decodes to the end of the stream.
    ///
    /// - Returns: the offset of the byte behind it.
    mutating func run() throws(InflateError) -> Int {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try stored()
            case 1: try coded(literals: Self.fixedLiterals, distances: Self.fixedDistances)
            case 2:
                let (literals, distances) = try dynamicCodes()
                try coded(literals: literals, distances: distances)
            default: throw .badBlock
            }
        }
        // Whole bytes that were read ahead go back.
        return at - bitCount / 8
    }

    private mutating func fill() {
        while bitCount <= 56, at < bytes.count {
            bits |= UInt64(bytes[at]) << UInt64(bitCount)
            at += 1
            bitCount += 8
        }
    }

    private mutating func take(_ count: Int) throws(InflateError) -> Int {
        if count == 0 { return 0 }
        if bitCount < count {
            fill()
            if bitCount < count { throw .truncated }
        }
        let value = Int(bits & (1 << UInt64(count) - 1))
        bits >>= UInt64(count)
        bitCount -= count
        return value
    }

    private mutating func stored() throws(InflateError) {
        _ = try take(bitCount % 8)
        let length = try take(16)
        let complement = try take(16)
        if length != complement ^ 0xFFFF { throw .badBlock }
        at -= bitCount / 8
        bits = 0
        bitCount = 0
        guard at + length <= bytes.count else { throw .truncated }
        try grow(length)
        for offset in 0..<length { buffer[count + offset] = bytes[at + offset] }
        count += length
        at += length
    }

    private mutating func symbol(_ code: HuffmanCode) throws(InflateError) -> Int {
        if bitCount < 15 { fill() }
        guard let (symbol, length) = code.decode(bits) else { throw bitCount < 15 ? .truncated : .badSymbol }
        if length > bitCount { throw .truncated }
        bits >>= UInt64(length)
        bitCount -= length
        return symbol
    }

    private mutating func coded(literals: HuffmanCode, distances: HuffmanCode) throws(InflateError) {
        while true {
            let code = try symbol(literals)
            if code < 256 {
                try grow(1)
                buffer[count] = UInt8(truncatingIfNeeded: code)
                count += 1
                continue
            }
            if code == 256 { return }
            guard code - 257 < Self.lengths.count else { throw .badSymbol }
            let length = Self.lengths[code - 257] + (try take(Self.lengthBits[code - 257]))
            let distanceCode = try symbol(distances)
            guard distanceCode < Self.distances.count else { throw .badSymbol }
            let distance = Self.distances[distanceCode] + (try take(Self.distanceBits[distanceCode]))
            if distance > count - origin { throw .distanceTooFar }
            try grow(length)
            // Byte by byte: source and result may overlap, and what has just been written is read again.
            for place in count..<count + length { buffer[place] = buffer[place - distance] }
            count += length
        }
    }

    private mutating func dynamicCodes() throws(InflateError) -> (literals: HuffmanCode, distances: HuffmanCode) {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let lengthCount = try take(4) + 4
        if literalCount > 286 || distanceCount > 30 { throw .badCodeLengths }
        var lengthLengths = [UInt8](repeating: 0, count: 19)
        for place in Self.lengthOrder.prefix(lengthCount) { lengthLengths[place] = UInt8(try take(3)) }
        let lengthCode = try HuffmanCode(lengths: lengthLengths)
        var lengths: [UInt8] = []
        while lengths.count < literalCount + distanceCount {
            let code = try symbol(lengthCode)
            switch code {
            case 0...15: lengths.append(UInt8(code))
            case 16:
                guard let last = lengths.last else { throw .badCodeLengths }
                lengths.append(contentsOf: repeatElement(last, count: try take(2) + 3))
            case 17: lengths.append(contentsOf: repeatElement(0, count: try take(3) + 3))
            default: lengths.append(contentsOf: repeatElement(0, count: try take(7) + 11))
            }
        }
        guard lengths.count == literalCount + distanceCount, lengths[256] > 0 else { throw .badCodeLengths }
        return (
            try HuffmanCode(lengths: Array(lengths[..<literalCount])),
            try HuffmanCode(lengths: Array(lengths[literalCount...]), mayBeIncomplete: true)
        )
    }

    private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let lengths = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distances = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12_289, 16_385, 24_577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]

    private static let fixedLiterals = HuffmanCode(
        complete: Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112) + Array(repeating: 7, count: 24)
            + Array(repeating: 8, count: 8))
    private static let fixedDistances = HuffmanCode(complete: Array(repeating: 5, count: 32))
}
