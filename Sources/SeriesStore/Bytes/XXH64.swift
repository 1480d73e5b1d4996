// XXH64 (Yann Collet, https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md), written from its specification.
//
// Used for two things: the 64-bit hash of a series key, which workers may be assigned by later and which therefore
// never changes, and, cut to 32 bits, the checksum of everything we keep on disk. It is not a cryptographic hash: a
// checksum here finds damage, not forgery.

/// The 64-bit xxHash of a run of bytes.
public enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The hash of `bytes`.
    ///
    /// Four lanes swallow 32 bytes at a time, each with `round`; they are merged, the length is added, the rest of
    /// the bytes follow 8, 4 and 1 at a time, and the avalanche spreads every bit over all others.
    ///
    /// - Complexity: about 0.1 ns a byte for long runs, 5 ns for a short key. Does not allocate.
    public static func hash(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        let count = bytes.count
        var at = 0
        var hash: UInt64
        if count >= 32 {
            var lane1 = seed &+ prime1 &+ prime2
            var lane2 = seed &+ prime2
            var lane3 = seed
            var lane4 = seed &- prime1
            while at + 32 <= count {
                lane1 = round(lane1, bytes.littleEndian(at: at, as: UInt64.self))
                lane2 = round(lane2, bytes.littleEndian(at: at + 8, as: UInt64.self))
                lane3 = round(lane3, bytes.littleEndian(at: at + 16, as: UInt64.self))
                lane4 = round(lane4, bytes.littleEndian(at: at + 24, as: UInt64.self))
                at += 32
            }
            hash = rotated(lane1, 1) &+ rotated(lane2, 7) &+ rotated(lane3, 12) &+ rotated(lane4, 18)
            hash = merged(hash, lane1)
            hash = merged(hash, lane2)
            hash = merged(hash, lane3)
            hash = merged(hash, lane4)
        } else {
            hash = seed &+ prime5
        }
        hash &+= UInt64(count)
        while at + 8 <= count {
            hash ^= round(0, bytes.littleEndian(at: at, as: UInt64.self))
            hash = rotated(hash, 27) &* prime1 &+ prime4
            at += 8
        }
        if at + 4 <= count {
            hash ^= UInt64(bytes.littleEndian(at: at, as: UInt32.self)) &* prime1
            hash = rotated(hash, 23) &* prime2 &+ prime3
            at += 4
        }
        while at < count {
            hash ^= UInt64(bytes.littleEndian(at: at, as: UInt8.self)) &* prime5
            hash = rotated(hash, 11) &* prime1
            at += 1
        }
        hash = (hash ^ (hash >> 33)) &* prime2
        hash = (hash ^ (hash >> 29)) &* prime3
        return hash ^ (hash >> 32)
    }

    /// The hash of an array's bytes.
    public static func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 { hash(bytes.span, seed: seed) }

    /// The low 32 bits: what the pages of docs/format call *checksum*.
    static func checksum(_ bytes: Span<UInt8>) -> UInt32 { UInt32(truncatingIfNeeded: hash(bytes)) }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotated(lane &+ input &* prime2, 31) &* prime1
    }

    private static func merged(_ hash: UInt64, _ lane: UInt64) -> UInt64 {
        (hash ^ round(0, lane)) &* prime1 &+ prime4
    }

    private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        (value << bits) | (value >> (64 - bits))
    }
}
