// One series' near grid, from closed bins to rows. Bins go in strictly in order; for each, in this order:
//
//     score      the forecasts that had been issued for it, as they were published
//     remember   the bin enters the ring; a run of equal bins makes the series a constant
//     watch      where it ends a drift row, the detector sees that row
//     schedule   a training may fall due; the driver decides whether the bins wait for it
//     forecast   the fan of this origin: rounded, kept for scoring, handed out for the store
//
// The live daemon, the catch-up after an import and the offline commands all call this and nothing else, so the same
// values give the same rows whether they took a month or a second to arrive. It is a value: no clock, no store, no
// I/O, no threads. What it holds is bounded: a day of bins, two or three fans, the detector.

import RNNForecast
import SeriesStore

/// The pipeline of one series on its near grid.
struct SeriesPipeline: Sendable {
    let plan: ForecastPlan
    let series: SeriesID
    let grid: GridID
    let clock: BinClock
    /// Leads whose scores are summed.
    let scoredLeads: [Int]

    /// The bin that comes next; all before it have been processed.
    private(set) var nextBin: Int64
    /// The first bin that was ever processed.
    let firstBin: Int64
    /// Bins with a value so far.
    private(set) var present = 0
    /// Missing bins since the newest with a value.
    private(set) var missing = 0
    /// The newest value.
    private(set) var lastValue = Double.nan

    var ring: BinRing
    /// The winner of the last gate.
    var trained: TrainedModel?
    /// How it has done since.
    var live = LiveErrors()
    private var untrained = LastValueService()
    var constant = ConstantRun()
    var schedule: TrainingSchedule
    var issued = IssuedFans()
    /// The anchor that was issued for `nextBin`, as a fan of one step.
    var anchor: Fan?
    var tally = SkillTally()
    var drift: DriftWatch

    /// A pipeline without a past.
    ///
    /// - Parameters:
    ///   - series: for the alert rows.
    ///   - firstBin: the first bin that will be closed.
    init(plan: ForecastPlan, series: SeriesID, grid: GridID, firstBin: Int64, settings: PipelineSettings) {
        self.plan = plan
        self.series = series
        self.grid = grid
        self.firstBin = firstBin
        nextBin = firstBin
        clock = BinClock(stepSeconds: plan.stepSeconds)
        scoredLeads = SkillTally.leads(horizon: plan.horizon)
        ring = BinRing(stepSeconds: plan.stepSeconds, first: firstBin, capacity: Self.ringBins(plan, isTrained: false))
        schedule = TrainingSchedule(plan: plan, grid: grid, settings: settings)
        drift = DriftWatch(series: series, grid: grid, stepSeconds: plan.stepSeconds, settings: settings)
    }

    /// Bins that are kept in memory: what the last value's spread is taken from and a horizon of gaps, or what a trained
    /// model reads.
    static func ringBins(_ plan: ForecastPlan, isTrained: Bool) -> Int {
        max(LastValueService.memory + Int(LastValueService.every), plan.horizon + 1, isTrained ? plan.neededBins : 0)
    }

    /// What it was told; kept where drift reads it.
    var settings: PipelineSettings { drift.settings }

    /// Processes a closed bin. Bins between the last one and this are missing ones.
    ///
    /// - Parameters:
    ///   - value: NaN (or any other number that is not finite) for a missing bin.
    ///   - backfilled: in catch-up: what is issued is recorded, not sent.
    ///   - issuedAt: the wall clock, for the rows.
    /// - Returns: rows in the order in which they were made.
    mutating func close(bin: Int64, value: Double, backfilled: Bool, issuedAt: Timestamp) -> [PipelineEvent] {
        var events: [PipelineEvent] = []
        close(bin: bin, value: value, backfilled: backfilled, issuedAt: issuedAt, into: &events)
        return events
    }

    /// The same; appends the rows to `events`, whose room serves a whole catch-up.
    mutating func close(
        bin: Int64, value: Double, backfilled: Bool, issuedAt: Timestamp, into events: inout [PipelineEvent]
    ) {
        precondition(bin >= nextBin, "bins are closed in order")
        // Beyond a horizon of missing bins nothing is issued or scored: a long gap costs as much as a short one.
        while nextBin < bin, missing < plan.horizon {
            take(.nan, backfilled: backfilled, issuedAt: issuedAt, into: &events)
        }
        if nextBin < bin { skip(to: bin, backfilled: backfilled, into: &events) }
        take(value.isFinite ? value : .nan, backfilled: backfilled, issuedAt: issuedAt, into: &events)
    }

    /// A late sample has changed a closed bin. The ring is repaired, and so is what the next rows are made of;
    /// what was issued, scored or alerted stays.
    mutating func repair(bin: Int64, value: Double) {
        guard bin < nextBin else { return }
        ring.repair(bin: bin, value: value.isFinite ? value : .nan)
        if bin == nextBin - 1 - Int64(missing), value.isFinite { lastValue = value }
    }

    /// The open drift is the new normal.
    ///
    /// - Parameter at: when that was said.
    mutating func accept(by who: String, at: Timestamp) -> [PipelineEvent] {
        guard let event = drift.accept(by: who, at: at / 1_000_000_000) else { return [] }
        schedule.raise(.drift)
        return [event]
    }

    /// Takes up where a stored state left off.
    mutating func resume(nextBin: Int64, present: Int, missing: Int, lastValue: Double) {
        self.nextBin = nextBin
        self.present = present
        self.missing = missing
        self.lastValue = lastValue
    }

    // One bin

    private mutating func take(
        _ value: Double, backfilled: Bool, issuedAt: Timestamp, into events: inout [PipelineEvent]
    ) {
        let bin = nextBin
        if value.isFinite {
            score(value, at: bin, into: &events)
            present += 1
            missing = 0
            lastValue = value
        } else {
            missing += 1
        }
        ring.append(value)
        if value.isFinite { _ = constant.add(value, at: bin, stepSeconds: plan.stepSeconds) }
        if drift.closesRow(bin) { closeRow(drift.row(of: bin), backfilled: backfilled, into: &events) }
        nextBin = bin + 1
        issued.expire(after: bin)
        if value.isFinite { schedule.close(bin: bin, present: present, worthwhile: isWorthTraining) }
        anchor = nil
        if missing < plan.horizon { issue(backfilled: backfilled, issuedAt: issuedAt, into: &events) }
    }

    private mutating func skip(to bin: Int64, backfilled: Bool, into events: inout [PipelineEvent]) {
        let row = drift.row(of: nextBin - 1)
        if !drift.closesRow(nextBin - 1), drift.row(of: bin) != row {
            closeRow(row, backfilled: backfilled, into: &events)
        }
        missing += Int(clamping: bin - nextBin)
        ring.skip(to: bin)
        nextBin = bin
        issued.expire(after: bin - 1)
        anchor = nil
    }

    private mutating func closeRow(_ row: Int64, backfilled: Bool, into events: inout [PipelineEvent]) {
        let event = drift.close(row: row, mean: ring.mean(drift.bins(of: row)), backfilled: backfilled)
        guard let event else { return }
        events.append(event)
        guard case .alert(_, let transition) = event else { return }
        switch transition {
        case .firing: break
        // While it was open the incident stayed out of training; now the model must learn what holds.
        case .resolved, .accepted: schedule.raise(.drift)
        }
    }

    // Scoring

    private mutating func score(_ value: Double, at bin: Int64, into events: inout [PipelineEvent]) {
        let day = clock.start(of: bin) / 86_400_000_000_000
        events += tally.turn(to: day, grid: grid).map { .skill($0) }
        if let (forecast, model, backfilled) = issued.next(bin) {
            tally.add(value: value, forecast: forecast, lead: 1)
            events.append(
                .scored(
                    ScoredBin(
                        bin: bin, value: value, expected: forecast.median, lower: forecast.lower80,
                        upper: forecast.upper80, model: model, backfilled: backfilled)))
        }
        for (forecast, model, lead) in issued.longer(bin, leads: scoredLeads) {
            tally.add(value: value, forecast: forecast, lead: lead)
            if model == trained?.name { live.add(value: value, forecast: forecast) }
        }
        if let anchor {
            let forecast = SkillTally.Forecast(
                median: anchor.median(0), lower80: anchor.lower80(0), upper80: anchor.upper80(0),
                lower95: anchor.lower95(0), upper95: anchor.upper95(0), baseline: lastValue)
            tally.add(value: value, forecast: forecast, lead: 0)
        }
    }

    // Forecasting

    private mutating func issue(backfilled: Bool, issuedAt: Timestamp, into events: inout [PipelineEvent]) {
        // A constant is forecast when somebody asks; it leaves no rows.
        guard !isConstant else { return }
        let origin = nextBin - 1
        let sparse = IssuedFans.isSparse(bin: origin, grid: grid, horizon: plan.horizon)
        if let (fan, model, rest) = forecastOfOrigin(isWhole: sparse) {
            let row = FanRow(
                grid: grid, origin: clock.originSeconds(of: origin), issuedAt: issuedAt,
                stepSeconds: plan.stepSeconds, model: model, backfilled: backfilled, fan: fan)
            let served = rest.map { ServedFan(next: row, by: $0.forecaster, after: $0.newest) } ?? ServedFan(row)
            issued.issue(IssuedFan(served: served, bin: origin, lastValue: lastValue), sparse: sparse)
            events.append(.fan(served, sparse: sparse))
            events.append(
                .record(
                    RecordEntry(
                        grid: grid, bin: nextBin, lead: 1, fan: fan, model: model, backfilled: backfilled)))
        }
        if let expectation = drift.anchor(of: nextBin) {
            let fan = Fan(anchor: expectation)
            anchor = fan
            events.append(
                .record(
                    RecordEntry(
                        grid: grid, bin: nextBin, lead: 0, fan: fan, model: DriftWatch.anchorModel,
                        backfilled: backfilled)))
        }
    }

    /// What a last value's other leads are made of.
    private typealias Rest = (forecaster: Forecaster, newest: NewestBin)

    /// The fan of the newest closed bin, rounded, and the model's name; nil before two bins.
    ///
    /// - Parameter isWhole: without it, of a last value lead 1 is made alone, rounded as in the whole, and what the rest is
    ///   made of comes with it.
    private mutating func forecastOfOrigin(isWhole: Bool) -> (Fan, model: String, rest: Rest?)? {
        // After a long gap the newest value may be all that is left, or not even that.
        guard present >= 2, let newest = ring.newestPresent else { return nil }
        if let serving {
            let history = ring.history(plan.neededBins)
            return (Fan(serving.forecaster.forecast(history), resolution: serving.resolution), serving.name, nil)
        }
        let forecaster = untrained.forecaster(ring: ring, present: present, plan: plan)
        if !isWhole, let fan = Self.next(forecaster, after: newest.value) {
            return (fan, ModelKind.lastValue.name, (forecaster, newest))
        }
        let quantiles = forecaster.forecast(newest.history(stepSeconds: plan.stepSeconds))
        let width = quantiles[0, 5] - quantiles[0, 1]
        return (Fan(quantiles, resolution: Resolution(width: width)), ModelKind.lastValue.name, nil)
    }

    /// Lead 1 of the last value's fan, rounded as in the whole; nil for other models.
    private static func next(_ forecaster: Forecaster, after newest: Double) -> Fan? {
        guard let (next, range) = forecaster.next(after: newest) else { return nil }
        let asked = Resolution(width: next[0, 5] - next[0, 1])
        return Fan(next, resolution: Fan.resolution(asked, medians: next[0, 3], within: range))
    }
}

extension SeriesPipeline {
    /// The model that forecasts now. While a drift is open, and then until the training that follows it, the winner of
    /// the last gate stands down where the last value does better: what it has learnt is over, and it does not learn the
    /// incident before that is accepted.
    var serving: TrainedModel? {
        if trained == nil { return nil }
        let isAdrift = drift.detector.openIncidentStart != nil || schedule.due == .drift
        return isAdrift && live.areWorse ? nil : trained
    }
}

extension Fan {
    /// The anchor of one bin. Its record has no 95 % interval; the 80 % one stands in.
    init(anchor: Expectation) {
        self = .quantised(
            median: [anchor.value], lower80: [anchor.lower], upper80: [anchor.upper], lower95: [anchor.lower],
            upper95: [anchor.upper], resolution: Resolution(width: anchor.upper - anchor.lower))
    }
}
