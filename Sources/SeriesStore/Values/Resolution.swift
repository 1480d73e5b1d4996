// The unit in which a forecast is rounded: 1, 2 or 5 times a power of ten, kept as a fraction, so that a stored integer
// becomes the same double here and in plain SQL: one exact product, one correctly rounded division.

/// A step of 1, 2 or 5 x 10^k, as an exact fraction.
public struct Resolution: Sendable, Hashable {
    /// 1, 2 or 5 times a power of ten.
    public let numerator: Int64
    /// A power of ten, 1 if the numerator is above 5.
    public let denominator: Int64

    /// The finest there is: 10^-18.
    public static let finest = Resolution(exponent: -18, mantissa: 1)

    /// A fraction from a stored row.
    public init(numerator: Int64, denominator: Int64) {
        precondition(numerator > 0 && denominator > 0, "a resolution is a positive fraction")
        self.numerator = numerator
        self.denominator = denominator
    }

    /// The largest 1-2-5 x 10^k that is at most 1/64 of an interval of this width.
    ///
    /// Rounding to it moves a median by at most 1/128 of the width. A width that is 0 or not a number gives `finest`;
    /// each fan then coarsens it for itself as its range demands.
    public init(width: Double) {
        self = Self.largest(atMost: width / 64)
    }

    /// The size of the step.
    public var value: Double { Double(numerator) / Double(denominator) }

    /// The next coarser step: 1 -> 2 -> 5 -> 10. The coarsest, 5 x 10^17, stays.
    public var coarser: Resolution {
        Self.all[min(Self.count(atMost: value), Self.all.count - 1)]
    }

    /// How many whole steps are nearest to `value`, as a double, which may exceed what an integer holds.
    func steps(_ value: Double) -> Double {
        let scaled = value * Double(denominator)
        return (numerator == 1 ? scaled : scaled / Double(numerator)).nearestInteger
    }

    /// The value of so many steps. SQL computes the same double: `units * num * 1.0 / den`.
    public func value(units: Int64) -> Double {
        let (product, overflow) = units.multipliedReportingOverflow(by: numerator)
        // SQLite turns an overflowing product into a product of doubles; so do we.
        return (overflow ? Double(units) * Double(numerator) : Double(product)) / Double(denominator)
    }

    /// The smallest 1-2-5 x 10^k that is at least `bound`.
    static func smallest(atLeast bound: Double) -> Resolution {
        var candidate = largest(atMost: bound)
        while candidate.value < bound, candidate.coarser != candidate { candidate = candidate.coarser }
        return candidate
    }

    private static func largest(atMost bound: Double) -> Resolution {
        let count = count(atMost: bound)
        return count == 0 ? finest : all[count - 1]
    }

    /// How many of all steps are at most a bound.
    private static func count(atMost bound: Double) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] <= bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// 10^-18, 2 x 10^-18, … 5 x 10^17: an interval of every last value is rounded to one of them.
    private static let all = (-18...17).flatMap { exponent in
        [1, 2, 5].map { Resolution(exponent: exponent, mantissa: $0) }
    }
    private static let values = all.map(\.value)

    private init(exponent: Int, mantissa: Int64) {
        numerator = mantissa * (exponent > 0 ? Self.powerOfTen(exponent) : 1)
        denominator = exponent < 0 ? Self.powerOfTen(-exponent) : 1
    }

    private static func powerOfTen(_ exponent: Int) -> Int64 {
        (0..<exponent).reduce(Int64(1)) { power, _ in power * 10 }
    }
}
