// The rungs and the gate: which model serves a series.
//
// Everything is fitted on all but the newest tenth of the bins; candidates and the simple models forecast that slice, and
// the lowest mean absolute error over leads wins, the richer on a tie. The winner then meets the model in service, on
// those bins of the slice that neither was fitted on; who wins there serves, the winner of the slice fitted again on
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
        var score = Score()
    }

    /// Errors over some origins and all their leads.
    private struct Score {
        var mae = Double.infinity
        var rmse = Double.infinity
        /// Mean width of the 80 % interval at lead 1.
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

        var contestants = [Contestant(forecaster: lastValueForecaster(past, plan: plan), isBaseline: true)]
        if let naive = SeasonalNaiveForecaster(past, plan: plan) {
            contestants.append(Contestant(forecaster: .seasonalNaive(naive), isBaseline: true))
        }
        for candidate in try candidates(past, stop: stop) {
            contestants.append(Contestant(forecaster: candidate, isBaseline: false))
        }
        let origins = Array(stride(from: known - 1, to: history.values.count - 1, by: max(plan.horizon / 4, 1)))
        for i in contestants.indices { contestants[i].score = score(contestants[i].forecaster, origins) }

        // Later contestants are richer, and win ties.
        var winner = 0
        for i in contestants.indices where contestants[i].score.mae <= contestants[winner].score.mae { winner = i }
        let best = contestants[winner]
        var scores = contestants.map { (name: $0.forecaster.kind.name, mae: $0.score.mae, rmse: $0.score.rmse) }
        if let incumbent = request.incumbent, let contest = contest(of: incumbent, with: best.forecaster, origins) {
            scores.insert((name: "incumbent", mae: contest.incumbent.mae, rmse: contest.incumbent.rmse), at: 0)
            if contest.incumbent.mae < contest.winner.mae {
                report.rejection = "the model in service forecast the newest \(contest.bins) bins better"
                let baselines = contestants.filter(\.isBaseline).map { score($0.forecaster, contest.origins).rmse }
                return TrainingOutcome(
                    forecaster: incumbent, accepted: false, skill: skill(contest.incumbent, baselines), scores: scores,
                    width80: contest.incumbent.width80, report: report)
            }
        }
        let baselines = contestants.filter(\.isBaseline).map(\.score.rmse)
        return TrainingOutcome(
            forecaster: try refit(best.forecaster, stop: stop), accepted: true, skill: skill(best.score, baselines),
            scores: scores, width80: best.score.width80, report: report)
    }

    /// 1 - RMSE / RMSE of the better baseline.
    private func skill(_ score: Score, _ baselines: [Double]) -> Double? {
        guard let baseline = baselines.min(), baseline > 0, baseline.isFinite, score.rmse.isFinite else { return nil }
        return 1 - score.rmse / baseline
    }

    /// The model in service and the winner over the bins that neither was fitted on; nil where these are fewer than a
    /// horizon, or the incumbent forecasts another one: then it cannot be judged, and the winner takes its place.
    private func contest(
        of incumbent: Forecaster, with winner: Forecaster, _ origins: [Int]
    ) -> (incumbent: Score, winner: Score, origins: [Int], bins: Int)? {
        guard incumbent.leads == plan.horizon, let newest = history.values.indices.last else { return nil }
        let fitted = request.incumbentFittedTo
        let firstUnseen = fitted > history.first ? Int(clamping: fitted - history.first) : 0
        let unseen = origins.filter { $0 + 1 >= firstUnseen }
        guard let first = unseen.first, newest - first >= plan.horizon else { return nil }
        return (score(incumbent, unseen), score(winner, unseen), unseen, newest - first)
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

    private func score(_ forecaster: Forecaster, _ origins: [Int]) -> Score {
        var (absolute, squared, count, width) = (0.0, 0.0, 0.0, 0.0)
        let needed = plan.neededBins
        for origin in origins {
            let from = max(origin + 1 - needed, 0)
            let seen = BinHistory(
                first: history.first + Int64(from), stepSeconds: history.stepSeconds,
                values: Array(history.values[from...origin]))
            let fan = forecaster.forecast(seen)
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
        guard count > 0 else { return Score() }
        var score = Score(
            mae: absolute / count, rmse: (squared / count).squareRoot(), width80: width / Double(max(origins.count, 1)))
        if !score.mae.isFinite { score.mae = .infinity }
        return score
    }

    private func width(_ forecaster: Forecaster) -> Double {
        let fan = forecaster.forecast(history)
        return fan[0, 5] - fan[0, 1]
    }
}
