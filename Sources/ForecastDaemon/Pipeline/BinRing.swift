// The newest bins of a grid, as many as the drift rows and whoever forecasts read. The last value takes its spread from
// four hours at one minute, 3 KB; a trained model wants a day and two hours, 13 KB, which the first training brings with
// it. Training reads its weeks of bins from the store; nothing here grows beyond that.

import RNNForecast

/// A bin and its value.
struct NewestBin: Sendable, Hashable {
    let bin: Int64
    let value: Double

    /// It alone, for a forecaster that looks at no other.
    func history(stepSeconds: Int64) -> BinHistory {
        BinHistory(first: bin, stepSeconds: stepSeconds, values: [value])
    }
}

/// The newest closed bins, contiguous, missing ones NaN.
struct BinRing: Sendable {
    /// Seconds in a bin.
    let stepSeconds: Int64
    /// Bins that are kept; up to `slack` more until they are dropped together.
    private(set) var capacity: Int
    /// Index of the oldest kept bin.
    private(set) var first: Int64
    private var values: [Double] = []

    /// Dropping the oldest bins one by one would move all others each time.
    private static let slack = 16

    init(stepSeconds: Int64, first: Int64, capacity: Int) {
        self.stepSeconds = stepSeconds
        self.first = first
        self.capacity = capacity
        // Growing by doubling would leave half of the room unused for ever.
        values.reserveCapacity(capacity + Self.slack)
    }

    /// Index of the bin after the newest.
    var end: Int64 { first + Int64(values.count) }

    /// The value of a bin; NaN if missing, not kept any more or not yet closed.
    subscript(bin: Int64) -> Double {
        guard bin >= first, bin < end else { return .nan }
        return values[Int(bin - first)]
    }

    /// Appends bin `end`.
    mutating func append(_ value: Double) {
        values.append(value)
        if values.count >= capacity + Self.slack { drop(values.count - capacity) }
    }

    /// Appends missing bins up to `bin`, exclusive, in no more time than the ring is long.
    mutating func skip(to bin: Int64) {
        guard bin > end else { return }
        if bin - end >= Int64(capacity) {
            values = Array(repeating: .nan, count: capacity)
            first = bin - Int64(capacity)
        } else {
            while end < bin { append(.nan) }
        }
    }

    /// Replaces the value of a kept bin.
    mutating func repair(bin: Int64, value: Double) {
        guard bin >= first, bin < end else { return }
        values[Int(bin - first)] = value
    }

    /// Fills the ring with stored bins up to `end`, exclusive; those that are not given are missing.
    ///
    /// - Parameter oldest: the first bin that the series ever had: nothing is made up before it.
    mutating func refill(_ bins: BinHistory, from oldest: Int64, upTo end: Int64) {
        first = max(oldest, end - Int64(capacity))
        values.removeAll(keepingCapacity: true)
        for bin in first..<end {
            let isGiven = bin >= bins.first && bin < bins.end
            let value = isGiven ? bins.values[Int(bin - bins.first)] : .nan
            values.append(value.isFinite ? value : .nan)
        }
    }

    /// The newest bin with a value.
    var newestPresent: NewestBin? {
        values.lastIndex(where: \.isFinite).map { NewestBin(bin: first + Int64($0), value: values[$0]) }
    }

    /// Keeps more bins from now on, and takes older ones from the store's.
    ///
    /// - Parameter bins: reach up to some bin that is kept; what the ring has itself is not changed.
    mutating func grow(to capacity: Int, with bins: BinHistory) {
        guard capacity > self.capacity else { return }
        self.capacity = capacity
        let kept = values
        let oldest = max(bins.first, end - Int64(capacity))
        values = []
        values.reserveCapacity(capacity + Self.slack)
        if oldest < first, bins.end >= first {
            values += bins.values[Int(oldest - bins.first)..<Int(first - bins.first)].map { $0.isFinite ? $0 : .nan }
            first = oldest
        }
        values += kept
    }

    /// The newest `count` bins, or all there are. What is older never reaches a forecaster, however long ago
    /// the ring was last trimmed: the same bins give the same forecast.
    func history(_ count: Int) -> BinHistory { history(count, upTo: end) }

    /// The newest `count` bins before bin `end`, or those of them that are kept.
    func history(_ count: Int, upTo end: Int64) -> BinHistory {
        let upper = Int(min(max(end, first), self.end) - first)
        let lower = max(upper - min(count, capacity), 0)
        return BinHistory(first: first + Int64(lower), stepSeconds: stepSeconds, values: Array(values[lower..<upper]))
    }

    /// Mean of the present bins in a range; NaN if there is none.
    func mean(_ bins: Range<Int64>) -> Double {
        var sum = 0.0
        var present = 0.0
        for bin in bins {
            let value = self[bin]
            if value.isFinite {
                sum += value
                present += 1
            }
        }
        return present > 0 ? sum / present : .nan
    }

    private mutating func drop(_ count: Int) {
        values.removeFirst(count)
        first += Int64(count)
    }
}
