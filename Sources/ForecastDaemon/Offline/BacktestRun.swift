// One series of a backtest: the same plan, training, gate, constant rule and rounding as the pipeline's, but only at
// the origins that were asked for.

internal import RNNForecast
internal import SeriesStore

/// The backtest of one series.
struct BacktestRun {
    private(set) var rows = CSVText()
    private(set) var scores: BacktestScores

    private let series: OfflineSeries
    private let options: BacktestOptions
    private let plan: ForecastPlan
    private let firstBin: Int64
    /// One value a bin from the series' first on; where a file gives several, the first.
    private let bins: [Double]
    /// Positions of the origins in the file, rising.
    private let origins: [Int]

    init(series: OfflineSeries, options: BacktestOptions) {
        self.series = series
        self.options = options
        var plan = ForecastPlan.offline(
            stepSeconds: series.stepSeconds, season: series.season, horizon: options.horizon)
        options.apply(to: &plan)
        self.plan = plan
        let firstBin = series.bins.min() ?? 0
        self.firstBin = firstBin
        var bins: [Double] = []
        for (bin, value) in zip(series.bins, series.values) {
            let place = Int(bin - firstBin)
            if place >= bins.count {
                bins.append(contentsOf: repeatElement(.nan, count: place + 1 - bins.count))
            }
            if bins[place].isNaN { bins[place] = value }
        }
        self.bins = bins
        origins = Self.origins(count: series.values.count, options: options)
        let known = origins.first.map { series.bins[$0] - firstBin + 1 } ?? 0
        scores = BacktestScores(
            known: bins.prefix(Int(known)), season: Self.scoringSeason(series), probabilities: options.quantiles)
    }

    /// One origin is the last value; of several, the last is the newest with all its targets.
    private static func origins(count: Int, options: BacktestOptions) -> [Int] {
        guard count > 0 else { return [] }
        guard options.origins > 1 else { return [count - 1] }
        let stride = options.stride > 0 ? options.stride : options.horizon
        let last = count - 1 - options.horizon
        return (0..<options.origins).map { last - (options.origins - 1 - $0) * stride }.filter { $0 >= 0 }
    }

    /// The season of seasonal-naive: the hint, or a day, or none.
    private static func scoringSeason(_ series: OfflineSeries) -> Int {
        if let season = series.season, season >= 1 { return season }
        return max(1, ForecastPlan.near(stepSeconds: series.stepSeconds).season ?? 1)
    }

    /// Forecasts from all origins.
    mutating func forecastAll() {
        for (number, origin) in origins.enumerated() {
            let end = Int(series.bins[origin] - firstBin) + 1
            guard let (fan, quantiles, model, event) = forecast(end: end, number: number) else { continue }
            write(origin: origin, fan: fan, quantiles: quantiles, model: model, event: event)
            guard options.origins > 1 else { continue }
            score(end: end, fan: fan, quantiles: quantiles)
            if let event { score(event, end: end) }
        }
    }

    /// What the daemon would say after these bins, rounded and in full; nil before two values.
    private func forecast(
        end: Int, number: Int
    ) -> (fan: Fan, quantiles: QuantileFan, model: String, event: EventForecast?)? {
        let retained = Int(PipelineSettings.retainedBins(stepSeconds: plan.stepSeconds))
        let first = max(0, end - retained)
        let known = Array(bins[first..<end])
        guard known.count(where: \.isFinite) >= 2 else { return nil }
        var run = ConstantRun()
        for (k, value) in known.enumerated() where value.isFinite {
            _ = run.add(value, at: Int64(first + k), stepSeconds: plan.stepSeconds)
        }
        if run.isConstant(stepSeconds: plan.stepSeconds) {
            let quantiles = QuantileFan(
                leads: plan.horizon, values: Array(repeating: run.value, count: 7 * plan.horizon))
            return (Fan(quantiles, resolution: Resolution(width: 0)), quantiles, ModelKind.constant.name, nil)
        }
        let history = BinHistory(first: firstBin + Int64(first), stepSeconds: plan.stepSeconds, values: known)
        let seed = options.seed ^ (UInt64(bitPattern: series.grid) &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(end)
        do throws(TrainingError) {
            let request = TrainingRequest(history: history, plan: plan, seed: seed, incumbent: nil)
            let outcome = try train(request, stop: { false })
            let quantiles = outcome.forecaster.forecast(history)
            let fan = Fan(quantiles, resolution: Resolution(width: outcome.width80))
            let name = outcome.forecaster.kind.name(id: Int64(number) + 1)
            return (fan, quantiles, name, outcome.forecaster.event(history))
        } catch {
            let quantiles = lastValueForecaster(history, plan: plan).forecast(history)
            let width = quantiles.upper80[0] - quantiles.lower80[0]
            return (Fan(quantiles, resolution: Resolution(width: width)), quantiles, ModelKind.lastValue.name, nil)
        }
    }

    private mutating func write(
        origin: Int, fan: Fan, quantiles: QuantileFan, model: String, event: EventForecast?
    ) {
        for k in 0..<min(options.horizon, fan.steps) {
            rows.field(series.id)
            rows.field(origin)
            rows.field(k + 1)
            rows.field(fan.median(k))
            for p in options.quantiles { rows.field(fan.quantile(p, lead: k, of: quantiles)) }
            rows.field(model)
            if options.event != nil { rows.field(event?.probability) }
            rows.endRow()
        }
    }

    /// Takes whether the event came, where all bins of the horizon, or one above the threshold, are known.
    private mutating func score(_ event: EventForecast, end: Int) {
        let coming = bins[min(end, bins.count)..<min(end + options.horizon, bins.count)]
        let came = coming.contains { $0 > event.threshold }
        guard came || (coming.count == options.horizon && coming.allSatisfy(\.isFinite)) else { return }
        scores.add(probability: event.probability, came: came)
    }

    private mutating func score(end: Int, fan: Fan, quantiles: QuantileFan) {
        let season = Self.scoringSeason(series)
        for k in 0..<min(options.horizon, fan.steps) {
            let target = end + k
            // The same phase of the last season that was known at the origin.
            let source = target - season * (k / season + 1)
            guard target < bins.count, bins[target].isFinite, source >= 0 else { continue }
            let naive = bins[source].isFinite ? bins[source] : bins[..<end].last { $0.isFinite } ?? .nan
            guard naive.isFinite else { continue }
            scores.add(
                value: bins[target], median: fan.median(k),
                quantiles: options.quantiles.map { fan.quantile($0, lead: k, of: quantiles) },
                interval80: fan.lower80(k)...fan.upper80(k), interval95: fan.lower95(k)...fan.upper95(k),
                naive: naive)
        }
    }
}

extension BacktestOptions {
    /// Chooses the network that was asked for. The names were checked before.
    func apply(to plan: inout ForecastPlan) {
        if let cell { _ = plan.useCell(named: cell) }
        if let loss { _ = plan.useLoss(named: loss) }
        if let readout, plan.useReadout(named: readout), plan.readout == .everyStep { plan.coarseMeans = 0 }
        plan.bidirectional = bidirectional
        plan.layers = layers
        plan.contextUnits = context
        plan.gated = gated
        plan.eventLevel = event
    }
}

extension Fan {
    /// A quantile at a lead (from 0): the five that the fan holds as they are rounded, all others interpolated in full
    /// and kept between their rounded neighbours, so that quantiles never cross.
    func quantile(_ p: Double, lead: Int, of full: QuantileFan) -> Double {
        switch p {
        case 0.025: return lower95(lead)
        case 0.1: return lower80(lead)
        case 0.5: return median(lead)
        case 0.9: return upper80(lead)
        case 0.975: return upper95(lead)
        default: break
        }
        let bounds =
            switch p {
            case ..<0.1: (lower95(lead), lower80(lead))
            case ..<0.5: (lower80(lead), median(lead))
            case ..<0.9: (median(lead), upper80(lead))
            default: (upper80(lead), upper95(lead))
            }
        let value = full.quantile(p, lead: lead) ?? median(lead)
        return min(max(value, min(bounds.0, bounds.1)), max(bounds.0, bounds.1))
    }
}
