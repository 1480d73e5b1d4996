// What the store knows about a series besides its samples. Times, ids and the two ways of reading a series (kind,
// aggregate) are defined here because every other room speaks of them.

/// Nanoseconds since 1970-01-01 UTC. Every `Int64` is a valid timestamp.
public typealias Timestamp = Int64

extension Timestamp {
    /// The day that it lies in, in days since 1970-01-01 UTC.
    var day: Int64 {
        let (days, rest) = quotientAndRemainder(dividingBy: 86_400_000_000_000)
        return rest < 0 ? days - 1 : days
    }
}

/// The row of a series. Given once, never used again for another series.
public typealias SeriesID = Int64

/// The row of a grid: one (series, step). Fans, records, skill and models belong to a grid. Below 2^28.
public typealias GridID = Int64

/// How the values of a series are to be read.
public enum SeriesKind: String, Sendable, CaseIterable {
    /// A level: 41 %, 3 GB.
    case gauge
    /// A count that only grows, until its process starts again at 0. Its bins are rates per second.
    case counter
}

/// How the samples of one bin become one number.
public enum Aggregate: String, Sendable, CaseIterable {
    /// Their mean.
    case mean
    /// The largest.
    case max
    /// The smallest.
    case min
    /// The newest.
    case last
    /// Their sum.
    case sum
    /// How many there are.
    case count
    /// The increase per second since the last sample before the bin, with counter resets taken out.
    case rate
}

/// A series and how it is read.
public struct SeriesInfo: Sendable, Hashable {
    /// Its row.
    public let id: SeriesID
    /// Its name and labels.
    public var key: SeriesKey
    /// Level or counter.
    public var kind: SeriesKind
    /// The unit of its *bins*: `per_second` for counters, else as declared, else empty.
    public var unit: String
    /// How bins are made.
    public var aggregate: Aggregate
    /// The usual distance of its samples; nil until it is decided.
    public var intervalSeconds: Double?
    /// The day of its first sample's arrival, in days since 1970-01-01 UTC.
    public var createdDay: Int64
    /// The user who sent its first sample, if the transport told.
    public var uid: Int64?
    /// IANA name of the zone in which its days and weeks are counted; nil: the daemon's.
    public var timeZone: String?

    /// All fields; see there.
    public init(
        id: SeriesID, key: SeriesKey, kind: SeriesKind, unit: String, aggregate: Aggregate,
        intervalSeconds: Double? = nil, createdDay: Int64, uid: Int64? = nil, timeZone: String? = nil
    ) {
        self.id = id
        self.key = key
        self.kind = kind
        self.unit = unit
        self.aggregate = aggregate
        self.intervalSeconds = intervalSeconds
        self.createdDay = createdDay
        self.uid = uid
        self.timeZone = timeZone
    }
}

/// The extent of a series' committed samples.
public struct SeriesSummary: Sendable, Hashable {
    /// How many samples are kept.
    public var count: Int
    /// Timestamp of the oldest.
    public var first: Timestamp
    /// Timestamp of the newest.
    public var last: Timestamp
    /// Value of the newest.
    public var lastValue: Double

    /// All fields; see there.
    public init(count: Int, first: Timestamp, last: Timestamp, lastValue: Double) {
        self.count = count
        self.first = first
        self.last = last
        self.lastValue = lastValue
    }
}

/// A grid of a series.
public struct GridRow: Sendable, Hashable {
    /// Its row.
    public let id: GridID
    /// The series whose bins it holds.
    public let series: SeriesID
    /// Length of a bin.
    public let stepSeconds: Int64

    /// All fields; see there.
    public init(id: GridID, series: SeriesID, stepSeconds: Int64) {
        self.id = id
        self.series = series
        self.stepSeconds = stepSeconds
    }
}
