// A canonical Huffman code as DEFLATE gives it: the length of each symbol's code. Codes of up to nine bits, nearly
// all that occur, are found in one look at a table; longer ones by counting through the lengths.

/// Decodes symbols from bits, the first bit lowest.
struct HuffmanCode: Sendable {
    private static let tableBits = 9

    /// For the next nine bits: symbol << 4 | length, 0 where the code is longer.
    private var table: [UInt16]
    /// How many codes have each length; index 0 is unused.
    private var counts = [Int](repeating: 0, count: 16)
    /// Symbols in the order of their codes.
    private var symbols: [Int] = []

    /// - Parameter mayBeIncomplete: a single distance code, or none, is allowed by the format.
    /// - Throws: `badCodeLengths` where the lengths are no prefix code.
    init(lengths: [UInt8], mayBeIncomplete: Bool = false) throws(InflateError) {
        table = []
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        var left = 1
        for length in 1...15 {
            left = left << 1 - counts[length]
            if left < 0 { throw .badCodeLengths }
        }
        let used = counts.reduce(0, +)
        if left > 0, !(mayBeIncomplete && used <= 1) { throw .badCodeLengths }
        fill(lengths)
    }

    /// A code known to be right.
    init(complete lengths: [UInt8]) {
        table = []
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        fill(lengths)
    }

    private mutating func fill(_ lengths: [UInt8]) {
        var starts = [Int](repeating: 0, count: 17)
        var firstCodes = [Int](repeating: 0, count: 17)
        for length in 1...15 {
            starts[length + 1] = starts[length] + counts[length]
            firstCodes[length + 1] = (firstCodes[length] + counts[length]) << 1
        }
        symbols = Array(repeating: 0, count: starts[16])
        table = Array(repeating: 0, count: 1 << Self.tableBits)
        var next = starts
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let length = Int(length)
            let place = next[length]
            next[length] += 1
            symbols[place] = symbol
            guard length <= Self.tableBits else { continue }
            // Codes are written highest bit first, the stream is read lowest first.
            var reversed = 0
            let code = firstCodes[length] + place - starts[length]
            for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
            for index in stride(from: reversed, to: table.count, by: 1 << length) {
                table[index] = UInt16(symbol << 4 | length)
            }
        }
    }

    /// The next symbol of `bits` and the bits that it takes; nil where there is none with these bits.
    @inline(__always)
    func decode(_ bits: UInt64) -> (symbol: Int, length: Int)? {
        let entry = table[Int(bits & UInt64(1 << Self.tableBits - 1))]
        if entry > 0 { return (Int(entry >> 4), Int(entry & 15)) }
        return decodeLong(bits)
    }

    private func decodeLong(_ bits: UInt64) -> (symbol: Int, length: Int)? {
        var code = 0
        var first = 0
        var start = 0
        for length in 1...15 {
            code |= Int(bits >> UInt64(length - 1) & 1)
            let count = counts[length]
            if code - count < first { return (symbols[start + code - first], length) }
            start += count
            first = (first + count) << 1
            code <<= 1
        }
        return nil
    }
}
