// A whole network, with context, gates, quantiles and event, against PyTorch.

import RNNKernelTable
import Testing

@testable import RNNForecast

/// A file of Fixtures/recurrent that make_recurrent.py's make_network wrote.
private struct NetworkGolden: Decodable {
    let loss: Double
    let gradients: String
}

@Suite("Whole networks") struct NetworkGoldenTests {
    private static let windows = 7

    @Test(
        "loss and gradients of context, gates, heads and highway agree with PyTorch's to a millionth",
        arguments: [
            (Cell.elman, ForecastLoss.pinball), (.relu, .pinball), (.gru, .pinball), (.lstm, .pinball),
            (.elman, .sumOfSquares), (.elman, .meanSquared), (.elman, .huber),
        ])
    func golden(cell: Cell, loss: ForecastLoss) throws {
        let name = "network-\(cell.rawValue)-\(loss.rawValue)"
        let golden: NetworkGolden = try Fixture.json("recurrent/\(name).json")
        var plan = ForecastPlan(stepSeconds: 300, horizon: 5, season: 7)
        plan.window = 20
        plan.knots = [1, 3, 5]
        plan.hidden = 10
        plan.cell = cell
        plan.loss = loss
        plan.contextUnits = 3
        plan.gated = true
        plan.eventLevel = 0.9
        var filler = GoldenNoise()
        let history = BinHistory(first: 0, stepSeconds: 300, values: filler(100))
        let series = try #require(PreparedSeries(history, plan: plan))
        let shape = NetworkShape(plan: plan, design: HighwayDesign(window: 20, leads: 5, seasons: [7]))
        for table in Kernels.available {
            let graph = NetworkGraph(series, shape: shape, kernels: table)
            fill(graph)
            let found = Double(graph.passGathered())
            #expect(abs(found - golden.loss) < 1e-6 * golden.loss, "\(table.instructionSet) \(name)")
            let place = graph.optimiser.gradients
            let gradients = graph.arena.read(place..<(place + shape.parameterCount)).map { Double($0) }
            let distance = relativeDistance(gradients, goldenDoubles(golden.gradients))
            #expect(distance < 1e-6, "\(table.instructionSet) \(name)")
        }
    }

    /// Parameters and rows as the script draws them; lanes beyond the windows have no targets.
    private func fill(_ graph: NetworkGraph) {
        var noise = GoldenNoise()
        let (shape, places, arena, batch) = (graph.shape, graph.places, graph.arena, graph.batch)
        graph.parameters = noise(shape.parameterCount, times: 0.25).map { Float($0) }
        func rows(_ count: Int, at place: Int, stride: Int) {
            for row in 0..<count { arena.write(noise(Self.windows).map { Float($0) }, at: place + row * stride) }
        }
        for step in 0..<shape.steps {
            rows(shape.inputs, at: places.inputs.first + step * places.inputs.stride, stride: batch)
        }
        rows(shape.contextDesign?.features ?? 0, at: places.context, stride: batch)
        rows(shape.design.width - 1, at: places.common, stride: batch)
        let leads = shape.design.leads
        rows(leads, at: places.lags, stride: batch)
        rows(1, at: places.windowMean, stride: batch)
        let mean = arena.read(places.windowMean..<(places.windowMean + batch))
        for lead in 1..<leads { arena.write(mean, at: places.windowMean + lead * batch) }
        arena.fill(places.targets..<(places.targets + leads * batch), with: .nan)
        rows(leads, at: places.targets, stride: batch)
        arena[places.targets] = .nan
        arena.fill(places.event..<(places.event + batch), with: .nan)
        arena.write(noise(Self.windows).map { $0 > 0 ? 1 : 0 }, at: places.event)
        arena[places.event + 2] = .nan
    }
}
