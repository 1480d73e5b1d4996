// Samples to bins: pure. Bin k of step s covers [k s, (k + 1) s) seconds. A NaN among the samples is no measurement and
// is skipped; a bin without a number is NaN.

/// Makes bins out of ascending samples.
enum Bins {
    /// Nanoseconds at which a bin begins, clamped to what a timestamp holds.
    static func start(of bin: Int64, stepSeconds: Int64) -> Timestamp {
        let (seconds, tooLong) = bin.multipliedReportingOverflow(by: stepSeconds)
        let (nanoseconds, tooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return tooLong || tooLarge ? (bin < 0 ? .min : .max) : nanoseconds
    }

    /// The bin that a timestamp lies in.
    static func index(of timestamp: Timestamp, stepSeconds: Int64) -> Int64 {
        let seconds = timestamp / 1_000_000_000 - (timestamp % 1_000_000_000 < 0 ? 1 : 0)
        return seconds / stepSeconds - (seconds % stepSeconds < 0 ? 1 : 0)
    }

    /// The bins of `range`.
    ///
    /// - Parameters:
    ///   - samples: ascending, all inside the range.
    ///   - previous: the newest sample before the range, which `rate` starts from.
    static func make(
        _ samples: Samples, previous: (timestamp: Timestamp, value: Double)?, stepSeconds: Int64,
        range: Range<Int64>, aggregate: Aggregate
    ) -> [Double] {
        var builder = BinBuilder(stepSeconds: stepSeconds, range: range, aggregate: aggregate, previous: previous)
        builder.add(samples)
        return builder.finished()
    }
}
