// The rungs, the gate, and what bad data may not do.

import RNNKernelTable
import Testing

@testable import RNNForecast

/// Made-up series of five-minute bins.
private enum Made {
    /// A daily bump, noise, and optionally a walk.
    static func daily(_ count: Int, seed: UInt64 = 1, walk: Double = 0, season: Int = 48) -> [Double] {
        var noise = GoldenNoise(state: seed)
        var level = 50.0
        return (0..<count).map { i in
            level += walk * noise.next()
            let phase = Double(i % season) / Double(season)
            return level + 80 * phase * (1 - phase) + noise.next()
        }
    }

    static func history(_ values: [Double], step: Int64 = 1_800) -> BinHistory {
        BinHistory(first: 900_000, stepSeconds: step, values: values)
    }
}

private func trained(_ values: [Double], seed: UInt64 = 1, change: (inout ForecastPlan) -> Void = { _ in })
    throws(TrainingError) -> TrainingOutcome
{
    var plan = ForecastPlan.near(stepSeconds: 1_800)
    change(&plan)
    return try train(TrainingRequest(history: Made.history(values), plan: plan, seed: seed), stop: { false })
}

@Suite("Training") struct TrainingTests {
    @Test(
        "rungs exist from their number of bins on",
        arguments: [
            (2, ["last-value"]), (119, ["last-value"]), (180, ["last-value", "seasonal-naive", "ridge"]),
            (600, ["last-value", "seasonal-naive", "ridge", "elman"]),
        ])
    func rungs(bins: Int, expected: [String]) throws {
        let outcome = try trained(Made.daily(bins))
        let scored = outcome.scores.map(\.name)
        #expect(scored == expected || (scored.isEmpty && expected.count == 1) || bins == 119)
        #expect(outcome.accepted)
        if let skill = outcome.skill { #expect(skill <= 1) }
    }

    @Test("a daily shape is learnt: the winner beats both baselines by far")
    func learns() throws {
        let outcome = try trained(Made.daily(1_500))
        #expect(["ridge", "elman"].contains(outcome.forecaster.kindName))
        let skill = try #require(outcome.skill)
        #expect(skill > 0.15)
        #expect(outcome.width80 > 0.5 && outcome.width80 < 3)
    }

    @Test("on a pure walk nothing claims skill it does not have")
    func walk() throws {
        var noise = GoldenNoise()
        var level = 0.0
        let values = (0..<1_200).map { _ in
            level += noise.next()
            return level
        }
        let outcome = try trained(values)
        let skill = try #require(outcome.skill)
        #expect(skill < 0.1)
    }

    @Test("the same seed gives the same model, on one thread or several")
    func deterministic() async throws {
        let values = Made.daily(700, walk: 0.2)
        let alone = try trained(values, seed: 7).forecaster.encoded()
        let together = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<2 { group.addTask { try trained(values, seed: 7).forecaster.encoded() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(together == [alone, alone])
    }

    @Test("stop is asked between minibatches, and obeyed")
    func cancellation() {
        var asked = 0
        let request = TrainingRequest(
            history: Made.history(Made.daily(600)), plan: .near(stepSeconds: 1_800), seed: 1)
        #expect(throws: TrainingError.cancelled) {
            try train(
                request,
                stop: {
                    asked += 1
                    return asked > 10
                })
        }
        #expect(asked == 11)
    }

    @Test("a plan that cannot be is named, and trains no network")
    func problems() throws {
        let changes: [(inout ForecastPlan) -> Void] = [
            { $0.window = 50 }, { $0.knots = [1, 5] }, { $0.layers = 0 },
            {
                $0.readout = .everyStep
                $0.bidirectional = true
            },
        ]
        for change in changes {
            var plan = ForecastPlan.near(stepSeconds: 1_800)
            #expect(plan.problem == nil)
            change(&plan)
            #expect(plan.problem != nil)
            let outcome = try trained(Made.daily(600), change: change)
            #expect(outcome.scores.map(\.name) == ["last-value", "seasonal-naive", "ridge"])
        }
    }

    @Test("a history of one value, or of none, is too little")
    func tooLittle() {
        #expect(throws: TrainingError.tooLittleHistory(bins: 0)) { try trained([.nan, .infinity]) }
        #expect(throws: TrainingError.tooLittleHistory(bins: 1)) { try trained([1]) }
    }

    @Test("missing bins, infinities and giants never make a forecast that is not finite", arguments: 0..<6)
    func badData(kind: Int) throws {
        var values = Made.daily(700)
        for i in values.indices {
            switch kind {
            case 0: if i % 3 == 0 { values[i] = .nan }
            case 1: if (200..<400).contains(i) { values[i] = .nan }
            case 2: if i % 50 == 0 { values[i] = i % 100 == 0 ? .infinity : -.infinity }
            case 3: values[i] *= 1e300
            case 4: values[i] = i == 350 ? 1e15 : values[i]
            default: values[i] = i < 500 ? 5 : values[i] * 1e-300
            }
        }
        let outcome = try trained(values)
        let fan = outcome.forecaster.forecast(Made.history(values))
        #expect(fan.values.allSatisfy { $0.isFinite }, "\(outcome.forecaster.kindName)")
        #expect(outcome.report.skipped == 0)
    }

    @Test("forecasts stay within what is possible")
    func bounds() throws {
        let busy = Made.daily(700).map { max(0, min(100, ($0 - 60) * 20)) }
        let outcome = try trained(busy) { $0.percentage = true }
        let fan = outcome.forecaster.forecast(Made.history(busy))
        #expect(fan.values.allSatisfy { (0...100).contains($0) })
    }

    @Test("an incumbent that forecasts better stays, and the report says why")
    func incumbent() throws {
        let values = Made.daily(1_500)
        let good = try trained(values).forecaster
        var plan = ForecastPlan.near(stepSeconds: 1_800)
        plan.iterations = 1
        // The candidates learn from a history whose first part is another series.
        let mixed = Made.daily(1_000, seed: 9, season: 31) + values.suffix(500)
        let request = TrainingRequest(history: Made.history(mixed), plan: plan, seed: 1, incumbent: good)
        let outcome = try train(request, stop: { false })
        #expect(!outcome.accepted)
        #expect(outcome.forecaster == good)
        #expect(!outcome.report.rejection.isEmpty)
    }

    @Test("a training that is stopped and resumed ends with the same bits as one that was not")
    func resumed() throws {
        let history = Made.history(Made.daily(700))
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let ridge = try #require(FittedRidge(history, plan: plan))
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        func fresh(seed: UInt64) throws -> NetworkTraining {
            try #require(
                NetworkTraining(
                    ridge.series, shape: shape, ridge: ridge.weights, seed: seed, kernels: Kernels.chosen))
        }
        var whole = try fresh(seed: 3)
        _ = whole.run(stop: { false })
        var half = try fresh(seed: 3)
        _ = half.run(upTo: 150, stop: { false })
        var other = try fresh(seed: 4)
        other.state = half.state
        _ = other.run(stop: { false })
        #expect(other.state == whole.state)
    }

    @Test("every cell, direction, depth and loss trains, forecasts and is stored", arguments: Cell.allCases)
    func variants(cell: Cell) throws {
        let values = Made.daily(600)
        let variants: [(Bool, Int, ForecastLoss, Int?)] = [
            (false, 1, .pinball, 4), (true, 1, .huber, nil), (true, 2, .pinball, nil), (false, 2, .meanSquared, nil),
            (false, 1, .sumOfSquares, nil),
        ]
        for (bidirectional, layers, loss, truncation) in variants {
            var plan = ForecastPlan.near(stepSeconds: 1_800)
            plan.cell = cell
            plan.bidirectional = bidirectional
            plan.layers = layers
            plan.loss = loss
            plan.truncation = truncation
            plan.iterations = 40
            let ridge = try #require(FittedRidge(Made.history(values), plan: plan))
            let shape = NetworkShape(plan: plan, design: ridge.weights.design)
            var training = try #require(
                NetworkTraining(ridge.series, shape: shape, ridge: ridge.weights, seed: 1, kernels: Kernels.chosen))
            _ = training.run(stop: { false })
            let model = Forecaster.network(
                NetworkForecaster(
                    plan: plan, unit: ridge.series.unit, weights: training.weights, bounds: ridge.bounds,
                    spread: ridge.weights.offsets))
            let fan = model.forecast(Made.history(values))
            let name = "\(cell) bidirectional \(bidirectional) layers \(layers) \(loss)"
            #expect(fan.values.allSatisfy { $0.isFinite }, "\(name)")
            let (near, own) = (ridge.forecaster.forecast(Made.history(values)).median, fan.median)
            #expect(zip(near, own).allSatisfy { abs($0 - $1) < 3 }, "\(name)")
            let decoded = try Forecaster(decoding: model.encoded())
            #expect(decoded.forecast(Made.history(values)) == fan, "\(name)")
        }
    }

    @Test("a network that says every next step is rolled out to the horizon", arguments: Cell.allCases)
    func everyStep(cell: Cell) throws {
        let values = Made.daily(900)
        var plan = ForecastPlan.near(stepSeconds: 1_800)
        plan.cell = cell
        plan.readout = .everyStep
        plan.loss = .huber
        let (past, coming) = (Array(values.prefix(876)), values.suffix(24))
        let ridge = try #require(FittedRidge(Made.history(past), plan: plan))
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        var training = try #require(
            NetworkTraining(ridge.series, shape: shape, ridge: ridge.weights, seed: 1, kernels: Kernels.chosen))
        _ = training.run(stop: { false })
        let model = Forecaster.sequence(
            SequenceForecaster(
                plan: plan, unit: ridge.series.unit, weights: training.weights, bounds: ridge.bounds,
                spread: ridge.weights.offsets))
        let fan = model.forecast(Made.history(past))
        // The day rises and falls by 20; noise is 0.5 on average.
        let error = zip(fan.median, coming).reduce(0) { $0 + abs($1.0 - $1.1) } / 24
        #expect(error < 3, "\(cell)")
        let decoded = try Forecaster(decoding: model.encoded())
        #expect(decoded == model)
    }

    @Test("the gradient of a network that says every next step is that of its loss")
    func everyStepGradient() throws {
        var plan = ForecastPlan.near(stepSeconds: 1_800)
        plan.readout = .everyStep
        plan.loss = .meanSquared
        let series = try #require(PreparedSeries(Made.history(Made.daily(300)), plan: plan))
        let shape = NetworkShape(plan: plan, design: HighwayDesign(plan: plan, bins: 300))
        let graph = SequenceGraph(series, shape: shape, kernels: Kernels.chosen)
        var random = SplitMix64(seed: 5)
        let start = (0..<shape.parameterCount).map { _ in random.uniform(in: 0.3) }
        let origins = (0..<32).map { _ in Int32(60 + random.index(below: 200)) }
        graph.parameters = start
        _ = graph.step(origins: origins)
        let place = graph.optimiser.gradients
        let gradient = graph.arena.read(place..<(place + shape.parameterCount)).map { Double($0) }
        var numeric: [Double] = []
        var analytic: [Double] = []
        for i in stride(from: 0, to: shape.parameterCount, by: 37) {
            var moved = start
            moved[i] = start[i] + 0x1p-7
            graph.parameters = moved
            let above = Double(graph.step(origins: origins))
            moved[i] = start[i] - 0x1p-7
            graph.parameters = moved
            let below = Double(graph.step(origins: origins))
            numeric.append((above - below) * 0x1p6)
            analytic.append(gradient[i])
        }
        // Single precision over a step of 2^-7: two digits.
        #expect(relativeDistance(analytic, numeric) < 0.01)
    }

    @Test("any horizon and season can be asked for", arguments: [(13, 1), (24, 24), (48, 24), (48, 7)])
    func horizons(horizon: Int, season: Int) throws {
        let values = Made.daily(800, season: max(season, 2))
        let plan = ForecastPlan(stepSeconds: 3_600, horizon: horizon, season: season > 1 ? season : nil)
        let history = Made.history(values, step: 3_600)
        let outcome = try train(TrainingRequest(history: history, plan: plan, seed: 1), stop: { false })
        #expect(outcome.forecaster.forecast(history).leads == horizon)
    }
}

@Suite("Forecasts") struct ForecastTests {
    private func models() throws -> [Forecaster] {
        let values = Made.daily(700)
        let history = Made.history(values)
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let ridge = try #require(FittedRidge(history, plan: plan))
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        var training = try #require(
            NetworkTraining(ridge.series, shape: shape, ridge: ridge.weights, seed: 1, kernels: Kernels.chosen))
        let finished = training.run(stop: { false })
        #expect(finished)
        return [
            lastValueForecaster(history, plan: plan), .ridge(ridge.forecaster),
            .seasonalNaive(try #require(SeasonalNaiveForecaster(history, plan: plan))),
            .network(
                NetworkForecaster(
                    plan: plan, unit: ridge.series.unit, weights: training.weights, bounds: ridge.bounds, spread: [])),
        ]
    }

    @Test("do not depend on bins older than the plan says it needs")
    func neededBins() throws {
        let values = Made.daily(700)
        let needed = ForecastPlan.near(stepSeconds: 1_800).neededBins
        for model in try models() {
            let whole = model.forecast(Made.history(values))
            var newest = Made.history(Array(values.suffix(needed)))
            newest.first += Int64(values.count - needed)
            for (a, b) in zip(whole.values, model.forecast(newest).values) {
                // Running sums begin elsewhere.
                #expect(abs(a - b) < 1e-6 * abs(a), "\(model.kindName)")
            }
        }
    }

    @Test("are made from any history, however short or torn", arguments: [1, 2, 3, 47, 48, 49, 100])
    func short(bins: Int) throws {
        for model in try models() {
            var values = Array(Made.daily(700).suffix(bins))
            if bins > 3 { values[bins / 2] = .nan }
            let fan = model.forecast(Made.history(values))
            #expect(fan.values.allSatisfy { $0.isFinite }, "\(model.kindName)")
            values = [Double](repeating: .nan, count: bins)
            #expect(model.forecast(Made.history(values)).values.allSatisfy { $0.isNaN })
        }
    }

    @Test("have their quantiles in order at every lead")
    func ordered() throws {
        for model in try models() {
            let fan = model.forecast(Made.history(Made.daily(300, seed: 5, walk: 3)))
            for lead in 0..<fan.leads { #expect((1..<7).allSatisfy { fan[lead, $0 - 1] <= fan[lead, $0] }) }
        }
    }

    @Test("of the ridge cover as often as they say")
    func coverage() throws {
        let values = Made.daily(2_000)
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let outcome = try #require(FittedRidge(Made.history(Array(values.prefix(1_500))), plan: plan)).forecaster
        var inside = 0
        for end in 1_500..<1_976 {
            let fan = outcome.forecast(Made.history(Array(values[(end - 400)..<end])))
            if fan.lower80[0] <= values[end], values[end] <= fan.upper80[0] { inside += 1 }
        }
        #expect((0.72...0.88).contains(Double(inside) / 476))
    }

    @Test("of the last value on a steady climb reach up and not down")
    func climb() {
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let history = Made.history((0..<100).map { Double($0) })
        let fan = lastValueForecaster(history, plan: plan).forecast(history)
        #expect(fan.median == [Double](repeating: 99, count: 24))
        #expect(fan.lower80 == fan.median)
        #expect(fan.upper80 == (1...24).map { 99 + Double($0) })
    }

    @Test("read any probability between the outer quantiles, and none beyond")
    func quantiles() {
        let fan = QuantileFan(leads: 1, values: [7, 6, 5, 4, 3, 2, 1])
        #expect(fan.quantile(0.5, lead: 0) == 4)
        #expect(fan.quantile(0.025, lead: 0) == 1)
        #expect(abs(fan.quantile(0.375, lead: 0)! - 3.5) < 1e-12)  // the test fails here if there is none
        #expect(fan.quantile(0.02, lead: 0) == nil && fan.quantile(0.98, lead: 0) == nil)
    }
}
