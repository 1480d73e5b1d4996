// Intervals from errors that have been seen.

internal import RNNKernelTable

/// The seven quantiles of `errors`, linear between order statistics; zeros if there are none.
private func quantiles(of errors: [Double]) -> [Double] {
    var sorted = errors.filter(\.isFinite)
    sorted.sort()
    guard let last = sorted.indices.last else { return [Double](repeating: 0, count: 7) }
    return quantileLevels.map { level in
        let place = level * Double(last)
        let low = Int(place)
        let high = min(low + 1, last)
        return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }
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
