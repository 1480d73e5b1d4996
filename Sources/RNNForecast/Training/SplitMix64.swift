// Random numbers for training: the same on every machine from the same seed (Steele, Lea & Flood 2014).

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A small generator; its state is one number, stored with an unfinished training.
struct SplitMix64: Sendable, Hashable {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// In (-bound, bound).
    mutating func uniform(in bound: Float) -> Float { Float(2 * unit() - 1) * bound }

    /// Below `count`, which is far below 2^32; the bias is under 2^-32.
    mutating func index(below count: Int) -> Int { Int(((next() >> 32) &* UInt64(count)) >> 32) }

    /// Standard normal (Box & Muller 1958).
    mutating func normal() -> Float {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return Float(radius * cos(2 * .pi * unit()))
    }
}
