// Running maximum minus minimum, over roughly the newest 26 000 rows: nine parts of 2 880 (90 days of 5-minute rows).
//
// The range gives the statistics their sense of scale where a series has no noise of its own. One that never forgets
// would be blinded for good by one absurd value.

/// The range of a series' rows.
struct RunningRange: Sendable, Hashable {
    static let rowsAPart = 2880
    static let parts = 9

    var lows: [Double] = []
    var highs: [Double] = []
    /// Rows in the newest part.
    var rows = 0

    /// Takes a finite value.
    mutating func add(_ value: Double) {
        if lows.isEmpty || rows == Self.rowsAPart {
            if lows.count == Self.parts {
                lows.removeFirst()
                highs.removeFirst()
            }
            lows.append(value)
            highs.append(value)
            rows = 1
            return
        }
        let last = lows.count - 1
        lows[last] = min(lows[last], value)
        highs[last] = max(highs[last], value)
        rows += 1
    }

    /// 0 before the second different value.
    var width: Double {
        guard let low = lows.min(), let high = highs.max() else { return 0 }
        return high - low
    }
}
