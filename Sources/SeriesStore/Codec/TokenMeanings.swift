// Tokens back to numbers: the inner loop of every read. What each of the 256 tokens stands for is looked up; the bits
// below come out of the bit string eight bytes at a time.
//
// With s sub-bits, a token below 2^(s+1) is the number itself. Above, it says the bit length L >= s+2 and the s bits b
// after the leading one: token = 2^(s+1) + (L - s - 2) 2^s + b, and L - 1 - s bits remain, the *rest*.

/// What each token stands for, for one number of sub-bits.
struct TokenMeanings: Sendable {
    /// The number with its rest taken as 0.
    private let values: [UInt64]
    /// How many bits the rest has, 0 to 63. Tokens that no number has are taken to have none.
    private let rests: [UInt8]

    private static let tables = [TokenMeanings(subBits: 0), TokenMeanings(subBits: 1), TokenMeanings(subBits: 2)]

    static func of(subBits: Int) -> TokenMeanings { tables[subBits] }

    private init(subBits: Int) {
        var values = (0..<256).map { UInt64($0) }
        var rests = [UInt8](repeating: 0, count: 256)
        for token in (2 << subBits)..<256 {
            let above = token - (2 << subBits)
            let rest = (above >> subBits) + 1
            let leading = UInt64(1 << subBits | above & ((1 << subBits) - 1))
            let isUsed = rest + subBits <= 63
            values[token] = isUsed ? leading << UInt64(rest) : 0
            rests[token] = isUsed ? UInt8(rest) : 0
        }
        self.values = values
        self.rests = rests
    }

    /// The least number with a token.
    func least(_ token: Int) -> UInt64 { values[token] }

    /// How long the bit string of these tokens is.
    func restBits(_ tokens: [UInt8]) -> Int {
        var bits = 0
        for token in tokens { bits &+= Int(rests[Int(token)]) }
        return bits
    }

    /// The numbers.
    ///
    /// - Precondition: `low` holds `restBits(tokens)` bits.
    func join(_ tokens: [UInt8], low: ArraySlice<UInt8>) -> [UInt64] {
        precondition(8 * low.count >= restBits(tokens), "a rest for each token")
        // More bytes, so that the last bits can be loaded like all others.
        var padded = Array(low)
        padded.append(contentsOf: [UInt8](repeating: 0, count: 16))
        return unsafe [UInt64](unsafeUninitializedCapacity: tokens.count) { result, count in
            unsafe padded.withUnsafeBytes { bytes in
                let (values, rests) = (values.span, rests.span)
                var at = 0
                for index in tokens.indices {
                    // Any byte is the index of a meaning.
                    let token = Int(tokens[index])
                    let rest = unsafe UInt64(rests[unchecked: token])
                    let word = unsafe bytes.loadUnaligned(fromByteOffset: at >> 3, as: UInt64.self).littleEndian
                    var bits = word &>> UInt64(at & 7)
                    // 57 bits are certain after the shift; a longer rest has its top in the ninth byte.
                    if rest > 57, at & 7 != 0 {
                        unsafe bits |= UInt64(bytes[at >> 3 + 8]) &<< UInt64(64 - at & 7)
                    }
                    unsafe result.initializeElement(
                        at: index, to: values[unchecked: token] | bits & (1 &<< rest &- 1))
                    at &+= Int(truncatingIfNeeded: rest)
                }
            }
            count = tokens.count
        }
    }
}
