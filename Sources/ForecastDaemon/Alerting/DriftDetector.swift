// Drift: the model of this series no longer fits, and it stays that way.
//
// One value per series, fed with rows (5-minute means, or the native step where that is coarser) in order of time. It
// puts together the anchor (`SeasonProfile`), the statistic (`DriftStatistic`), the rule for constants (`ConstantRun`)
// and the life of the alert (`DriftLifecycle`), and owns the incident while one is open. It performs nothing: it
// returns transitions. It knows no clock: a gap is no sample, and an alert whose input stops stays firing.
//
// Nothing is absorbed in silence. Rows since the start of an open incident enter neither profile nor baseline, and stay
// out of training (`openIncidentStart`). There are three ways out:
//   resolved   the values came back: the profile forgets it, or learns it if it came at the same time of the day before;
//              the baseline remembers it either way
//   accepted   by hand, or after `acceptAfter` of stable statistics: the profile moves to the new level at once, learns
//              the new shape for a day, and the baseline is raised to the new residuals, so that it does not fire again
//   neither    a leak keeps growing: not stable, so it goes on firing until somebody decides

import Glibc

/// The drift detector of one series.
struct DriftDetector: Sendable, Hashable {
    /// The drift ratio at which the first alert of a series becomes pending.
    ///
    /// Set on the public synthetic-drift set (154 series of 3000 five-minute rows): DRIFT SCORE 30.9, recall 0.50,
    /// median delay 64 rows, 0.40 false alerts in 1000 clean rows, none on a spike or a gap. 1.4 gives 29.1, 1.6 28.4:
    /// a flat top (docs/decisions/0005-drift-limit.md).
    static let limit = 1.5
    /// Each alert of a series raises the limit for its next one by this share, which fades over `habituationRows`:
    /// who cries wolf must cry louder.
    static let habituationStep = 0.2
    static let habituationRows = 3000.0
    /// Alerts resolve below this share of the unraised limit.
    static let hysteresis = 0.8
    /// `acceptedBy` of an alert that was accepted because the statistics had been stable for long enough.
    static let stable = "accept_after"
    private static let fading = exp(-1 / habituationRows)
    /// Values are cut here, so that no square or sum overflows. Nothing measured on a host is that large.
    static let largest = 1e37

    /// An open incident.
    struct Incident: Sendable, Hashable {
        /// First and firing row, as bins.
        var since: Int64
        var firedBin: Int64
        var evidence: DriftEvidence
    }

    let stepSeconds: Int64
    /// `Self.limit`, unless an experiment asks for another.
    let limit: Double
    var profile: SeasonProfile
    var statistic: DriftStatistic
    var constant = ConstantRun()
    var lifecycle = DriftLifecycle()
    var incident: Incident?
    /// First and last bin of the newest incident that was resolved.
    var lastResolved: ClosedRange<Int64>?
    /// Rows until the statistic's window holds none that was expected by another kind of day's profile.
    var borrowed = 0
    /// Alerts so far, each fading.
    var habituation = 0.0

    /// A detector for rows of a step, 300 seconds or coarser.
    init(stepSeconds: Int64, limit: Double = Self.limit) {
        self.stepSeconds = stepSeconds
        self.limit = limit
        profile = SeasonProfile(stepSeconds: stepSeconds)
        statistic = DriftStatistic(stepSeconds: stepSeconds)
    }

    /// Start of the open incident, in seconds since 1970: values from there on stay out of training.
    var openIncidentStart: Int64? { incident.map { $0.since * stepSeconds } }

    /// The limit that an alert of this series must pass now.
    var raisedLimit: Double { limit * (1 + Self.habituationStep * habituation) }

    /// Takes the row of a bin, later than all before; NaN and infinities are no rows.
    ///
    /// - Parameters:
    ///   - zone: local time, for the profile.
    ///   - acceptAfter: seconds of stable statistics after which an incident is the new normal.
    /// - Complexity: about 250 additions, and while an incident is old enough to be accepted, the rows of a day.
    mutating func observe(
        _ value: Double, at bin: Int64, zone: LocalTime, acceptAfter: Int64 = 86_400
    ) -> DriftObservation {
        guard value.isFinite else {
            return DriftObservation(
                phase: lifecycle.phase, expectation: nil, reading: nil, score: nil, transition: nil)
        }
        let value = min(max(value, -Self.largest), Self.largest)
        let expectation = self.expectation(at: bin, zone: zone)
        let departure = constant.add(value, at: bin, stepSeconds: stepSeconds)
        statistic.add(value: value, residual: expectation.map { value - $0.value })
        profile.append(value, at: bin, zone: zone)

        if profile.knowsKind(of: bin, zone: zone) {
            borrowed = max(0, borrowed - 1)
        } else {
            borrowed = DriftStatistic.window
        }
        habituation *= Self.fading
        let reading = statistic.reading
        var transition: DriftTransition?
        switch lifecycle.observe(level(value, reading: reading, departure: departure)) {
        case .none: break
        case .settle: statistic.settle()
        case .fire: transition = fire(at: bin, reading: reading, departure: departure, zone: zone)
        case .resolve: transition = resolve(at: bin, zone: zone)
        }
        if transition == nil, isStable(at: bin, for: acceptAfter, zone: zone) {
            transition = accept(by: Self.stable, at: (bin + 1) * stepSeconds, zone: zone)
        }
        return DriftObservation(
            phase: lifecycle.phase, expectation: expectation, reading: reading,
            score: reading.map { $0.ratio / raisedLimit }, transition: transition)
    }

    /// The open incident is the new normal.
    ///
    /// - Returns: nil if none is open.
    mutating func accept(by who: String, at seconds: Int64, zone: LocalTime) -> DriftTransition? {
        guard let open = incident, let newest = profile.newest else { return nil }
        incident = nil
        lastResolved = nil
        statistic.adopt(profile.adopt(from: open.since, zone: zone))
        lifecycle.accept(coolFor: Int(open.since + Int64(profile.rowsADay) - newest))
        return DriftTransition(change: .accepted(by: who), at: seconds, evidence: open.evidence)
    }

    /// What is expected of the row of a bin, as `observe` would say it: the anchor's record and the alert agree. Nil before
    /// a day of data.
    ///
    /// Learns what has become due by then, as `observe` does.
    mutating func expectation(at bin: Int64, zone: LocalTime) -> Expectation? {
        if let newest = profile.newest, bin > newest { profile.advance(to: bin, zone: zone) }
        return profile.expectation(at: bin, zone: zone).map { floored($0) }
    }

    // What a row says

    private func level(
        _ value: Double, reading: DriftStatistic.Reading?, departure: ConstantRun.Departure?
    ) -> DriftLevel {
        if let incident, incident.evidence.kind == .constant {
            return ConstantRun.same(value, incident.evidence.expected) ? .calm : .beyond
        }
        if departure != nil { return .departed }
        guard let ratio = reading?.ratio else { return .unknown }
        // The first Saturday of a series is unlike its workdays, and nobody is to be woken by that.
        if ratio >= raisedLimit { return borrowed > 0 && incident == nil ? .raised : .beyond }
        return ratio < Self.hysteresis * limit ? .calm : .raised
    }

    /// An interval is never narrower than what the statistic calls noise.
    private func floored(_ e: Expectation) -> Expectation {
        let half = 1.2816 * DriftStatistic.scaleFloor * statistic.range.width
        return Expectation(
            value: e.value, lower: min(e.lower, e.value - half), upper: max(e.upper, e.value + half))
    }

    // Transitions

    private mutating func fire(
        at bin: Int64, reading: DriftStatistic.Reading?, departure: ConstantRun.Departure?, zone: LocalTime
    ) -> DriftTransition {
        let since: Int64
        let evidence: DriftEvidence
        if let departure {
            since = departure.since
            evidence = self.evidence(of: departure, at: bin, reading: reading)
        } else {
            since = startOfChange(at: bin)
            evidence = self.evidence(since: since, at: bin, reading: reading, zone: zone)
        }
        incident = Incident(since: since, firedBin: bin, evidence: evidence)
        habituation += 1
        profile.hold(from: since)
        statistic.hold(rowsAgo: max(1, profile.rows(from: since).count))
        return DriftTransition(change: .fired, at: (bin + 1) * stepSeconds, evidence: evidence)
    }

    private mutating func resolve(at bin: Int64, zone: LocalTime) -> DriftTransition? {
        guard let open = incident else { return nil }
        incident = nil
        // The last ten rows were calm: they are no part of it.
        let end = max(open.since, bin - Int64(DriftLifecycle.rowsToResolve))
        if isHabit(open.since...end) {
            profile.learnHeld(before: end + 1, zone: zone)
        } else {
            profile.forgetHeld(before: end + 1)
        }
        lastResolved = open.since...end
        statistic.release()
        return DriftTransition(change: .resolved, at: (bin + 1) * stepSeconds, evidence: open.evidence)
    }

    /// Whether the incident before was at the same time of one of the three days before (Monday after Friday).
    ///
    /// What happens once is forgotten, or the day after would be expected to be as bad. What happens again is learned,
    /// or a new nightly job would be an incident every night for ever.
    private func isHabit(_ span: ClosedRange<Int64>) -> Bool {
        guard let before = lastResolved else { return false }
        return (1...3).contains { days in
            let shift = Int64(days * profile.rowsADay)
            return before.overlaps(span.lowerBound - shift...span.upperBound - shift)
        }
    }

    /// The bin with which the change began: the newest residuals are cut in two where both parts are most likely
    /// as normal noise of two different sizes.
    private func startOfChange(at bin: Int64) -> Int64 {
        let residuals = statistic.newestResiduals(DriftStatistic.lag)
        let floor = DriftStatistic.baselineFloor * statistic.range.width
        let tiny = max(floor * floor, .leastNormalMagnitude)
        let total = residuals.reduce(0) { $0 + $1 * $1 }
        var before = 0.0
        var best = Double.infinity
        var rowsAgo = DriftLifecycle.rowsToFire
        let n = residuals.count
        guard n > 2 * DriftLifecycle.rowsToFire else { return bin - Int64(max(0, n - 1)) }
        for k in 1...(n - DriftLifecycle.rowsToFire) {
            before += residuals[k - 1] * residuals[k - 1]
            guard k >= DriftLifecycle.rowsToFire else { continue }
            let quiet = before / Double(k) + tiny
            let loud = max(0, total - before) / Double(n - k) + tiny
            let cost = Double(k) * log(quiet) + Double(n - k) * log(loud)
            if loud > quiet, cost < best {
                best = cost
                rowsAgo = n - k
            }
        }
        let rows = profile.rows(from: .min)
        return rowsAgo <= rows.count ? rows[rows.count - rowsAgo].bin : bin - Int64(rowsAgo) + 1
    }

    private func evidence(
        since: Int64, at bin: Int64, reading: DriftStatistic.Reading?, zone: LocalTime
    ) -> DriftEvidence {
        var n = 0.0
        var actual = 0.0
        var expected = 0.0
        var lower = 0.0
        var upper = 0.0
        var furthest: (value: Double, expectation: Expectation)?
        var distance = -1.0
        for row in profile.rows(from: since) {
            guard let e = profile.expectation(at: row.bin, zone: zone).map({ floored($0) }) else { continue }
            n += 1
            actual += row.value
            expected += e.value
            lower += e.lower
            upper += e.upper
            if abs(row.value - e.value) > distance {
                distance = abs(row.value - e.value)
                furthest = (row.value, e)
            }
        }
        n = max(n, 1)
        let outside = actual < lower || actual > upper
        let e = Expectation(value: expected / n, lower: lower / n, upper: upper / n)
        let shown: (value: Double, expectation: Expectation) =
            outside ? (actual / n, e) : furthest ?? (actual / n, e)
        let ratio = reading?.ratio ?? 0
        return DriftEvidence(
            kind: outside ? .level : .swings, since: since * stepSeconds, firedAt: (bin + 1) * stepSeconds,
            expected: shown.expectation.value, lower: shown.expectation.lower, upper: shown.expectation.upper,
            actual: shown.value, rmse: reading?.rmse ?? 0, baselineRMSE: reading?.baseline ?? 0, ratio: ratio,
            severity: AlertSeverity(ratioOverLimit: ratio / limit))
    }

    private func evidence(
        of departure: ConstantRun.Departure, at bin: Int64, reading: DriftStatistic.Reading?
    ) -> DriftEvidence {
        // The newest row: a mean over the step would be a value that the series never had.
        let actual = constant.value
        let distance = abs(actual - departure.constant)
        let baseline = reading?.baseline ?? DriftStatistic.baselineFloor * statistic.range.widthOfAll
        return DriftEvidence(
            kind: .constant, since: departure.since * stepSeconds, firedAt: (bin + 1) * stepSeconds,
            expected: departure.constant, lower: departure.constant, upper: departure.constant, actual: actual,
            rmse: distance, baselineRMSE: baseline, ratio: baseline > 0 ? distance / baseline : 0,
            severity: .warning)
    }

    // Acceptance

    /// Whether the open incident has lasted long enough and gets neither worse nor better.
    ///
    /// The residuals of the last day (or `acceptAfter`, if that is shorter) are halved. Their means may differ by the
    /// baseline's RMSE or a quarter of the residuals' own deviation, their spreads by half. A leak never passes. A
    /// change of the daily shape swings between its halves, and passes when the halves are alike, within half a day.
    private func isStable(at bin: Int64, for acceptAfter: Int64, zone: LocalTime) -> Bool {
        guard let incident, (bin + 1 - incident.since) * stepSeconds >= acceptAfter else { return false }
        let span = max(6, min(Int64(profile.rowsADay), acceptAfter / stepSeconds))
        let begin = max(incident.since, bin - span + 1)
        var halves = [Moments(), Moments()]
        for row in profile.rows(from: begin) {
            let expected: Double
            if incident.evidence.kind == .constant {
                expected = incident.evidence.expected
            } else {
                guard let e = profile.expectation(at: row.bin, zone: zone) else { continue }
                expected = e.value
            }
            halves[2 * (row.bin - begin) < bin - begin + 1 ? 0 : 1].add(row.value - expected)
        }
        // Half of the rows must have come, or it is the input that is missing.
        guard halves.allSatisfy({ $0.n >= Double(max(3, span / 4)) }) else { return false }
        let spread = (halves[0].deviation + halves[1].deviation) / 2
        let tolerance = max(statistic.baseline ?? 0, 0.25 * spread)
        guard abs(halves[0].mean - halves[1].mean) <= tolerance else { return false }
        let (a, b) = (halves[0].deviation + tolerance, halves[1].deviation + tolerance)
        return max(a, b) <= 1.5 * min(a, b)
    }

    private struct Moments {
        var n = 0.0
        var mean = 0.0
        var squares = 0.0

        /// Welford's update.
        mutating func add(_ x: Double) {
            n += 1
            let d = x - mean
            mean += d / n
            squares += d * (x - mean)
        }

        var deviation: Double { n > 0 ? (squares / n).squareRoot() : 0 }
    }
}
