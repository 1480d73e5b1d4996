// The samples of one series, as two parallel columns, and the one rule that orders them: by time, and where two have
// the same time, the later in journal order wins.

/// Samples of one series.
struct Samples: Sendable, Equatable {
    var timestamps: [Timestamp] = []
    var values: [Double] = []

    var count: Int { timestamps.count }
    var isEmpty: Bool { timestamps.isEmpty }

    /// Whether every timestamp is above the one before.
    var isAscending: Bool { zip(timestamps, timestamps.dropFirst()).allSatisfy { $0 < $1 } }

    mutating func append(_ timestamp: Timestamp, _ value: Double) {
        timestamps.append(timestamp)
        values.append(value)
    }

    /// Makes room for so many.
    mutating func reserve(_ count: Int) {
        timestamps.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    /// Drops all; the room stays.
    mutating func removeAll() {
        timestamps.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    mutating func append(contentsOf other: Samples) {
        timestamps.append(contentsOf: other.timestamps)
        values.append(contentsOf: other.values)
    }

    /// The samples, given in journal order, in time order with one for each timestamp: the last one given.
    ///
    /// - Complexity: O(n) if they already are, else O(n log n).
    func ordered() -> Samples {
        if isAscending { return self }
        // Equal timestamps are kept in journal order by their index, so the last of a run is the winner.
        let order = timestamps.indices.sorted { left, right in
            timestamps[left] == timestamps[right] ? left < right : timestamps[left] < timestamps[right]
        }
        var result = Samples()
        result.timestamps.reserveCapacity(count)
        result.values.reserveCapacity(count)
        for index in order {
            if let last = result.timestamps.last, last == timestamps[index] {
                result.values[result.count - 1] = values[index]
            } else {
                result.append(timestamps[index], values[index])
            }
        }
        return result
    }

    /// Ascending samples before a time, and from it on.
    func split(at time: Timestamp) -> (before: Samples, after: Samples) {
        let at = timestamps.firstIndex(atLeast: time)
        return (
            Samples(timestamps: Array(timestamps[..<at]), values: Array(values[..<at])),
            Samples(timestamps: Array(timestamps[at...]), values: Array(values[at...]))
        )
    }

    /// The part of ascending samples with `from <= t < to`.
    func clipped(from: Timestamp, to: Timestamp) -> Samples {
        let range = timestamps.ascendingRange(from: from, to: to)
        if range.count == count { return self }
        return Samples(timestamps: Array(timestamps[range]), values: Array(values[range]))
    }
}

extension [Timestamp] {
    /// Index of the first element that is at least `bound`, in an ascending array.
    func firstIndex(atLeast bound: Timestamp) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The indices of an ascending array with `from <= t < to`.
    func ascendingRange(from: Timestamp, to: Timestamp) -> Range<Int> {
        let low = firstIndex(atLeast: from)
        return low..<Swift.max(low, firstIndex(atLeast: to))
    }
}
