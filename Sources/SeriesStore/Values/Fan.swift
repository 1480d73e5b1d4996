// A whole forecast, quantised: one format in memory, in the journal, in both tables and on every screen, so that API,
// alert and history never disagree. Quantise first; publish, calibrate and score what was stored. Boxes: docs/format/fan.md.

/// The medians and two intervals of a forecast for leads 1…n, in 6 n bytes.
///
///     median(k)  = (base + m[k]) * resolution
///     lower80(k) = (base + m[k] - spread(code[0][k])) * resolution,   upper80 with +, then the 95 % pair
///     spread(c)  = c                                  for c < 16
///                  (16 + (c mod 16)) << (c / 16 - 1)  else: 5 significant bits, up to 507 904
///
/// Bytes: n medians as int16, little-endian; then n codes each of lower80, upper80, lower95, upper95.
public struct Fan: Sendable, Hashable {
    /// How many leads, n.
    public let steps: Int
    /// The units to which every median is added.
    public let base: Int64
    /// The size of a unit.
    public let resolution: Resolution
    /// The medians and codes, 6 n bytes.
    public let bytes: [UInt8]

    /// The widest spread that a code expresses, in units.
    static let largestSpread = 507_904

    /// A fan from a stored row.
    ///
    /// - Throws: `StoreError.damaged` if the bytes are not 6 for each lead.
    public init(base: Int64, resolution: Resolution, bytes: [UInt8]) throws(StoreError) {
        guard bytes.count % 6 == 0 else {
            throw .damaged("a fan of \(bytes.count) bytes, which is not 6 for each lead")
        }
        steps = bytes.count / 6
        self.base = base
        self.resolution = resolution
        self.bytes = bytes
    }

    private init(steps: Int, base: Int64, resolution: Resolution, bytes: [UInt8]) {
        self.steps = steps
        self.base = base
        self.resolution = resolution
        self.bytes = bytes
    }

    /// Rounds a forecast. The five columns have one number for each lead, from lead 1 on.
    ///
    /// The resolution is coarsened for this fan alone where its medians span more than 16 bits, a spread exceeds the
    /// largest code, or a value needs more than the 53 bits that a double holds exactly. A number that is not finite
    /// stands for the median before it (bounds: for the widest spread of the fan); a bound on the wrong side of its
    /// median becomes the median.
    public static func quantised(
        median: [Double], lower80: [Double], upper80: [Double], lower95: [Double], upper95: [Double],
        resolution: Resolution
    ) -> Fan {
        let columns = [(lower80, -1.0), (upper80, 1), (lower95, -1), (upper95, 1)]
        precondition(columns.allSatisfy { $0.0.count == median.count }, "columns of unequal length")
        let medians = finite(median)
        let low = medians.min() ?? 0
        let high = medians.max() ?? 0
        var widest = 0.0
        for (column, sign) in columns {
            for (bound, median) in zip(column, medians) where bound.isFinite {
                widest = max(widest, (bound - median) * sign)
            }
        }
        let resolution = fitting(resolution, low: low, high: high, widest: widest)
        let base = Int64(clamping: ((resolution.steps(low) / 2) + (resolution.steps(high) / 2)).rounded())
        var bytes: [UInt8] = []
        bytes.reserveCapacity(6 * median.count)
        let units = medians.map { value -> Int64 in
            let offset = Int16(clamping: Int64(clamping: resolution.steps(value)) - base)
            bytes.append(UInt8(truncatingIfNeeded: offset))
            bytes.append(UInt8(truncatingIfNeeded: offset >> 8))
            return base + Int64(offset)
        }
        for (column, sign) in columns {
            for (bound, unit) in zip(column, units) {
                let bound = bound.isFinite ? resolution.steps(bound) : Double(unit) + sign * resolution.steps(widest)
                bytes.append(code(spread: max(0, (bound - Double(unit)) * sign)))
            }
        }
        return Fan(steps: median.count, base: base, resolution: resolution, bytes: bytes)
    }

    /// The finest resolution, not finer than asked, that holds the fan.
    private static func fitting(_ asked: Resolution, low: Double, high: Double, widest: Double) -> Resolution {
        func fits(_ candidate: Resolution) -> Bool {
            let reach = max(abs(low), abs(high)) + widest
            return candidate.steps(high) - candidate.steps(low) <= 65_534
                && candidate.steps(widest) <= Double(largestSpread)
                && candidate.steps(reach) * Double(candidate.numerator) <= 9_007_199_254_740_992
        }
        if fits(asked) { return asked }
        // Where it has to give way, give way to 2000 units in the widest spread: finer tells nothing.
        var candidate = max(asked, Resolution.smallest(atLeast: widest / 2000))
        while !fits(candidate), candidate.coarser != candidate { candidate = candidate.coarser }
        return candidate
    }

    private static func finite(_ column: [Double]) -> [Double] {
        var last = column.first(where: \.isFinite) ?? 0
        return column.map { value in
            if value.isFinite { last = value }
            return last
        }
    }

    /// Median at lead k + 1, `0 ..< steps`.
    public func median(_ k: Int) -> Double { resolution.value(units: medianUnits(k)) }
    /// Lower end of the 80 % interval at lead k + 1.
    public func lower80(_ k: Int) -> Double { bound(k, column: 0, sign: -1) }
    /// Upper end of the 80 % interval at lead k + 1.
    public func upper80(_ k: Int) -> Double { bound(k, column: 1, sign: 1) }
    /// Lower end of the 95 % interval at lead k + 1.
    public func lower95(_ k: Int) -> Double { bound(k, column: 2, sign: -1) }
    /// Upper end of the 95 % interval at lead k + 1.
    public func upper95(_ k: Int) -> Double { bound(k, column: 3, sign: 1) }

    /// The median at lead k + 1 in units, base included: what a record entry keeps.
    public func medianUnits(_ k: Int) -> Int64 {
        base + Int64(Int16(truncatingIfNeeded: Int(bytes[2 * k]) | Int(bytes[2 * k + 1]) << 8))
    }

    /// The spread codes of the 80 % interval at lead k + 1.
    public func codes80(_ k: Int) -> (lower: UInt8, upper: UInt8) { (bytes[2 * steps + k], bytes[3 * steps + k]) }

    private func bound(_ k: Int, column: Int, sign: Int64) -> Double {
        resolution.value(units: medianUnits(k) + sign * Self.spread(code: bytes[(2 + column) * steps + k]))
    }

    /// The units that a spread code stands for.
    public static func spread(code: UInt8) -> Int64 {
        code < 16 ? Int64(code) : Int64(16 + (code & 15)) << Int64((code >> 4) - 1)
    }

    /// The code nearest to a spread in units; ties go to the wider one.
    public static func code(spread: Double) -> UInt8 {
        guard spread < Double(largestSpread) else { return 255 }
        let whole = Int(spread.rounded())
        if whole < 16 { return UInt8(whole) }
        let shift = Int.bitWidth - 5 - whole.leadingZeroBitCount
        let below = UInt8((shift + 1) << 4 | (whole >> shift) & 15)
        let above = below == 255 ? 255 : below + 1
        return Double(Self.spread(code: above)) - spread <= spread - Double(Self.spread(code: below)) ? above : below
    }
}

extension Resolution: Comparable {
    /// Finer before coarser.
    public static func < (left: Resolution, right: Resolution) -> Bool { left.value < right.value }
}

extension Int64 {
    /// The integer of a whole double, or the nearest end of the range; 0 for NaN.
    fileprivate init(clamping value: Double) {
        if let exact = Int64(exactly: value) {
            self = exact
        } else {
            self = value.isNaN ? 0 : value < 0 ? .min / 2 : .max / 2
        }
    }
}
