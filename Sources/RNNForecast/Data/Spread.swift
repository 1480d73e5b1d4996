// Intervals from errors that have been seen.

internal import RNNKernelTable

/// The seven quantiles of `errors`, linear between order statistics; zeros if there are none.
private func quantiles(of errors: [Double]) -> [Double] {
    var values = errors.filter(\.isFinite)
    guard let last = values.indices.last else { return [Double](repeating: 0, count: 7) }
    let lows = quantileLevels.map { Int($0 * Double(last)) }
    // Of the order of all only fourteen places are asked for.
    select(lows.flatMap { [$0, min($0 + 1, last)] }.sorted()[...], of: &values, in: 0..<values.count)
    return zip(quantileLevels, lows).map { level, low in
        let high = min(low + 1, last)
        return values[low] + (level * Double(last) - Double(low)) * (values[high] - values[low])
    }
}

/// Moves values until those at some places are where sorting would put them (Hoare 1961, Algorithm 65, for several places
/// at once).
///
/// - Parameters:
///   - places: ascending, within `range`.
///   - values: finite.
/// - Complexity: about `n log2(places + 1)` comparisons.
func select(_ places: ArraySlice<Int>, of values: inout [Double], in range: Range<Int>) {
    guard !places.isEmpty, range.count > 1 else { return }
    if range.count <= 12 {
        for end in range.dropFirst() {
            var k = end
            while k > range.lowerBound, values[k] < values[k - 1] {
                values.swapAt(k, k - 1)
                k -= 1
            }
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
            values.swapAt(left, right)
            left += 1
            right -= 1
        }
    }
    // Up to `right` nothing is above the pivot, from `left` on nothing below; what is between them is the pivot.
    let cut = places.firstIndex { $0 > right } ?? places.endIndex
    select(places[..<cut], of: &values, in: range.lowerBound..<right + 1)
    let upper = places.firstIndex { $0 >= left } ?? places.endIndex
    select(places[upper...], of: &values, in: left..<range.upperBound)
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
