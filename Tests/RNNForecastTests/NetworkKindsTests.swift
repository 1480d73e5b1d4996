// Every kind of network that a plan can ask for: cells, directions, depths, losses, readouts, context, gates, event.

import RNNKernelTable
import Testing

@testable import RNNForecast

@Suite("Kinds of networks") struct NetworkKindsTests {
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

    @Test("the context, gates and event that were trained are the ones that forecast", arguments: Cell.allCases)
    func heads(cell: Cell) throws {
        let values = Made.daily(900)
        var plan = ForecastPlan.near(stepSeconds: 1_800)
        plan.cell = cell
        plan.knots = [1, 4, 24]
        plan.contextUnits = 5
        plan.gated = true
        plan.eventLevel = 0.8
        plan.iterations = 20
        let ridge = try #require(FittedRidge(Made.history(values), plan: plan))
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        var training = try #require(
            NetworkTraining(ridge.series, shape: shape, ridge: ridge.weights, seed: 1, kernels: Kernels.chosen))
        _ = training.run(stop: { false })
        let weights = training.weights
        let graph = NetworkGraph(ridge.series, shape: shape, kernels: Kernels.chosen)
        graph.parameters = weights.parameters
        let trained = graph.outputs(origin: 899)
        let model = NetworkForecaster(
            plan: plan, unit: ridge.series.unit, weights: weights, bounds: ridge.bounds, spread: [], eventThreshold: 1)
        let served = model.outputs(ridge.series, WindowView(ridge.series, origin: 899))
        func said(_ outputs: (heads: [Float], base: [Float])) -> [Double] {
            (outputs.base + outputs.heads[..<shape.gates] + [outputs.heads[shape.event]]).map { Double($0) }
        }
        let distance = relativeDistance(said(served), said(trained))
        #expect(distance < 1e-5, "\(cell)")
    }

    @Test("the probability of an event is learnt: high where it comes, low where it does not")
    func event() throws {
        // Bins above 0.8 of all come in the middle of each day of 48, and a horizon of 6 sees them come.
        let values = Made.daily(1_500)
        var plan = ForecastPlan(stepSeconds: 1_800, horizon: 6, season: 48)
        plan.eventLevel = 0.8
        let history = Made.history(Array(values.prefix(1_300)))
        let ridge = try #require(FittedRidge(history, plan: plan))
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        var training = try #require(
            NetworkTraining(ridge.series, shape: shape, ridge: ridge.weights, seed: 1, kernels: Kernels.chosen))
        _ = training.run(stop: { false })
        let model = Forecaster.network(
            NetworkForecaster(
                plan: plan, unit: ridge.series.unit, weights: training.weights, bounds: ridge.bounds, spread: [],
                eventThreshold: ridge.eventThreshold))
        var (brier, coming) = (0.0, 0.0)
        for end in 1_300..<1_490 {
            let seen = Made.history(Array(values[..<end]))
            let event = try #require(model.event(seen))
            let came: Double = values[end..<(end + 6)].contains { $0 > event.threshold } ? 1 : 0
            brier += (event.probability - came) * (event.probability - came) / 190
            coming += came / 190
        }
        // Always saying the share of windows with the event scores share (1 - share), 0.2 here.
        #expect(brier < 0.3 * coming * (1 - coming))
        #expect(lastValueForecaster(history, plan: plan).event(history) == nil)
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
}
