// Running maximum minus minimum, over roughly the newest 26 000 rows (90 days of 5-minute rows), without the newest
// 100 to 200.
//
// The range gives the drift statistic its sense of scale where a series has no noise of its own. It lags like the
// statistic's baseline, because a change must not raise the floor that it is measured by: with the newest rows in it,
// a step of fifty times the noise took three hours to be seen where one of five times took one. And one absurd value
// must not blind it for good, so it forgets.

/// The range of a series' rows.
struct RunningRange: Sendable, Hashable {
    /// Rows that are collected before they count.
    static let lag = 100
    static let rowsAPart = 2880
    static let parts = 9

    /// A least and a greatest value; empty at first.
    struct Span: Sendable, Hashable {
        var low = Double.infinity
        var high = -Double.infinity

        mutating func join(_ other: Span) {
            low = min(low, other.low)
            high = max(high, other.high)
        }

        var width: Double { high > low ? high - low : 0 }
    }

    /// The rows being collected, those collected before, and the old ones in parts, oldest first.
    var fresh = Span()
    var freshRows = 0
    var waiting = Span()
    var old: [Span] = []
    /// Rows in the newest part.
    var rows = 0

    /// Takes a finite value. While an incident is open (`frozen`), nothing new becomes old.
    mutating func add(_ value: Double, frozen: Bool) {
        if freshRows >= Self.lag, !frozen {
            if waiting.low.isFinite { age(waiting) }
            waiting = fresh
            fresh = Span()
            freshRows = 0
        }
        fresh.join(Span(low: value, high: value))
        freshRows = min(freshRows + 1, Self.lag)
    }

    /// The lagging range; before there are old rows, that of all rows.
    var width: Double { old.isEmpty ? widthOfAll : old.reduce(into: Span()) { $0.join($1) }.width }

    /// The range with the newest rows.
    var widthOfAll: Double {
        var all = fresh
        all.join(waiting)
        for span in old { all.join(span) }
        return all.width
    }

    /// The level has moved for good: the old range moves with it, the newest rows are those given.
    ///
    /// Without it a series that once moved by fifty times its noise would be measured by that step for 90 days.
    mutating func adopt(values: [Double], shift: Double) {
        for k in old.indices { old[k] = Span(low: old[k].low + shift, high: old[k].high + shift) }
        waiting = Span(low: waiting.low + shift, high: waiting.high + shift)
        fresh = Span()
        for x in values { fresh.join(Span(low: x, high: x)) }
        freshRows = min(values.count, Self.lag)
    }

    private mutating func age(_ span: Span) {
        if old.isEmpty || rows >= Self.rowsAPart {
            if old.count == Self.parts { old.removeFirst() }
            old.append(span)
            rows = Self.lag
            return
        }
        old[old.count - 1].join(span)
        rows += Self.lag
    }
}
