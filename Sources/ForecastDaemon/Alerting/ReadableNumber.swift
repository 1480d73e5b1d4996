// Numbers for sentences: three significant digits, four where the first is 1, and the prefixes that the unit calls for.
// What scripts read is never made here; they get the shortest form that reads back.

import Glibc

/// How a number of a unit is shown to people.
enum ReadableNumber {
    /// `92`, `1.234 k`… as `41.5 GiB`, `12.3 %`, `1.24 M/s`.
    ///
    /// - Parameter unit: as stored: `bytes`, `percent`, `seconds`, `…/s` or `…_per_second`, anything else is shown as
    ///   it is; empty for none.
    static func text(_ value: Double, unit: String = "") -> String {
        guard value.isFinite else { return value.isNaN ? "no number" : value < 0 ? "-infinite" : "infinite" }
        let (base, suffix) = split(unit)
        switch base {
        case "bytes", "byte", "B":
            return scaled(value, by: 1024, prefixes: ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"], unit: "B" + suffix)
        case "bits", "bit":
            return scaled(value, by: 1000, prefixes: ["", "k", "M", "G", "T", "P"], unit: "bit" + suffix)
        case "percent", "%": return digits(value) + " %" + suffix
        case "seconds", "second", "s":
            if suffix.isEmpty, value != 0, abs(value) < 1 {
                return abs(value) < 1e-3 ? digits(value * 1e6) + " µs" : digits(value * 1e3) + " ms"
            }
            return digits(value) + " s" + suffix
        case "": return scaled(value, by: 1000, prefixes: ["", "k", "M", "G", "T", "P"], unit: suffix, plainBelow: 1e5)
        default: return digits(value) + " " + base + suffix
        }
    }

    /// `41–55`, `1.2–1.4 GiB`: the unit once, where both ends have the same.
    static func range(_ lower: Double, _ upper: Double, unit: String = "") -> String {
        let low = text(lower, unit: unit)
        let high = text(upper, unit: unit)
        let lowTail = low.drop { $0 != " " }
        if !lowTail.isEmpty, lowTail == high.drop(while: { $0 != " " }) {
            return low.dropLast(lowTail.count) + "–" + high
        }
        // A minus next to a dash is hard to read.
        return lower < 0 || upper < 0 || !lowTail.isEmpty ? low + " to " + high : low + "–" + high
    }

    /// Three significant digits, four where the first is 1: 0.0123, 1.234, 41, 99.5, 1 234, 56 700.
    static func digits(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        let magnitude = Int(log10(abs(value)).rounded(.down))
        let leading = abs(value) / power(10, magnitude)
        let significant = leading < 2 ? 4 : 3
        if magnitude >= 9 || magnitude < -4 { return scientific(value, magnitude: magnitude, significant) }
        let decimals = max(0, significant - 1 - magnitude)
        // Round in the significant digits, also above the point: 56 712 is 56 700.
        let unit = power(10, magnitude - significant + 1)
        let rounded = (abs(value) / unit).rounded() * unit
        return (value < 0 ? "-" : "") + fixed(rounded, decimals: decimals)
    }

    private static func split(_ unit: String) -> (base: String, suffix: String) {
        if unit == "per_second" || unit == "1/s" { return ("", "/s") }
        for ending in ["_per_second", "/s", " per second"] where unit.hasSuffix(ending) {
            return (String(unit.dropLast(ending.count)), "/s")
        }
        return (unit, "")
    }

    private static func scaled(
        _ value: Double, by base: Double, prefixes: [String], unit: String, plainBelow: Double = 0
    ) -> String {
        let given = value
        var value = value
        var k = 0
        if abs(value) >= max(base, plainBelow) {
            // 999.6 would be shown as 1000: it is the next prefix's 1.
            while abs(value) >= base * 0.9995, k + 1 < prefixes.count {
                value /= base
                k += 1
            }
        }
        // Beyond all prefixes a power of ten says more.
        if abs(value) >= 1e6 { return digits(given) + (unit.isEmpty || unit.hasPrefix("/") ? unit : " " + unit) }
        let tail = prefixes[k] + unit
        return tail.isEmpty ? digits(value) : digits(value) + (tail.hasPrefix("/") ? "" : " ") + tail
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        let scale = power(10, decimals)
        // Below 1e9 with at most 8 decimals: fits.
        let whole = Int64((value * scale).rounded())
        guard decimals > 0 else { return "\(whole)" }
        let divisor = Int64(scale)
        var fraction = "\(whole % divisor)"
        fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return fraction.isEmpty ? "\(whole / divisor)" : "\(whole / divisor).\(fraction)"
    }

    private static func scientific(_ value: Double, magnitude: Int, _ significant: Int) -> String {
        var mantissa = abs(value) / power(10, magnitude)
        var exponent = magnitude
        if mantissa >= 9.995 {
            mantissa /= 10
            exponent += 1
        }
        return (value < 0 ? "-" : "") + fixed(mantissa, decimals: significant - 1) + "e\(exponent)"
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<abs(exponent) { result *= base }
        return exponent < 0 ? 1 / result : result
    }
}
