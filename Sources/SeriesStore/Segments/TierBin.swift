// What a tier keeps of the samples of a bin after they have gone: enough for every aggregate, and for a rate across bins. Two
// of them make one again, as long as one lies before the other, so that a bin may be summed up in pieces.
//
//     count, sum, least, largest, first and last value with their times
//     increase = sum of increases from sample to sample inside; where a counter falls, it has grown from 0

/// The samples of one series in one bin of a tier, summed up. NaN is no measurement and is in none.
struct TierBin: Sendable, Equatable {
    /// Times of the first and the last sample.
    var first: Timestamp
    var last: Timestamp
    var count: Int
    var firstValue: Double
    var lastValue: Double
    var least: Double
    var largest: Double
    var sum: Double
    var increase: Double

    /// Of one sample.
    init(_ timestamp: Timestamp, _ value: Double) {
        (first, last, count) = (timestamp, timestamp, 1)
        (firstValue, lastValue, least, largest, sum) = (value, value, value, value, value)
        increase = 0
    }

    /// Of what a chunk holds.
    init(
        first: Timestamp, last: Timestamp, count: Int,
        values: (first: Double, last: Double, least: Double, largest: Double),
        sum: Double, increase: Double
    ) {
        (self.first, self.last, self.count) = (first, last, count)
        (firstValue, lastValue, least, largest) = values
        (self.sum, self.increase) = (sum, increase)
    }

    /// Adds what came after it in the same bin.
    mutating func add(_ later: TierBin) {
        count += later.count
        sum += later.sum
        least = later.least < least ? later.least : least
        largest = later.largest > largest ? later.largest : largest
        increase += Counter.increase(from: lastValue, to: later.firstValue) + later.increase
        // Pieces overlap where samples came after those of their time had gone.
        if later.last >= last { (last, lastValue) = (later.last, later.lastValue) }
    }

    /// The bins of ascending samples, ascending.
    static func bins(of samples: Samples, stepSeconds: Int64) -> [TierBin] {
        var result: [TierBin] = []
        var current: Int64?
        for (timestamp, value) in zip(samples.timestamps, samples.values) where !value.isNaN {
            let bin = Bins.index(of: timestamp, stepSeconds: stepSeconds)
            let sample = TierBin(timestamp, value)
            if bin == current {
                result[result.count - 1].add(sample)
            } else {
                result.append(sample)
                current = bin
            }
        }
        return result
    }
}

/// What is true of every counter.
enum Counter {
    /// A counter that fell was reset to 0, and has since grown to what it shows. 0 where there was none before.
    @inline(__always)
    static func increase(from before: Double?, to value: Double) -> Double {
        guard let before else { return 0 }
        return value >= before ? value - before : value
    }
}

extension [TierBin] {
    /// In order of time, with one for each bin: pieces of one become one.
    func ordered(stepSeconds: Int64) -> [TierBin] {
        var result: [TierBin] = []
        for bin in sorted(by: { $0.first < $1.first }) {
            let isOfLast =
                result.last.map {
                    Bins.index(of: $0.first, stepSeconds: stepSeconds)
                        == Bins.index(of: bin.first, stepSeconds: stepSeconds)
                } ?? false
            if isOfLast { result[result.count - 1].add(bin) } else { result.append(bin) }
        }
        return result
    }
}
