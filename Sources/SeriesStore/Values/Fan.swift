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
        let columns = [median, lower80, upper80, lower95, upper95]
        precondition(columns.allSatisfy { $0.count == median.count }, "columns of unequal length")
        var rows: [Double] = []
        rows.reserveCapacity(5 * median.count)
        for k in median.indices { for column in columns { rows.append(column[k]) } }
        return quantised(rows: rows, places: RowPlaces(), resolution: resolution)
    }

    /// Where a row of numbers, one row a lead, holds what a fan keeps.
    public struct RowPlaces: Sendable {
        /// Numbers in a row.
        public var stride = 5
        /// Place of the median.
        public var median = 0
        /// Places of the bounds.
        public var lower80 = 1, upper80 = 2, lower95 = 3, upper95 = 4

        /// Median, lower and upper end of the 80 % interval, of the 95 % one.
        public init() {}

        /// Any other order.
        public init(stride: Int, median: Int, lower80: Int, upper80: Int, lower95: Int, upper95: Int) {
            self.stride = stride
            self.median = median
            self.lower80 = lower80
            self.upper80 = upper80
            self.lower95 = lower95
            self.upper95 = upper95
        }
    }

    /// The same from `[lead][stride]` numbers, in one pass.
    public static func quantised(rows: [Double], places: RowPlaces, resolution: Resolution) -> Fan {
        let steps = rows.count / places.stride
        let bounds: [4 of (place: Int, sign: Double)] = [
            (places.lower80, -1), (places.upper80, 1), (places.lower95, -1), (places.upper95, 1),
        ]
        func median(_ k: Int) -> Double { rows[k * places.stride + places.median] }
        var first = 0.0
        for k in 0..<steps where median(k).isFinite {
            first = median(k)
            break
        }
        var (low, high, widest) = (steps == 0 ? 0 : Double.infinity, steps == 0 ? 0 : -Double.infinity, 0.0)
        var last = first
        for k in 0..<steps {
            if median(k).isFinite { last = median(k) }
            (low, high) = (min(low, last), max(high, last))
            for column in bounds.indices {
                let bound = rows[k * places.stride + bounds[column].place]
                if bound.isFinite { widest = max(widest, (bound - last) * bounds[column].sign) }
            }
        }
        let resolution = fitting(resolution, low: low, high: high, widest: widest)
        let base = Int64(clamping: ((resolution.steps(low) / 2) + (resolution.steps(high) / 2)).rounded())
        var bytes = [UInt8](repeating: 0, count: 6 * steps)
        last = first
        for k in 0..<steps {
            if median(k).isFinite { last = median(k) }
            let offset = Int16(clamping: Int64(clamping: resolution.steps(last)) - base)
            bytes[2 * k] = UInt8(truncatingIfNeeded: offset)
            bytes[2 * k + 1] = UInt8(truncatingIfNeeded: offset >> 8)
            let unit = Double(base + Int64(offset))
            for column in bounds.indices {
                let (place, sign) = bounds[column]
                let bound = rows[k * places.stride + place]
                let end = bound.isFinite ? resolution.steps(bound) : unit + sign * resolution.steps(widest)
                bytes[(2 + column) * steps + k] = code(spread: max(0, (end - unit) * sign))
            }
        }
        return Fan(steps: steps, base: base, resolution: resolution, bytes: bytes)
    }

    /// The resolution that `quantised` takes for a fan whose medians are all `level`, and whose lowest and highest bounds
    /// are the ends of `range`: so that one lead of it can be rounded as in the whole.
    public static func resolution(
        _ asked: Resolution, medians level: Double, within range: ClosedRange<Double>
    ) -> Resolution {
        let widest = max(0, range.upperBound - level, level - range.lowerBound)
        return fitting(asked, low: level, high: level, widest: widest)
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
        // Rounded, halves up.
        let below = Int(spread)
        let whole = spread - Double(below) < 0.5 ? below : below + 1
        if whole < 16 { return UInt8(whole) }
        let shift = Int.bitWidth - 5 - whole.leadingZeroBitCount
        let lower = UInt8((shift + 1) << 4 | (whole >> shift) & 15)
        let upper = lower == 255 ? 255 : lower + 1
        return Double(Self.spread(code: upper)) - spread <= spread - Double(Self.spread(code: lower)) ? upper : lower
    }
}

extension Resolution: Comparable {
    /// Finer before coarser.
    public static func < (left: Resolution, right: Resolution) -> Bool { left.value < right.value }
}

extension Int64 {
    /// The integer of a whole double, or the nearest end of half of the range, so that the difference of two is one as
    /// well; 0 for NaN.
    fileprivate init(clamping value: Double) {
        if let exact = Int64(exactly: value) {
            self = Swift.min(Swift.max(exact, .min / 2), .max / 2)
        } else {
            self = value.isNaN ? 0 : value < 0 ? .min / 2 : .max / 2
        }
    }
}
