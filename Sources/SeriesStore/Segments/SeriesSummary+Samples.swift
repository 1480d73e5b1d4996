// The extent of samples, and of several runs of them together.

extension SeriesSummary {
    /// Of ascending samples; nil if there are none.
    init?(of samples: Samples) {
        guard let first = samples.timestamps.first, let last = samples.timestamps.last, let value = samples.values.last
        else { return nil }
        self.init(count: samples.count, first: first, last: last, lastValue: value)
    }

    /// Both together; of two last samples with one time, the right one's.
    static func sum(_ left: SeriesSummary?, _ right: SeriesSummary?) -> SeriesSummary? {
        guard let left, let right else { return left ?? right }
        let last = right.last >= left.last ? right : left
        return SeriesSummary(
            count: left.count + right.count, first: min(left.first, right.first), last: last.last,
            lastValue: last.lastValue)
    }
}
