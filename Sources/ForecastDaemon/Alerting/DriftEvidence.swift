// What a drift alert can show for itself, and the transitions that carry it out of the detector.

/// Why a drift alert fires.
enum DriftKind: UInt8, Sendable, Hashable {
    /// The values are elsewhere.
    case level = 0
    /// Their mean is where it was, but they swing further, or at other times.
    case swings = 1
    /// A value that had not moved for a day has moved.
    case constant = 2
}

/// How urgent an alert is.
enum AlertSeverity: String, Sendable, Hashable {
    case warning, critical

    /// Critical from one and a half limits on.
    init(ratioOverLimit: Double) { self = ratioOverLimit >= 1.5 ? .critical : .warning }
}

/// The numbers behind a drift alert, in the unit of the series.
struct DriftEvidence: Sendable, Hashable {
    let kind: DriftKind
    /// Start of the first row that belongs to the change, in seconds since 1970.
    let since: Int64
    /// End of the row on which the alert fired, in seconds since 1970.
    let firedAt: Int64
    /// Means over the rows since then, for `.swings` of the row that is furthest out.
    let expected: Double
    let lower: Double
    let upper: Double
    let actual: Double
    /// Of the anchor's cut residuals over the last 50 rows, and what it used to be.
    let rmse: Double
    let baselineRMSE: Double
    let ratio: Double
    let severity: AlertSeverity
}

/// A change of a drift alert that is to be stored, logged and told.
struct DriftTransition: Sendable, Hashable {
    enum Change: Sendable, Hashable {
        case fired
        case resolved
        case accepted(by: String)
    }
    let change: Change
    /// End of the row that decided, or the time of the acceptance, in seconds since 1970.
    let at: Int64
    /// As it was when the alert fired.
    let evidence: DriftEvidence
}

/// What a row did to the detector.
struct DriftObservation: Sendable, Hashable {
    let phase: DriftPhase
    /// What the anchor had expected of the row; nil before a day of data.
    let expectation: Expectation?
    /// The statistic with the row; nil while it is learning.
    let reading: DriftStatistic.Reading?
    /// Ratio over its limit; 1 = at the limit.
    let score: Double?
    let transition: DriftTransition?
}
