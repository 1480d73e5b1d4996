// The forms in which forecasts are kept: fans as rows, the record as chunks, and sums of skill. A forecast is derived
// data; what is kept of it is thin on purpose (docs/format/fan.md).

/// A whole forecast of a grid. The content of one (grid, origin) never changes.
public struct FanRow: Sendable, Hashable {
    /// The grid.
    public var grid: GridID
    /// Start of the newest bin used, seconds since 1970 UTC.
    public var origin: Int64
    /// Wall clock when it was made.
    public var issuedAt: Timestamp
    /// Length of a bin.
    public var stepSeconds: Int64
    /// Who made it: `last-value`, `ridge`, `elman-17`.
    public var model: String
    /// Made in catch-up, after its targets had passed.
    public var backfilled: Bool
    /// Medians and intervals.
    public var fan: Fan

    /// All fields; see there.
    public init(
        grid: GridID, origin: Int64, issuedAt: Timestamp, stepSeconds: Int64, model: String, backfilled: Bool,
        fan: Fan
    ) {
        self.grid = grid
        self.origin = origin
        self.issuedAt = issuedAt
        self.stepSeconds = stepSeconds
        self.model = model
        self.backfilled = backfilled
        self.fan = fan
    }
}

/// What had been forecast for one bin.
public struct RecordEntry: Sendable, Hashable {
    /// The grid.
    public var grid: GridID
    /// Index of the target bin: its start is `bin * step`.
    public var bin: Int64
    /// 1: the forecast issued just before; 0: the anchor.
    public var lead: Int
    /// The size of a unit.
    public var resolution: Resolution
    /// Median in units.
    public var median: Int64
    /// Spread code of the lower end of the 80 % interval.
    public var lower: UInt8
    /// Spread code of the upper end.
    public var upper: UInt8
    /// Who made it.
    public var model: String
    /// Made in catch-up.
    public var backfilled: Bool

    /// Median.
    public var medianValue: Double { resolution.value(units: median) }
    /// Lower end of the 80 % interval.
    public var lowerValue: Double { resolution.value(units: median - Fan.spread(code: lower)) }
    /// Upper end of the 80 % interval.
    public var upperValue: Double { resolution.value(units: median + Fan.spread(code: upper)) }

    /// All fields; see there.
    public init(
        grid: GridID, bin: Int64, lead: Int, resolution: Resolution, median: Int64, lower: UInt8, upper: UInt8,
        model: String, backfilled: Bool
    ) {
        self.grid = grid
        self.bin = bin
        self.lead = lead
        self.resolution = resolution
        self.median = median
        self.lower = lower
        self.upper = upper
        self.model = model
        self.backfilled = backfilled
    }
}

/// How well a grid was forecast on one day, as sums that can be added up.
public struct SkillRow: Sendable, Hashable {
    /// The grid.
    public var grid: GridID
    /// Days since 1970-01-01 UTC.
    public var day: Int64
    /// 1, or 0 for the anchor.
    public var lead: Int
    /// Bins scored.
    public var n: Int
    /// Sum of squared errors.
    public var sse: Double
    /// Sum of absolute errors.
    public var sae: Double
    /// Sum of squared errors of the baseline.
    public var baselineSSE: Double
    /// Bins inside the 80 % interval, ends included.
    public var inside80: Int
    /// Bins inside the 95 % interval, ends included.
    public var inside95: Int

    /// All fields; see there.
    public init(
        grid: GridID, day: Int64, lead: Int, n: Int, sse: Double, sae: Double, baselineSSE: Double, inside80: Int,
        inside95: Int
    ) {
        self.grid = grid
        self.day = day
        self.lead = lead
        self.n = n
        self.sse = sse
        self.sae = sae
        self.baselineSSE = baselineSSE
        self.inside80 = inside80
        self.inside95 = inside95
    }
}
