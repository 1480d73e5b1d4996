// Decimal digits to the nearest double, without strtod where it can be done exactly and fast.
//
// Three steps, each only for what the one before cannot do: Clinger's fast path (1990; digits and power of ten both
// exact in a double, so one operation rounds once), Eisel-Lemire (`EiselLemire.swift`), and for the rare rest (more
// than 19 digits that matter, or a product too close to half way) the standard library's own reader. The result is
// strtod's, bit for bit; a test compares them. Hexadecimal, `nan` and `inf` are not numbers here.

/// A number as it stands in text, read once: what the digits say before anything is rounded.
struct DecimalNumber {
    /// What follows the sign: at most 19 digits exactly.
    var digits: UInt64 = 0
    /// The value is `digits` times ten to this.
    var exponent: Int = 0
    var isNegative = false
    /// There were more than 19 digits: `digits` holds too little, read the text again.
    var isLong = false
    /// Neither point nor exponent: an `i` or `u` may follow.
    var isInteger = true
    /// Where the text of the number ends.
    var end: Int

    /// Reads `[+-] digits [. digits] [e [+-] digits]` with at least one digit before or after the point.
    ///
    /// - Returns: nil where no such number starts at `at`. What follows the number is the caller's business.
    @inline(__always)
    init?(_ bytes: RawSpan, from at: Int) {
        var index = at
        switch LineScanner.byte(bytes, index) {
        case UInt8(ascii: "-"):
            isNegative = true
            index &+= 1
        case UInt8(ascii: "+"):
            index &+= 1
        default:
            break
        }
        end = index
        var count = readDigits(bytes)
        if end < bytes.byteCount, LineScanner.byte(bytes, end) == UInt8(ascii: ".") {
            isInteger = false
            end &+= 1
            let fraction = readDigits(bytes)
            exponent = 0 &- fraction
            count &+= fraction
        }
        if count == 0 { return nil }
        isLong = count > 19
        if end < bytes.byteCount, LineScanner.byte(bytes, end) | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            guard readExponent(bytes) else { return nil }
        }
    }

    /// Takes digits from `end` on into `digits`, modulo 2^64.
    ///
    /// - Returns: how many there were.
    @inline(__always)
    private mutating func readDigits(_ bytes: RawSpan) -> Int {
        let start = end
        while true {
            // Digits 0x30...0x39 become 0...9; anything else has its high bit set in `others`.
            let word = LineScanner.word(bytes, end) ^ 0x3030_3030_3030_3030
            let others = ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
            let count = others.trailingZeroBitCount / 8
            if count == 0 { return end &- start }
            // The last digit goes to the highest byte, zeros in front; then pairs, fours and eights are joined.
            var value = word &<< UInt64(64 &- 8 &* count)
            value = (value &* 10) &+ (value &>> 8)
            let low = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
            let high = ((value &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
            value = (low &+ high) &>> 32
            digits = digits &* Self.tens[count] &+ value
            end &+= count
            if count < 8 { return end &- start }
        }
    }

    /// `end` stands on the `e`. Exponents beyond what any double needs are held at a bound that still decides.
    private mutating func readExponent(_ bytes: RawSpan) -> Bool {
        var index = end &+ 1
        guard index < bytes.byteCount else { return false }
        let sign = LineScanner.byte(bytes, index)
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { index &+= 1 }
        var value = 0
        let start = index
        while index < bytes.byteCount {
            let digit = LineScanner.byte(bytes, index) &- UInt8(ascii: "0")
            if digit > 9 { break }
            value = min(value &* 10 &+ Int(digit), 1_000_000_000)
            index &+= 1
        }
        if index == start { return false }
        exponent &+= sign == UInt8(ascii: "-") ? 0 &- value : value
        end = index
        return true
    }

    /// The nearest double, ties to even; infinite where the number is too large for one.
    ///
    /// - Parameter start: where the text of this number began in `bytes`.
    @inline(__always)
    func double(_ bytes: RawSpan, from start: Int) -> Double {
        if !isLong, digits <= 1 << 53, exponent >= -22, exponent <= 22 {
            let magnitude = Double(digits)
            let value = exponent < 0 ? magnitude / Self.powers[-exponent] : magnitude * Self.powers[exponent]
            return isNegative ? -value : value
        }
        return slowDouble(bytes, from: start)
    }

    @inline(never)
    private func slowDouble(_ bytes: RawSpan, from start: Int) -> Double {
        if !isLong, let magnitude = EiselLemire.double(digits: digits, exponent: exponent) {
            return isNegative ? -magnitude : magnitude
        }
        if isLong, let magnitude = longDouble(bytes, from: start) { return isNegative ? -magnitude : magnitude }
        var text: [UInt8] = []
        text.reserveCapacity(end - start)
        for index in start..<end { text.append(LineScanner.byte(bytes, index)) }
        // The text is ASCII digits, point, sign and exponent: always a number to the standard library.
        return Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }

    /// More than 19 digits: the first 19 that matter decide, unless the next ones could move the result.
    private func longDouble(_ bytes: RawSpan, from start: Int) -> Double? {
        var leading: UInt64 = 0
        var taken = 0
        var dropped = 0
        var isExact = true
        var index = start
        while index < end {
            let byte = LineScanner.byte(bytes, index)
            index += 1
            if byte | 0x20 == UInt8(ascii: "e") { break }
            let digit = byte &- UInt8(ascii: "0")
            if digit > 9 { continue }
            if taken == 19 {
                dropped += 1
                isExact = isExact && digit == 0
            } else if taken > 0 || digit > 0 {
                leading = leading * 10 + UInt64(digit)
                taken += 1
            }
        }
        let shifted = exponent + dropped
        guard let low = EiselLemire.double(digits: leading, exponent: shifted) else { return nil }
        if isExact { return low }
        guard let high = EiselLemire.double(digits: leading + 1, exponent: shifted), high == low else { return nil }
        return low
    }

    private static let tens: [9 of UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]

    /// Powers of ten that a double holds exactly.
    private static let powers: [23 of Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19, 1e20, 1e21, 1e22,
    ]
}
