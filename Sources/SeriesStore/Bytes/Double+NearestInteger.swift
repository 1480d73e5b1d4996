// Rounding without a call: the instruction for it came with SSE 4.1, which the baseline of x86-64 does not have, and
// every sample is rounded on its way to the journal, to a head and to a segment.

extension Double {
    /// The nearest whole number, ties to even; 0 may have lost its sign.
    ///
    /// Below 2^51, adding 1.5 x 2^52 leaves no bits behind the point, and the addition itself rounds.
    @inline(__always)
    var nearestInteger: Double {
        let shift = 6_755_399_441_055_744.0
        return magnitude < 2_251_799_813_685_248 ? (self + shift) - shift : rounded(.toNearestOrEven)
    }
}
