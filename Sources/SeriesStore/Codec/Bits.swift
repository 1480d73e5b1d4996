// Strings of bits, least significant first, and the entropy that tells how long one will be.

/// Collects bits into bytes, as many as it was told.
struct BitWriter {
    private var bytes: [UInt8]
    /// Where the next whole word goes.
    private var end = 0
    private var pending: UInt64 = 0
    /// Bits that are pending, 0 to 63.
    private var count = 0

    /// - Parameter bits: how many will be appended.
    init(bits: Int) { bytes = [UInt8](repeating: 0, count: (bits + 7) / 8 + 8) }

    /// Appends the lowest `bits` bits of `value`, 0 to 63.
    @inline(__always)
    mutating func append(_ value: UInt64, bits: Int) {
        let value = value & ((1 &<< UInt64(truncatingIfNeeded: bits)) &- 1)
        pending |= value &<< UInt64(truncatingIfNeeded: count)
        count &+= bits
        guard count >= 64 else { return }
        count &-= 64
        put(pending)
        // What was cut off above.
        pending = count == 0 ? 0 : value &>> UInt64(truncatingIfNeeded: bits &- count)
    }

    /// All bytes; the last one is filled up with zeros.
    mutating func finished() -> [UInt8] {
        let size = end + (count + 7) / 8
        put(pending)
        bytes.removeLast(bytes.count - size)
        return bytes
    }

    @inline(__always)
    private mutating func put(_ word: UInt64) {
        precondition(end &+ 8 <= bytes.count, "more bits than were announced")
        unsafe bytes.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: word.littleEndian, toByteOffset: end, as: UInt64.self)
        }
        end &+= 8
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
