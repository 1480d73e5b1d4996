// Where bins lie: bin k of step s covers [k s, (k + 1) s) seconds since 1970 UTC. Made of samples in `BinBuilder`.

/// Bins of a step in whole seconds.
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
}
