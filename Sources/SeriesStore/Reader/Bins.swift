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
        var bins = [Double](repeating: .nan, count: range.count)
        var before = previous
        var at = 0
        while at < samples.count {
            let bin = index(of: samples.timestamps[at], stepSeconds: stepSeconds)
            let end = start(of: bin + 1, stepSeconds: stepSeconds)
            let first = at
            while at < samples.count, samples.timestamps[at] < end || bin == range.upperBound - 1 { at += 1 }
            bins[Int(bin - range.lowerBound)] = value(samples, first..<at, before: &before, aggregate)
        }
        return bins
    }

    /// One bin, from the samples at `range`.
    private static func value(
        _ samples: Samples, _ range: Range<Int>, before: inout (timestamp: Timestamp, value: Double)?,
        _ aggregate: Aggregate
    ) -> Double {
        var count = 0
        var sum = 0.0
        var least = Double.infinity
        var largest = -Double.infinity
        var last = Double.nan
        var increase = 0.0
        let start = before
        var firstTime: Timestamp?
        for index in range {
            let value = samples.values[index]
            if value.isNaN { continue }
            count += 1
            sum += value
            least = Swift.min(least, value)
            largest = Swift.max(largest, value)
            last = value
            // A counter that fell was reset to 0, and has since grown to what it shows.
            if let before { increase += value >= before.value ? value - before.value : value }
            if firstTime == nil { firstTime = samples.timestamps[index] }
            before = (samples.timestamps[index], value)
        }
        if count == 0 { return .nan }
        switch aggregate {
        case .mean: return sum / Double(count)
        case .max: return largest
        case .min: return least
        case .last: return last
        case .sum: return sum
        case .count: return Double(count)
        case .rate:
            guard let from = start?.timestamp ?? firstTime, let to = before?.timestamp, to > from else { return .nan }
            return increase / ((Double(to) - Double(from)) / 1e9)
        }
    }
}
