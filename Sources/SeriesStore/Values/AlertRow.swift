// Alerts and marks: the rows about what happened, written by machine and by people.

/// An alert as it now is, with the evidence as exact doubles: it needs no other table to be understood.
public struct AlertRow: Sendable, Hashable {
    /// Stable, from the caller: `AlertRow.id(since:grid:)`.
    public var id: Int64
    /// The series.
    public var series: SeriesID
    /// The grid on which it was seen.
    public var grid: GridID
    /// `drift`.
    public var kind: String
    /// `firing`, `resolved` or `accepted`.
    public var state: String
    /// `warning`, `critical`.
    public var severity: String
    /// Event time at which it began.
    public var since: Timestamp
    /// When it was raised.
    public var firedAt: Timestamp
    /// When it ended; nil while it is open.
    public var resolvedAt: Timestamp?
    /// Who declared it the new normal.
    public var acceptedBy: String?
    /// What was expected.
    public var expected: Double
    /// Lower end of what was expected.
    public var lower: Double
    /// Upper end of what was expected.
    public var upper: Double
    /// What came.
    public var actual: Double
    /// Error now.
    public var rmse: Double
    /// Error before.
    public var baselineRMSE: Double
    /// Their ratio, the number that was compared with the limit.
    public var ratio: Double
    /// Who had made the expectation.
    public var model: String
    /// Seen in catch-up: recorded, not sent.
    public var backfilled: Bool

    /// All fields; see there.
    public init(
        id: Int64, series: SeriesID, grid: GridID, kind: String, state: String, severity: String, since: Timestamp,
        firedAt: Timestamp, resolvedAt: Timestamp?, acceptedBy: String?, expected: Double, lower: Double,
        upper: Double, actual: Double, rmse: Double, baselineRMSE: Double, ratio: Double, model: String,
        backfilled: Bool
    ) {
        self.id = id
        self.series = series
        self.grid = grid
        self.kind = kind
        self.state = state
        self.severity = severity
        self.since = since
        self.firedAt = firedAt
        self.resolvedAt = resolvedAt
        self.acceptedBy = acceptedBy
        self.expected = expected
        self.lower = lower
        self.upper = upper
        self.actual = actual
        self.rmse = rmse
        self.baselineRMSE = baselineRMSE
        self.ratio = ratio
        self.model = model
        self.backfilled = backfilled
    }
}

extension AlertRow {
    /// Seconds in which one grid begins no more than one alert: drift is computed on rows of at least five minutes.
    private static let unit: Int64 = 300
    /// Bits of a grid's id.
    private static let gridBits: Int64 = 28

    /// The id of the alert that began in a grid at `since`, in seconds since 1970: the same whenever it is computed. It is
    /// below 2^53 until the year 2129, so that readers of JSON that know only doubles keep every digit (docs/decisions/0012).
    public static func id(since: Int64, grid: GridID) -> Int64 {
        let (quotient, remainder) = since.quotientAndRemainder(dividingBy: unit)
        return (remainder < 0 ? quotient - 1 : quotient) << gridBits | grid
    }

    /// The id that this alert had from a daemon that counted seconds.
    var idInSeconds: Int64 { (since / 1_000_000_000) << Self.gridBits | grid }
}

/// A time range to which somebody gave a meaning: a deployment, an accepted drift, an incident to leave out.
public struct MarkRow: Sendable, Hashable {
    /// Its row; 0: a new one.
    public var id: Int64
    /// `accepted`, `incident`, `deployment`, …
    public var kind: String
    /// In words.
    public var text: String
    /// The series meant, as a selector; empty: all.
    public var matcher: String
    /// Where it begins.
    public var from: Timestamp
    /// Where it ends; nil: open.
    public var to: Timestamp?

    /// All fields; see there.
    public init(id: Int64 = 0, kind: String, text: String, matcher: String, from: Timestamp, to: Timestamp?) {
        self.id = id
        self.kind = kind
        self.text = text
        self.matcher = matcher
        self.from = from
        self.to = to
    }
}
