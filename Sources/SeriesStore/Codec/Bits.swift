// Strings of bits, least significant first, and the entropy that tells how long one will be.

/// Collects bits into bytes.
struct BitWriter {
    private var bytes: [UInt8] = []
    private var pending: UInt64 = 0
    private var count = 0

    /// Appends the lowest `bits` bits of `value`, 0 to 63.
    mutating func append(_ value: UInt64, bits: Int) {
        var value = value & ((1 << UInt64(bits)) - 1)
        var bits = bits
        // At most 7 bits are pending, so up to 57 more fit; longer ones go in two pieces.
        if bits > 32 {
            append(value, bits: 32)
            value >>= 32
            bits -= 32
        }
        pending |= value << UInt64(count)
        count += bits
        while count >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= 8
        }
    }

    /// All bytes; the last one is filled up with zeros.
    mutating func finished() -> [UInt8] {
        if count > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
        return bytes
    }
}

/// How short a coder that knows only frequencies can be.
enum Entropy {
    /// Bits for `total` symbols with these frequencies: sum of n log2(total / n).
    static func bits(_ histogram: [Int], total: Int) -> Double {
        let whole = log2(Double(total))
        var bits = 0.0
        for count in histogram where count > 0 { bits += Double(count) * (whole - log2(Double(count))) }
        return bits
    }

    /// log2 to about 0.01, from exponent and a parabola over the fraction: an estimate needs no more.
    private static func log2(_ value: Double) -> Double {
        let fraction = value.significand - 1
        return Double(value.exponent) + fraction * (1.3465 - 0.3465 * fraction)
    }
}
