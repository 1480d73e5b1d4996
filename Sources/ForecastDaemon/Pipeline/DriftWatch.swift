// The drift side of a pipeline: near bins in, rows of five minutes out (the native step where it is coarser), each
// shown to the detector, whose transitions become alert rows. It also asks the detector's season profile for the
// anchor: what an ordinary day would bring, which the record keeps under lead 0 and no recent value can bend.

import RNNForecast
import SeriesStore

/// Drift rows and the detector of one series.
struct DriftWatch: Sendable, Hashable {
    /// The model name of the anchor.
    static let anchorModel = "profile"

    let series: SeriesID
    let grid: GridID
    let stepSeconds: Int64
    var settings: PipelineSettings
    private(set) var detector: DriftDetector
    /// How the newest row stands; nil before the first.
    private(set) var newest: Standing?

    /// What remains of an observation when its transition has been told.
    struct Standing: Sendable, Hashable {
        let reading: DriftStatistic.Reading?
        let score: Double?
    }

    /// Seconds in a row.
    static func rowSeconds(stepSeconds: Int64) -> Int64 { max(300, stepSeconds) }

    init(series: SeriesID, grid: GridID, stepSeconds: Int64, settings: PipelineSettings) {
        self.init(
            series: series, grid: grid, stepSeconds: stepSeconds, settings: settings,
            detector: DriftDetector(stepSeconds: Self.rowSeconds(stepSeconds: stepSeconds)))
    }

    /// A watch with a detector from a stored state.
    init(series: SeriesID, grid: GridID, stepSeconds: Int64, settings: PipelineSettings, detector: DriftDetector) {
        self.series = series
        self.grid = grid
        self.stepSeconds = stepSeconds
        self.settings = settings
        self.detector = detector
    }

    /// The row that a near bin lies in, by its start.
    func row(of bin: Int64) -> Int64 {
        let (quotient, remainder) = (bin * stepSeconds).quotientAndRemainder(dividingBy: detector.stepSeconds)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Whether a near bin is the last of its row.
    func closesRow(_ bin: Int64) -> Bool { row(of: bin + 1) != row(of: bin) }

    /// The near bins of a row.
    func bins(of row: Int64) -> Range<Int64> {
        func firstBin(_ row: Int64) -> Int64 {
            let (quotient, remainder) = (row * detector.stepSeconds).quotientAndRemainder(dividingBy: stepSeconds)
            return remainder > 0 ? quotient + 1 : quotient
        }
        return firstBin(row)..<firstBin(row + 1)
    }

    /// What the season profile expects of a bin to come; nil before a day of data.
    mutating func anchor(of bin: Int64) -> Expectation? {
        let row = row(of: bin)
        // The profile learns what is a day older than the row before it is asked, here as in `observe`.
        if let last = detector.profile.newest, row > last { detector.profile.advance(to: row, zone: settings.zone) }
        return detector.profile.expectation(at: row, zone: settings.zone)
    }

    /// Shows a closed row to the detector; rows without a value are no rows.
    ///
    /// - Returns: the alert that this row opened, closed or had accepted.
    mutating func close(row: Int64, mean: Double, backfilled: Bool) -> PipelineEvent? {
        guard mean.isFinite else { return nil }
        guard settings.watchesDrift else {
            detector.profile.advance(to: row, zone: settings.zone)
            detector.profile.append(mean, at: row, zone: settings.zone)
            return nil
        }
        let observation = detector.observe(
            mean, at: row, zone: settings.zone, acceptAfter: settings.acceptAfterSeconds)
        newest = Standing(reading: observation.reading, score: observation.score)
        return observation.transition.map { event($0, backfilled: backfilled) }
    }

    /// Somebody declares the open incident the new normal.
    mutating func accept(by who: String, at seconds: Int64) -> PipelineEvent? {
        detector.accept(by: who, at: seconds, zone: settings.zone).map { event($0, backfilled: false) }
    }

    /// The near bins of the open incident, from its first row to the newest bin: they stay out of training.
    func incident(before end: Int64) -> Range<Int64>? {
        guard let since = detector.openIncidentStart else { return nil }
        let first = (since + stepSeconds - 1) / stepSeconds
        return first < end ? first..<end : nil
    }

    private func event(_ transition: DriftTransition, backfilled: Bool) -> PipelineEvent {
        let evidence = transition.evidence
        let state: AlertTransition
        var resolvedAt: Timestamp?
        var acceptedBy: String?
        switch transition.change {
        case .fired: state = .firing
        case .resolved:
            state = .resolved
            resolvedAt = transition.at * 1_000_000_000
        case .accepted(let who):
            state = .accepted
            resolvedAt = transition.at * 1_000_000_000
            acceptedBy = who
        }
        let row = AlertRow(
            id: AlertRow.id(since: evidence.since, grid: grid), series: series, grid: grid, kind: "drift",
            state: state.rawValue,
            severity: evidence.severity.rawValue, since: evidence.since * 1_000_000_000,
            firedAt: evidence.firedAt * 1_000_000_000, resolvedAt: resolvedAt, acceptedBy: acceptedBy,
            expected: evidence.expected, lower: evidence.lower, upper: evidence.upper, actual: evidence.actual,
            rmse: evidence.rmse, baselineRMSE: evidence.baselineRMSE, ratio: evidence.ratio,
            model: modelName(evidence.kind), backfilled: backfilled)
        return .alert(row, state)
    }

    private func modelName(_ kind: DriftKind) -> String {
        switch kind {
        case .level, .swings: Self.anchorModel
        case .constant: ModelKind.constant.name
        }
    }
}
