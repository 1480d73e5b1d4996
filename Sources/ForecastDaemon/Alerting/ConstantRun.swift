// How long a series has had one and the same value, and whether it has just left it.
//
// A constant series has no scale: the drift ratio of its first change is decided by the floors. So the departure has a
// rule of its own: all rows of the last 24 hours, at least 144, equal; then three rows of other values.

/// The newest run of equal rows.
struct ConstantRun: Sendable, Hashable {
    static let leastRows = 144
    static let leastSeconds: Int64 = 86_400
    static let rowsToLeave = 3

    /// The value and the bin of a departure's first row.
    struct Departure: Hashable, Sendable {
        let constant: Double
        let since: Int64
    }

    var value = Double.nan
    var first: Int64 = 0
    var last: Int64 = 0
    var rows = 0
    /// Bin of the first row with another value, and how many there have been running.
    var leftAt: Int64 = 0
    var away = 0

    /// Means of equal samples may differ in their last bits.
    static func same(_ a: Double, _ b: Double) -> Bool {
        a == b || abs(a - b) <= 1e-12 * max(abs(a), abs(b))
    }

    /// Takes a row; tells once, on the third row of other values, that a constant has been left.
    mutating func add(_ x: Double, at bin: Int64, stepSeconds: Int64) -> Departure? {
        if rows > 0, Self.same(x, value), away == 0 {
            rows += 1
            last = bin
            return nil
        }
        if rows > 0, !Self.same(x, value), isConstant(stepSeconds: stepSeconds) {
            if away == 0 { leftAt = bin }
            away += 1
            guard away >= Self.rowsToLeave else { return nil }
            let departure = Departure(constant: value, since: leftAt)
            restart(x, at: bin)
            return departure
        }
        restart(x, at: bin)
        return nil
    }

    /// Whether the run is long enough to be called constant.
    func isConstant(stepSeconds: Int64) -> Bool {
        rows >= Self.leastRows && (last - first + 1) * stepSeconds >= Self.leastSeconds
    }

    private mutating func restart(_ x: Double, at bin: Int64) {
        self = ConstantRun(value: x, first: bin, last: bin, rows: 1)
    }
}
