// The rungs and the gate: which model serves a series.
//
// Everything is fitted on all but the newest tenth of the bins; candidate, incumbent and the simple models forecast
// that slice; the lowest mean absolute error over leads serves, the candidate on a tie, and is fitted again on
// everything. Nothing here knows of time, stores or threads.

internal import RNNKernelTable

/// Trains every rung that the history allows, and lets the gate choose. `stop` is asked before every minibatch.
///
/// Cost: under 0.1 s in a release build with AVX2.
public func train(_ request: TrainingRequest, stop: () -> Bool) throws(TrainingError) -> TrainingOutcome {
    let finite = request.history.values.count(where: \.isFinite)
    guard finite >= Rung.lastValue else { throw .tooLittleHistory(bins: finite) }
    var gate = Gate(request)
    return try gate.run(stop: stop)
}

/// One contest.
struct Gate {
    private let request: TrainingRequest
    private let history: BinHistory
    private let plan: ForecastPlan
    private var report = TrainingReport()

    init(_ request: TrainingRequest) {
        self.request = request
        plan = request.plan
        var history = request.history
        // Bins before the first value tell nothing.
        let start = history.values.firstIndex(where: \.isFinite) ?? 0
        history.values.removeFirst(start)
        history.first += Int64(start)
        self.history = history
    }

    /// A model of a kind, and how it did over the slice.
    private struct Contestant {
        let forecaster: Forecaster
        let isBaseline: Bool
        let isIncumbent: Bool
        var mae = Double.infinity
        var rmse = Double.infinity
        var width80 = 0.0
    }

    /// Newest bins that nobody is fitted on: a tenth, but two horizons at least, and never more than a third, so that a
    /// young series is not left without anything to fit.
    static func slice(bins: Int, horizon: Int) -> Int {
        min(max(bins / 10, 2 * horizon), bins / 3)
    }

    mutating func run(stop: () -> Bool) throws(TrainingError) -> TrainingOutcome {
        let slice = Self.slice(bins: history.values.count, horizon: plan.horizon)
        let known = history.values.count - slice
        guard known >= Rung.lastValue, known > plan.horizon else {
            let forecaster = lastValueForecaster(history, plan: plan)
            return TrainingOutcome(
                forecaster: forecaster, accepted: true, skill: nil, scores: [], width80: width(forecaster),
                report: report)
        }
        var past = history
        past.values.removeLast(slice)

        var contestants: [Contestant] = []
        if let incumbent = request.incumbent, incumbent.leads == plan.horizon {
            contestants.append(Contestant(forecaster: incumbent, isBaseline: false, isIncumbent: true))
        }
        contestants.append(
            Contestant(forecaster: lastValueForecaster(past, plan: plan), isBaseline: true, isIncumbent: false))
        if let naive = SeasonalNaiveForecaster(past, plan: plan) {
            contestants.append(Contestant(forecaster: .seasonalNaive(naive), isBaseline: true, isIncumbent: false))
        }
        for candidate in try candidates(past, stop: stop) {
            contestants.append(Contestant(forecaster: candidate, isBaseline: false, isIncumbent: false))
        }
        let origins = stride(from: known - 1, to: history.values.count - 1, by: max(plan.horizon / 4, 1))
        for i in contestants.indices { score(&contestants[i], origins: Array(origins)) }

        // Later contestants are richer, and win ties.
        var winner = 0
        for i in contestants.indices where contestants[i].mae <= contestants[winner].mae { winner = i }
        let best = contestants[winner]
        let baseline = contestants.filter(\.isBaseline).map(\.rmse).min() ?? .infinity
        let skill: Double? = baseline > 0 && baseline.isFinite && best.rmse.isFinite ? 1 - best.rmse / baseline : nil
        let scores = contestants.map {
            (name: $0.isIncumbent ? "incumbent" : $0.forecaster.kindName, mae: $0.mae, rmse: $0.rmse)
        }
        if best.isIncumbent { report.rejection = "the model in service forecast the newest \(slice) bins better" }
        let served = best.isIncumbent ? best.forecaster : try refit(best.forecaster, stop: stop)
        return TrainingOutcome(
            forecaster: served, accepted: !best.isIncumbent, skill: skill, scores: scores, width80: best.width80,
            report: report)
    }

    /// Ridge and network, as far as the rungs allow; they count all bins, also those of the slice.
    private mutating func candidates(_ past: BinHistory, stop: () -> Bool) throws(TrainingError) -> [Forecaster] {
        var out: [Forecaster] = []
        let finite = history.values.count(where: \.isFinite)
        guard finite >= Rung.ridge(plan), let fitted = FittedRidge(past, plan: plan) else { return out }
        if stop() { throw .cancelled }
        out.append(.ridge(fitted.forecaster))
        if finite >= Rung.network, plan.problem == nil, let network = try network(fitted, stop: stop) {
            out.append(network)
        }
        return out
    }

    private mutating func network(_ ridge: FittedRidge, stop: () -> Bool) throws(TrainingError) -> Forecaster? {
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        guard
            var training = NetworkTraining(
                ridge.series, shape: shape, ridge: ridge.weights, seed: request.seed, kernels: Kernels.chosen)
        else { return nil }
        guard training.run(stop: stop) else { throw .cancelled }
        report = training.report
        let weights = training.weights
        guard weights.parameters.allSatisfy(\.isFinite) else { return nil }
        if shape.readout == .everyStep {
            return .sequence(
                SequenceForecaster(
                    plan: plan, unit: ridge.series.unit, weights: weights, bounds: ridge.bounds,
                    spread: ridge.weights.offsets))
        }
        return .network(
            NetworkForecaster(
                plan: plan, unit: ridge.series.unit, weights: weights, bounds: ridge.bounds,
                spread: ridge.weights.offsets, eventThreshold: ridge.eventThreshold))
    }

    /// The winner again, on every bin.
    private mutating func refit(_ winner: Forecaster, stop: () -> Bool) throws(TrainingError) -> Forecaster {
        switch winner {
        case .lastValue: return lastValueForecaster(history, plan: plan)
        case .seasonalNaive: return SeasonalNaiveForecaster(history, plan: plan).map(Forecaster.seasonalNaive) ?? winner
        case .ridge: return FittedRidge(history, plan: plan).map { .ridge($0.forecaster) } ?? winner
        case .network, .sequence:
            guard let ridge = FittedRidge(history, plan: plan) else { return winner }
            return try network(ridge, stop: stop) ?? winner
        }
    }

    private func score(_ contestant: inout Contestant, origins: [Int]) {
        var (absolute, squared, count, width) = (0.0, 0.0, 0.0, 0.0)
        let needed = plan.neededBins
        for origin in origins {
            let from = max(origin + 1 - needed, 0)
            let seen = BinHistory(
                first: history.first + Int64(from), stepSeconds: history.stepSeconds,
                values: Array(history.values[from...origin]))
            let fan = contestant.forecaster.forecast(seen)
            width += fan[0, 5] - fan[0, 1]
            for lead in 0..<min(plan.horizon, history.values.count - 1 - origin) {
                let actual = history.values[origin + 1 + lead]
                guard actual.isFinite else { continue }
                let error = actual - fan[lead, 3]
                absolute += abs(error)
                squared += error * error
                count += 1
            }
        }
        guard count > 0 else { return }
        contestant.mae = absolute / count
        contestant.rmse = (squared / count).squareRoot()
        contestant.width80 = width / Double(max(origins.count, 1))
        if !contestant.mae.isFinite { contestant.mae = .infinity }
    }

    private func width(_ forecaster: Forecaster) -> Double {
        let fan = forecaster.forecast(history)
        return fan[0, 5] - fan[0, 1]
    }
}
