// Up to 19 decimal digits times a power of ten to the nearest double (Lemire, "Number parsing at a gigabyte per
// second", 2021; proof without the fallback in Mushtak & Lemire, 2023). One or two 128-bit products decide nearly
// every case; the rest is left to the caller.
//
// The table of powers of five is computed at its first use from exact integers (about a millisecond) instead of
// 1302 constants in the source that nobody could check.

enum EiselLemire {
    /// The double nearest to `digits * 10^exponent`, ties to even.
    ///
    ///     w 2^lz * 5^q        both as 64 and 128 leading bits; their product has the double's 53 bits and more
    ///
    /// - Returns: infinity where it is too large; nil where 128 bits do not decide.
    static func double(digits: UInt64, exponent: Int) -> Double? {
        if digits == 0 || exponent < PowersOfFive.least { return 0 }
        if exponent > PowersOfFive.greatest { return .infinity }
        let leadingZeros = digits.leadingZeroBitCount
        let significand = digits << UInt64(leadingZeros)
        let power = PowersOfFive.table[exponent - PowersOfFive.least]
        var (high, low) = significand.multipliedFullWidth(by: power.high)
        // 52 bits of fraction, the leading one, one to round and one that normalising may take: 55 must be sure.
        if high & 0x1FF == 0x1FF {
            let second = significand.multipliedFullWidth(by: power.low)
            let sum = low.addingReportingOverflow(second.high)
            low = sum.partialValue
            if sum.overflow { high &+= 1 }
        }
        if low == .max, exponent < -27 || exponent > 55 { return nil }
        let upper = Int(high >> 63)
        let shift = upper + 9
        var fraction = high >> UInt64(shift)
        // floor(log2(10^q)) is (152170 + 65536) q / 65536 for all q of the table; 1023 is the bias.
        var binary = ((217_706 * exponent) >> 16) + 63 + upper - leadingZeros + 1023
        if binary <= 0 {
            // Subnormal: shifted into place, then rounded.
            if 1 - binary >= 64 { return 0 }
            fraction >>= UInt64(1 - binary)
            fraction += fraction & 1
            fraction >>= 1
            return Double(bitPattern: fraction)
        }
        // Exactly half way is possible only for small powers: then to even.
        if low <= 1, exponent >= -4, exponent <= 23, fraction & 3 == 1, fraction << UInt64(shift) == high {
            fraction &= ~1
        }
        fraction += fraction & 1
        fraction >>= 1
        if fraction == 1 << 53 {
            fraction = 1 << 52
            binary += 1
        }
        if binary >= 2047 { return .infinity }
        return Double(bitPattern: UInt64(binary) << 52 | (fraction & ~(1 << 52)))
    }
}

/// The 128 leading bits of 5^q for every q that a double's decimal exponent can have with 19 digits.
enum PowersOfFive {
    static let least = -342
    static let greatest = 308

    struct Leading: Sendable, Equatable {
        var high: UInt64
        var low: UInt64
    }

    /// Entry `q - least`: rounded down for q >= 0, the reciprocal rounded up for -27 <= q < 0 and down below.
    static let table: [Leading] = computed()

    private static func computed() -> [Leading] {
        var positive: [Leading] = []
        var negative: [Leading] = []
        var power = WideInteger.one
        for q in 0...(-least) {
            if q <= greatest { positive.append(power.leading) }
            if q > 0 {
                var reciprocal = power.reciprocal
                if q <= 27 {
                    let sum = reciprocal.low.addingReportingOverflow(1)
                    reciprocal.low = sum.partialValue
                    if sum.overflow { reciprocal.high += 1 }
                }
                negative.append(reciprocal)
            }
            power.multiplyByFive()
        }
        return negative.reversed() + positive
    }
}

/// An unsigned integer of up to 832 bits (5^342 has 795): what computing the table needs, and no more.
private struct WideInteger {
    /// Least significant first.
    var limbs: [UInt64]

    static let one = WideInteger(limbs: [1] + Array(repeating: 0, count: 12))

    mutating func multiplyByFive() {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index].multipliedFullWidth(by: 5)
            let sum = product.low.addingReportingOverflow(carry)
            limbs[index] = sum.partialValue
            carry = product.high + (sum.overflow ? 1 : 0)
        }
        precondition(carry == 0)
    }

    var bitCount: Int {
        for index in limbs.indices.reversed() where limbs[index] != 0 {
            return index * 64 + 64 - limbs[index].leadingZeroBitCount
        }
        return 0
    }

    private func bit(_ index: Int) -> UInt64 {
        index < 0 ? 0 : limbs[index / 64] >> UInt64(index % 64) & 1
    }

    /// The 128 highest bits, zeros appended where there are fewer.
    var leading: PowersOfFive.Leading {
        let top = bitCount - 1
        var result = PowersOfFive.Leading(high: 0, low: 0)
        for offset in 0..<64 {
            result.high = result.high << 1 | bit(top - offset)
            result.low = result.low << 1 | bit(top - 64 - offset)
        }
        return result
    }

    /// The 128 highest bits of 1 / self, by long division.
    var reciprocal: PowersOfFive.Leading {
        var result = PowersOfFive.Leading(high: 0, low: 0)
        // The largest power of two below self; each doubling yields one bit, the first of them a one.
        var remainder = WideInteger(limbs: Array(repeating: 0, count: limbs.count))
        remainder.limbs[(bitCount - 1) / 64] = 1 << UInt64((bitCount - 1) % 64)
        for _ in 0..<128 {
            remainder.double()
            let quotient: UInt64 = remainder.subtractIfNotLess(self) ? 1 : 0
            result.high = result.high << 1 | result.low >> 63
            result.low = result.low << 1 | quotient
        }
        return result
    }

    private mutating func double() {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let next = limbs[index] >> 63
            limbs[index] = limbs[index] << 1 | carry
            carry = next
        }
    }

    private mutating func subtractIfNotLess(_ other: WideInteger) -> Bool {
        for index in limbs.indices.reversed() where limbs[index] != other.limbs[index] {
            if limbs[index] < other.limbs[index] { return false }
            break
        }
        var borrow: UInt64 = 0
        for index in limbs.indices {
            let first = limbs[index].subtractingReportingOverflow(other.limbs[index])
            let second = first.partialValue.subtractingReportingOverflow(borrow)
            limbs[index] = second.partialValue
            borrow = first.overflow || second.overflow ? 1 : 0
        }
        return true
    }
}
