// Noise that is the same on every machine: the generators of the standard library promise no sequence.

import Glibc

/// Seeded numbers for the tests of alerts and arrivals.
struct SeededNoise {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// 0 ..< 1 (SplitMix64).
    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 11) / 9_007_199_254_740_992
    }

    /// Mean 0, deviation 1 (Box-Muller).
    mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    /// A sine of the index.
    func wave(_ k: Int, period: Int) -> Double { sin(2 * .pi * Double(k) / Double(period)) }
}
