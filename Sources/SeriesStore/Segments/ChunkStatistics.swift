// What can be said about the values of a chunk without decoding it: steps that cover whole chunks are answered from here.

/// Least, largest, sum, first and last of a chunk. A NaN in `least` says that it holds NaNs: decode.
struct ChunkStatistics: Sendable, Equatable {
    var least: Double
    var largest: Double
    var sum: Double
    var first: Double
    var last: Double
    /// Whether no value is below the one before, as those of a counter that was not reset. False with NaNs.
    var isAscending: Bool

    /// - Precondition: there is at least one value.
    init(_ values: [Double]) {
        first = values[0]
        last = values[values.count - 1]
        least = first
        largest = first
        sum = 0
        isAscending = true
        var before = first
        var hasNaN = false
        for value in values {
            if value.isNaN { hasNaN = true }
            if value < before { isAscending = false }
            least = value < least ? value : least
            largest = value > largest ? value : largest
            sum += value
            before = value
        }
        if hasNaN { (least, largest, sum, isAscending) = (.nan, .nan, .nan, false) }
    }

    /// Of `count` equal values.
    init(constant value: Double, count: Int) {
        first = value
        last = value
        isAscending = !value.isNaN
        least = value.isNaN ? .nan : value
        largest = least
        sum = value.isNaN ? .nan : value * Double(count)
    }

    init(least: Double, largest: Double, sum: Double, first: Double, last: Double, isAscending: Bool) {
        self.least = least
        self.largest = largest
        self.sum = sum
        self.first = first
        self.last = last
        self.isAscending = isAscending
    }

    /// Whether all fields are equal, or both NaN.
    func agrees(with other: ChunkStatistics) -> Bool {
        func same(_ a: Double, _ b: Double) -> Bool { a == b || a.isNaN && b.isNaN }
        return same(least, other.least) && same(largest, other.largest) && same(sum, other.sum)
            && same(first, other.first) && same(last, other.last) && isAscending == other.isAscending
    }
}
