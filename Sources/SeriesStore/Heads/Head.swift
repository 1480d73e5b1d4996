// The open end of a series: committed samples that no segment holds yet. They live in memory and, for a restart, in the
// journal. What is not committed is not here: a reader never sees a sample that a power cut could take back.

/// The open samples of one series, in journal order.
struct Head: Sendable {
    private(set) var samples = Samples()
    /// Journal row of the oldest sample here: rows from this one on must be kept.
    private(set) var firstRow: Int64 = .max
    /// Whether times ascend strictly: then ranges are found by bisection and nothing must be sorted.
    private(set) var isAscending = true

    var count: Int { samples.count }

    mutating func append(_ timestamp: Timestamp, _ value: Double, row: Int64) {
        if samples.isEmpty { firstRow = row }
        if let last = samples.timestamps.last, timestamp <= last { isAscending = false }
        samples.append(timestamp, value)
    }

    /// Samples in time order with `from <= t < to`, one for each timestamp.
    func samples(from: Timestamp, to: Timestamp) -> Samples {
        (isAscending ? samples : samples.ordered()).clipped(from: from, to: to)
    }

    /// The newest sample before `time`.
    func newest(before time: Timestamp) -> (timestamp: Timestamp, value: Double)? {
        if isAscending {
            let index = samples.timestamps.firstIndex(atLeast: time)
            return index == 0 ? nil : (samples.timestamps[index - 1], samples.values[index - 1])
        }
        var found: (timestamp: Timestamp, value: Double)?
        for (timestamp, value) in zip(samples.timestamps, samples.values) where timestamp < time {
            // At equal times the later in journal order wins.
            if timestamp >= found?.timestamp ?? .min { found = (timestamp, value) }
        }
        return found
    }

    /// Forgets the oldest `count` samples in journal order, which a segment now holds.
    mutating func removeFirst(_ count: Int, nextRow: Int64) {
        // New arrays, so that what a busy hour made them grow to is given back.
        samples.timestamps = Array(samples.timestamps.dropFirst(count))
        samples.values = Array(samples.values.dropFirst(count))
        firstRow = samples.isEmpty ? .max : nextRow
        isAscending = samples.isAscending
    }
}
