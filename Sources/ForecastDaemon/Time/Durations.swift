// Durations as people write and read them: `10m`, `1h30m`, `400d` in configuration and flags; "1 h 5 min" in
// sentences. The units are those of Prometheus (ms s m h d w y), where a day has 24 hours and a year 365 days.

/// Why a text is no duration.
public enum DurationError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    /// A number without a unit.
    case missingUnit(String)
    case unknownUnit(String, of: String)
    /// Not a number, or units not from large to small.
    case malformed(String)
    case tooLarge(String)

    /// What was found and what would do.
    public var description: String {
        switch self {
        case .empty: "a duration is missing (10m, 1h30m, 400d)"
        case .missingUnit(let text): "duration `\(text)` has no unit (\(text)s? units are ms, s, m, h, d, w, y)"
        case .unknownUnit(let unit, let text):
            "duration `\(text)`: unknown unit `\(unit)`\(Self.hint(unit)); units are ms, s, m, h, d, w, y"
        case .malformed(let text): "`\(text)` is not a duration (10m, 1h30m, 400d)"
        case .tooLarge(let text): "duration `\(text)` is longer than 292 years"
        }
    }

    private static func hint(_ unit: String) -> String {
        switch unit.lowercased() {
        case "min", "mins", "minute", "minutes": " (m?)"
        case "sec", "secs", "second", "seconds": " (s?)"
        case "hour", "hours", "hr", "hrs": " (h?)"
        case "day", "days": " (d?)"
        case "week", "weeks": " (w?)"
        case "year", "years": " (y?)"
        case "month", "months", "mo": " (30d?)"
        default: ""
        }
    }
}

/// Reading and printing of durations.
public enum Durations {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("y", 31_536_000_000_000_000), ("w", 604_800_000_000_000), ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
        ("us", 1_000), ("ns", 1),
    ]

    /// Reads `0`, or whole numbers with units from large to small: `90s`, `1h30m`, `1d12h`, `500ms`. No spaces, no
    /// sign, no fraction.
    public static func parse(_ text: String) throws(DurationError) -> Duration {
        if text.isEmpty { throw .empty }
        if text == "0" { return .zero }
        var rest = Substring(text)
        var total: Int64 = 0
        var least = Int64.max
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            if digits.isEmpty { throw .malformed(text) }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !($0.isASCII && $0.isNumber) }
            if name.isEmpty { throw least == .max ? .missingUnit(text) : .malformed(text) }
            if name.contains(where: { !$0.isLetter }) { throw .malformed(text) }
            rest = rest.dropFirst(name.count)
            guard let unit = units.first(where: { $0.name == name }) else {
                throw .unknownUnit(String(name), of: text)
            }
            if unit.nanoseconds >= least { throw .malformed(text) }
            least = unit.nanoseconds
            guard let number = Int64(digits) else { throw .tooLarge(text) }
            let part = number.multipliedReportingOverflow(by: unit.nanoseconds)
            let sum = total.addingReportingOverflow(part.partialValue)
            if part.overflow || sum.overflow { throw .tooLarge(text) }
            total = sum.partialValue
        }
        return .nanoseconds(total)
    }

    /// The form that `parse` reads, in the units that the configuration uses: `400d`, `1h30m`, `0`.
    public static func compact(_ duration: Duration) -> String {
        var rest = nanoseconds(duration)
        if rest == 0 { return "0" }
        var text = rest < 0 ? "-" : ""
        rest = rest.magnitude > UInt64(Int64.max) ? .max : abs(rest)
        for unit in units where unit.name != "y" && unit.name != "w" && rest >= unit.nanoseconds {
            text += "\(rest / unit.nanoseconds)\(unit.name)"
            rest %= unit.nanoseconds
        }
        return text
    }

    /// For sentences: the two largest units, rounded: "3 d 4 h", "1 h 5 min", "12 s", "340 ms".
    public static func words(_ duration: Duration) -> String {
        let total = nanoseconds(duration)
        if total < 0 { return "-" + words(.nanoseconds(total == .min ? .max : -total)) }
        let steps: [(name: String, nanoseconds: Int64)] = [
            ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
            ("ms", 1_000_000),
        ]
        guard let index = steps.firstIndex(where: { total >= $0.nanoseconds }) else {
            return total == 0 ? "0 s" : "under 1 ms"
        }
        let step = steps[index]
        let isAlone = step.name == "ms" || step.name == "s"
        let unit = isAlone ? step.nanoseconds : steps[index + 1].nanoseconds
        // Rounded to the smaller of the two units shown; 59.9 s become 1 min, a step larger.
        let rounded = total / unit + (total % unit * 2 >= unit ? 1 : 0)
        if index > 0, rounded * unit >= steps[index - 1].nanoseconds { return "1 \(steps[index - 1].name)" }
        let ratio = step.nanoseconds / unit
        let rest = rounded % ratio
        let first = "\(rounded / ratio) \(step.name)"
        return rest == 0 ? first : "\(first) \(rest) \(steps[index + 1].name)"
    }

    /// Whole nanoseconds, held at the bounds of Int64 (292 years).
    public static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let product = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let sum = product.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
        if product.overflow || sum.overflow { return seconds < 0 ? .min : .max }
        return sum.partialValue
    }
}
