// The past of one grid, as a model sees it.

/// Consecutive bins of one series: bin `first + i` has the value `values[i]`, NaN where nothing came.
public struct BinHistory: Sendable, Hashable {
    /// Index of the first bin: it covers `[first * stepSeconds, (first + 1) * stepSeconds)` seconds since 1970 UTC.
    public var first: Int64
    /// Width of a bin in seconds.
    public var stepSeconds: Int64
    /// One value a bin; NaN is a missing bin, and infinities count as missing.
    public var values: [Double]

    /// A history of bins.
    public init(first: Int64, stepSeconds: Int64, values: [Double]) {
        self.first = first
        self.stepSeconds = stepSeconds
        self.values = values
    }

    /// The newest `count` bins, so that a forecast is the same however much history comes with them.
    func newest(_ count: Int) -> BinHistory {
        guard values.count > count else { return self }
        return BinHistory(
            first: end - Int64(count), stepSeconds: stepSeconds, values: Array(values.suffix(count)))
    }

    /// Index of the bin after the newest.
    public var end: Int64 { first + Int64(values.count) }
}
