// Bins as arithmetic: which bin a timestamp lies in, when a bin starts, ends and closes. Bin k of a step of
// s seconds covers [k s, (k + 1) s) seconds since 1970 UTC and is named by its start. Time zones do not
// enter: only the season profile and the phases of a model know local time.

import SeriesStore

/// The bins of one step.
struct BinClock: Sendable, Hashable {
    /// Seconds in a bin, above zero.
    let stepSeconds: Int64

    private static let second: Timestamp = 1_000_000_000
    /// Nanoseconds in a bin. Steps beyond 292 years are cut to that: there is no second bin in such a grid.
    private var length: Timestamp {
        let (product, overflow) = stepSeconds.multipliedReportingOverflow(by: Self.second)
        return overflow ? .max : product
    }

    init(stepSeconds: Int64) {
        precondition(stepSeconds > 0, "a bin has a length")
        self.stepSeconds = stepSeconds
    }

    /// The bin that holds a timestamp; rounds down before 1970 too.
    func bin(containing timestamp: Timestamp) -> Int64 {
        let (quotient, remainder) = timestamp.quotientAndRemainder(dividingBy: length)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The first nanosecond of a bin, saturating at the ends of time.
    func start(of bin: Int64) -> Timestamp {
        let (product, overflow) = bin.multipliedReportingOverflow(by: length)
        return overflow ? (bin < 0 ? .min : .max) : product
    }

    /// The first nanosecond after a bin.
    func end(of bin: Int64) -> Timestamp { start(of: bin &+ 1) }

    /// The start of a bin in seconds since 1970, as origins are written.
    func originSeconds(of bin: Int64) -> Int64 { bin * stepSeconds }

    /// The newest bin that is closed when a sample of the series at `newest` has been committed and our clock
    /// shows `now`: a sample closes every bin before its own, the clock every bin whose end and
    /// a grace of one step, at most a minute, are past.
    func newestClosed(newest: Timestamp, now: Timestamp) -> Int64 {
        let bySample = bin(containing: newest) - 1
        let byClock = bin(containing: now.subtractingReportingOverflow(min(length, 60 * Self.second)).partialValue) - 1
        return max(bySample, byClock)
    }
}
