// Bins out of pieces that come in order of time: runs of samples, whole chunks of which only the directory is known, and,
// from where the samples have gone, bins of a tier.
// What a directory says of a chunk inside one bin is folded in without decoding it. A NaN is no measurement and is skipped;
// a bin without a number is NaN.

/// Fills the bins of a range.
struct BinBuilder {
    /// Steps up to this are always made of samples: sums of sums round otherwise than sums of samples, and what models
    /// see must not hang on when a chunk was sealed.
    static let longestExactStep: Int64 = 3600

    private let stepSeconds: Int64
    private let range: Range<Int64>
    private let aggregate: Aggregate
    private var bins: [Double]
    /// The newest number so far; a rate starts from it.
    private var before: (timestamp: Timestamp, value: Double)?
    private var bin: Int64?
    private var sum = Sum()
    /// Bins of a tier that were not folded in yet, ascending.
    private var tier: ArraySlice<TierBin>

    /// What is known of the bin that is being filled.
    private struct Sum {
        var count = 0
        var sum = 0.0
        var least = Double.infinity
        var largest = -Double.infinity
        var last = Double.nan
        var increase = 0.0
        /// When the sample before the bin was taken, else its own first.
        var since: Timestamp?
    }

    /// - Parameters:
    ///   - previous: the newest sample before the range.
    ///   - tier: bins of a tier in the range, ascending; its step is a part of `stepSeconds`.
    init(
        stepSeconds: Int64, range: Range<Int64>, aggregate: Aggregate,
        previous: (timestamp: Timestamp, value: Double)?, tier: [TierBin] = []
    ) {
        self.stepSeconds = stepSeconds
        self.range = range
        self.aggregate = aggregate
        bins = [Double](repeating: .nan, count: range.count)
        before = previous
        self.tier = tier[...]
    }

    /// Folds in ascending samples of the range, later than all before.
    mutating func add(_ samples: Samples) {
        var rest = samples
        while let bin = tier.first, let last = rest.timestamps.last, bin.first <= last {
            if rest.timestamps[0] < bin.first {
                let (before, after) = rest.split(at: bin.first)
                fold(before)
                rest = after
            }
            fold(tier.removeFirst())
        }
        fold(rest)
    }

    /// One bin of the tier.
    private mutating func fold(_ bin: TierBin) {
        enter(Bins.index(of: bin.first, stepSeconds: stepSeconds))
        sum.count += bin.count
        sum.sum += bin.sum
        sum.least = min(sum.least, bin.least)
        sum.largest = max(sum.largest, bin.largest)
        sum.last = bin.lastValue
        sum.increase += Counter.increase(from: before?.value, to: bin.firstValue) + bin.increase
        if sum.since == nil { sum.since = bin.first }
        before = (bin.last, bin.lastValue)
    }

    private mutating func fold(_ samples: Samples) {
        let times = samples.timestamps.span
        let values = samples.values.span
        var at = 0
        while at < times.count {
            enter(Bins.index(of: times[at], stepSeconds: stepSeconds))
            let end = Bins.start(of: (bin ?? 0) + 1, stepSeconds: stepSeconds)
            let first = at
            // The last bin there is ends with the last timestamp there is.
            while at < times.count, times[at] < end || bin == range.upperBound - 1 { at += 1 }
            add(times.extracting(first..<at), values.extracting(first..<at))
        }
    }

    /// One run within the bin. NaN is no measurement.
    private mutating func add(_ times: Span<Timestamp>, _ values: Span<Double>) {
        var sum = self.sum
        switch aggregate {
        case .mean, .sum, .count, .last:
            for index in values.indices {
                let value = values[index]
                if value.isNaN { continue }
                sum.count += 1
                sum.sum += value
                sum.last = value
            }
        case .min, .max:
            for index in values.indices {
                let value = values[index]
                if value.isNaN { continue }
                sum.count += 1
                sum.least = value < sum.least ? value : sum.least
                sum.largest = value > sum.largest ? value : sum.largest
            }
        case .rate:
            // Of the newest number so far the place is enough until the end of the run.
            var (before, place, increase) = (self.before?.value, -1, sum.increase)
            for index in values.indices {
                let value = values[index]
                if value.isNaN { continue }
                sum.count += 1
                increase += Counter.increase(from: before, to: value)
                if place < 0, sum.since == nil { sum.since = times[index] }
                (before, place) = (value, index)
            }
            sum.increase = increase
            if place >= 0 { self.before = (times[place], values[place]) }
        }
        self.sum = sum
    }

    /// Folds in a whole chunk from its directory, if it lies in one bin and the directory is enough.
    ///
    /// - Returns: false where it must be decoded.
    mutating func add(_ statistics: ChunkStatistics, count: Int, first: Timestamp, last: Timestamp) -> Bool {
        guard stepSeconds > Self.longestExactStep, !statistics.least.isNaN,
            aggregate != .rate || statistics.isAscending,
            first >= Bins.start(of: range.lowerBound, stepSeconds: stepSeconds),
            last < Bins.start(of: range.upperBound, stepSeconds: stepSeconds), tier.first?.first ?? .max > last
        else { return false }
        let chunkBin = Bins.index(of: first, stepSeconds: stepSeconds)
        guard chunkBin == Bins.index(of: last, stepSeconds: stepSeconds) else { return false }
        enter(chunkBin)
        sum.count += count
        sum.sum += statistics.sum
        sum.least = min(sum.least, statistics.least)
        sum.largest = max(sum.largest, statistics.largest)
        sum.last = statistics.last
        sum.increase +=
            Counter.increase(from: before?.value, to: statistics.first) + (statistics.last - statistics.first)
        if sum.since == nil { sum.since = first }
        before = (last, statistics.last)
        return true
    }

    /// The bins, NaN where nothing was measured.
    mutating func finished() -> [Double] {
        while !tier.isEmpty { fold(tier.removeFirst()) }
        leave()
        return bins
    }

    private mutating func enter(_ next: Int64) {
        if next == bin { return }
        leave()
        bin = next
        sum = Sum()
        sum.since = before?.timestamp
    }

    private mutating func leave() {
        guard let bin, sum.count > 0 else { return }
        bins[Int(bin - range.lowerBound)] =
            switch aggregate {
            case .mean: sum.sum / Double(sum.count)
            case .max: sum.largest
            case .min: sum.least
            case .last: sum.last
            case .sum: sum.sum
            case .count: Double(sum.count)
            case .rate: rate
            }
    }

    private var rate: Double {
        guard let from = sum.since, let to = before?.timestamp, to > from else { return .nan }
        return sum.increase / ((Double(to) - Double(from)) / 1e9)
    }
}

extension Bins {
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
