// The patterns of doubles in an order in which neighbouring values are near: for columns of patterns, and to count in
// units of the last place.

extension Double {
    /// The pattern as an integer that grows with the value: negative doubles count down from -0.0.
    @inline(__always)
    var orderedBits: Int64 {
        let bits = Int64(bitPattern: bitPattern)
        return bits ^ (bits >> 63 & Int64.max)
    }

    /// The inverse of `orderedBits`.
    @inline(__always)
    init(orderedBits: Int64) {
        self.init(bitPattern: UInt64(bitPattern: orderedBits ^ (orderedBits >> 63 & Int64.max)))
    }
}
