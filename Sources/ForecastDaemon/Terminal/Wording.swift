// Numbers and lengths of time as a person reads them: few digits, a unit, no exponents.
//
// Only for eyes: scripts use --json, where every number reads back to the same bits. Own code, because the formatters
// of Foundation weigh 40 MB.

/// Words for numbers.
package enum Wording {
    /// Four significant digits; from 100 000 on with k, M, G, T (powers of 1000): `41.3`, `12 480`, `312.5 G`.
    package static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        let magnitude = abs(value)
        if magnitude == 0 { return "0" }
        if magnitude < 1e-6 { return "\(value)" }
        if magnitude < 100_000 { return grouped(rounded(value, significant: magnitude < 10_000 ? 4 : 5)) }
        var scaled = value
        for suffix in ["k", "M", "G", "T", "P", "E"] {
            scaled /= 1000
            if abs(scaled) < 999.95 { return "\(trimmed(rounded(scaled, significant: 4))) \(suffix)" }
        }
        return "\(rounded(value, significant: 4))"
    }

    /// A value with its unit: `12.5 /s`.
    package static func value(_ value: Double?, unit: String?) -> String {
        let text = number(value)
        switch unit {
        case nil, "": return text
        case "per_second": return "\(text)/s"
        case "percent": return "\(text) %"
        case "bytes": return Wording.bytes(value.flatMap { abs($0) < 9e18 ? Int64($0) : nil })
        case let other?: return "\(text) \(other)"
        }
    }

    /// Bytes in powers of 1024: `4.2 MiB`.
    package static func bytes(_ count: Int64?) -> String {
        guard let count else { return "-" }
        var value = Double(count)
        if abs(value) < 1024 { return "\(count) B" }
        for unit in ["KiB", "MiB", "GiB", "TiB"] {
            value /= 1024
            if abs(value) < 1000 || unit == "TiB" { return "\(trimmed(rounded(value, significant: 3))) \(unit)" }
        }
        return "\(count) B"
    }

    /// Bytes as somebody has set them: `5 GB` if it is that, else as `bytes`.
    static func limit(_ count: Int64) -> String {
        for (unit, size) in [("TB", Int64(1_000_000_000_000)), ("GB", 1_000_000_000), ("MB", 1_000_000)]
        where count >= size && count % size == 0 { return "\(count / size) \(unit)" }
        return bytes(count)
    }

    /// Bytes in the powers of 1000 in which limits are set: `63.1 MB`.
    static func decimal(_ count: Int64) -> String {
        for (unit, size) in [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)] where Double(count) >= size {
            return "\(trimmed(rounded(Double(count) / size, significant: 3))) \(unit)"
        }
        return "\(count) B"
    }

    /// `41 %` of 0.41; one decimal below 10 %.
    package static func percent(_ fraction: Double?) -> String {
        guard let fraction, fraction.isFinite else { return "-" }
        let percent = fraction * 100
        return abs(percent) < 9.95 ? "\(fixed(percent, decimals: 1)) %" : "\(fixed(percent, decimals: 0)) %"
    }

    /// A length of time in its two largest units: `45 s`, `12 min`, `3 h 20 min`, `5 d 4 h`.
    package static func duration(seconds: Double?) -> String {
        guard let seconds, seconds.isFinite, abs(seconds) < 9e9 else { return "-" }
        return Durations.words(.seconds(seconds >= 60 ? seconds.rounded() : seconds))
    }

    /// A count with thin groups: `510 592`.
    package static func count(_ value: Int64?) -> String { value.map { grouped("\($0)") } ?? "-" }

    /// `1 series`, `2 points`.
    package static func plural(_ count: Int, _ one: String, _ many: String) -> String {
        "\(Wording.count(Int64(count))) \(count == 1 ? one : many)"
    }

    static func fixed(_ value: Double, decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let whole = Int64(scaled)
        let sign = value < 0 && whole != 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(whole)" }
        let digits = String(whole % Int64(scale))
        let padding = String(repeating: "0", count: decimals - digits.count)
        return "\(sign)\(whole / Int64(scale)).\(padding)\(digits)"
    }

    private static func rounded(_ value: Double, significant digits: Int) -> String {
        var decimals = digits
        var magnitude = abs(value)
        while magnitude >= 1, decimals > 0 {
            magnitude /= 10
            decimals -= 1
        }
        while magnitude < 0.1, magnitude > 0, decimals < 15 {
            magnitude *= 10
            decimals += 1
        }
        return trimmed(fixed(value, decimals: decimals))
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    private static func grouped(_ text: String) -> String {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        var whole = String(parts[0])
        let sign = whole.hasPrefix("-") ? "-" : ""
        whole.removeFirst(sign.count)
        guard whole.count > 4 else { return text }
        var out = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { out += " " }
            out.append(digit)
        }
        return sign + out + (parts.count > 1 ? ".\(parts[1])" : "")
    }
}
