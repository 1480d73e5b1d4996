// The unit of a line's timestamp: `precision=` of the HTTP write, nanoseconds where nothing is said.

/// What one unit of a timestamp is.
public enum TimestampPrecision: Int64, Sendable, CaseIterable {
    case nanoseconds = 1
    case microseconds = 1_000
    case milliseconds = 1_000_000
    case seconds = 1_000_000_000
    case minutes = 60_000_000_000
    case hours = 3_600_000_000_000

    /// Reads the words of InfluxDB 1.x and 2.x: empty, `n`, `ns`, `u`, `us`, `ms`, `s`, `m`, `h`; nil for others.
    public init?(_ text: String) {
        switch text {
        case "", "n", "ns": self = .nanoseconds
        case "u", "us", "µ", "µs": self = .microseconds
        case "ms": self = .milliseconds
        case "s": self = .seconds
        case "m": self = .minutes
        case "h": self = .hours
        default: return nil
        }
    }

    /// Nanoseconds in one unit.
    public var nanoseconds: Int64 { rawValue }

    /// The unit in words, plural.
    public var words: String {
        switch self {
        case .nanoseconds: "nanoseconds"
        case .microseconds: "microseconds"
        case .milliseconds: "milliseconds"
        case .seconds: "seconds"
        case .minutes: "minutes"
        case .hours: "hours"
        }
    }
}
