// IEEE half precision, in which most weights of a network are kept.

/// The IEEE half precision bits nearest to `value`, ties to even; beyond its range the largest finite.
///
/// Written out because `Float16` does not exist on every platform that Swift does.
func halfPrecision(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    if magnitude >= 0x477F_F000 { return sign | 0x7BFF }
    if magnitude < 0x3880_0000 {
        // Subnormal: adding this power of two leaves the rounded mantissa in the low bits.
        let rounded = Float(bitPattern: magnitude) + 0.5
        return sign | UInt16(truncatingIfNeeded: rounded.bitPattern &- Float(0.5).bitPattern)
    }
    let odd = (magnitude >> 13) & 1
    return sign | UInt16(truncatingIfNeeded: (magnitude &- 0x3800_0000 &+ 0xFFF &+ odd) >> 13)
}

/// The value of IEEE half precision bits.
func fullPrecision(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = (half >> 10) & 0x1F
    let mantissa = UInt32(half & 0x3FF)
    if exponent == 0 { return (sign == 0 ? 1 : -1) * Float(mantissa) * 0x1p-24 }
    if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | mantissa << 13) }
    return Float(bitPattern: sign | (UInt32(exponent) + 112) << 23 | mantissa << 13)
}
