// Intervals from errors that have been seen.

internal import RNNKernelTable

/// The seven quantiles of `errors`, linear between order statistics; zeros if there are none.
private func quantiles(of errors: [Double]) -> [Double] {
    var values = errors.filter(\.isFinite)
    guard let last = values.indices.last else { return [Double](repeating: 0, count: 7) }
    // Of the order of all only fourteen places are asked for; ascending, since levels are.
    var places: [14 of Int] = .init(repeating: 0)
    for (q, level) in quantileLevels.enumerated() {
        let low = Int(level * Double(last))
        places[2 * q] = max(low, q > 0 ? places[2 * q - 1] : 0)
        places[2 * q + 1] = min(low + 1, last)
    }
    select(places.span, of: &values)
    return quantileLevels.map { level in
        let low = Int(level * Double(last))
        let high = min(low + 1, last)
        return values[low] + (level * Double(last) - Double(low)) * (values[high] - values[low])
    }
}

/// Moves values until those at some places are where sorting would put them (Hoare 1961, Algorithm 65, for several places
/// at once).
///
/// - Parameters:
///   - places: ascending, indices of `values`.
///   - values: finite.
/// - Complexity: about `n log2(places + 1)` comparisons.
func select(_ places: Span<Int>, of values: inout [Double]) {
    var span = values.mutableSpan
    select(places, 0..<places.count, of: &span, in: 0..<span.count)
}

private func select(
    _ places: Span<Int>, _ asked: Range<Int>, of values: inout MutableSpan<Double>, in range: Range<Int>
) {
    guard !asked.isEmpty, range.count > 1 else { return }
    if range.count <= 12 {
        for end in range.dropFirst() {
            let value = values[end]
            var k = end
            while k > range.lowerBound, value < values[k - 1] {
                values[k] = values[k - 1]
                k -= 1
            }
            values[k] = value
        }
        return
    }
    // Median of three, so that what is sorted already is cut in halves.
    let (a, b, c) = (values[range.lowerBound], values[range.lowerBound + range.count / 2], values[range.upperBound - 1])
    let pivot = max(min(a, b), min(max(a, b), c))
    var (left, right) = (range.lowerBound, range.upperBound - 1)
    while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        if left <= right {
            (values[left], values[right]) = (values[right], values[left])
            left += 1
            right -= 1
        }
    }
    // Up to `right` nothing is above the pivot, from `left` on nothing below; what is between them is the pivot.
    let cut = asked.first { places[$0] > right } ?? asked.upperBound
    select(places, asked.lowerBound..<cut, of: &values, in: range.lowerBound..<right + 1)
    let upper = asked.first { places[$0] >= left } ?? asked.upperBound
    select(places, upper..<asked.upperBound, of: &values, in: left..<range.upperBound)
}

/// The seven quantiles of `errors`, less their median: the spread around a median that is right on average.
func spread(of errors: [Double]) -> [Double] {
    let seven = quantiles(of: errors)
    return seven.map { $0 - seven[3] }
}

/// The spread around a forecast that is not moved to the median of its errors, as a baseline's is not: quantiles keep to
/// their side of 0. The interval of a last value on a steady climb reaches up, and not down.
func lopsidedSpread(of errors: [Double]) -> [Double] {
    zip(quantiles(of: errors), standardNormalQuantiles).map { quantile, side in
        side < 0 ? min(quantile, 0) : side > 0 ? max(quantile, 0) : 0
    }
}

/// The seven quantiles of the standard normal.
let standardNormalQuantiles = [-1.960, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.960]
