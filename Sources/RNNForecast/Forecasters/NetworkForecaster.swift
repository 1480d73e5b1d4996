// The recurrent network in service.

internal import RNNKernelTable

/// A trained network: the ridge's highway, and a recurrent reading of the window that bends it into seven quantiles.
public struct NetworkForecaster: Sendable, Hashable {
    let plan: ForecastPlan
    let unit: SeriesUnit
    let weights: NetworkWeights
    let bounds: ForecastBounds
    /// `[leads][7]`: the spread of a network that was trained to say one number a lead.
    let spread: [Double]
    private let columns: [Float]
    private let highway: [Float]

    init(plan: ForecastPlan, unit: SeriesUnit, weights: NetworkWeights, bounds: ForecastBounds, spread: [Double]) {
        self.plan = plan
        self.unit = unit
        self.weights = weights
        self.bounds = bounds
        self.spread = plan.loss == .pinball ? [] : spread
        columns = weights.shape.stack.isSingle ? weights.columns() : []
        highway = weights.ridge()
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let leads = plan.horizon
        guard let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit) else {
            return QuantileFan(leads: leads, values: [Double](repeating: .nan, count: leads * 7))
        }
        let shape = weights.shape
        let head = headOutputs(series)
        let window = HighwayWindow(series, design: shape.design, origin: series.count - 1)
        let coefficients = highway.span
        var fan: [Double] = []
        fan.reserveCapacity(leads * 7)
        var knot = 0
        for lead in 0..<leads {
            let base = window.dot(coefficients, lead: lead)
            guard shape.loss == .pinball else {
                let middle = base + Double(head[lead])
                for q in 0..<7 { fan.append(window.restore(middle + spread[lead * 7 + q], of: series)) }
                continue
            }
            if knot + 2 < shape.knots.count, lead >= shape.knots[knot + 1] { knot += 1 }
            let next = min(knot + 1, shape.knots.count - 1)
            let (from, to) = (shape.knots[knot], shape.knots[next])
            let place = to > from ? Double(lead - from) / Double(to - from) : 0
            for q in 0..<7 {
                let a = Double(head[knot * 7 + q])
                let b = Double(head[next * 7 + q])
                fan.append(window.restore(base + a + place * (b - a), of: series))
            }
        }
        return bounds.clamp(QuantileFan(leads: leads, values: fan))
    }

    /// What the head says of the window that ends the series, `[head leads][loss.outputs]`.
    private func headOutputs(_ series: PreparedSeries) -> [Float] {
        let shape = weights.shape
        guard shape.stack.isSingle else {
            // The kernels of training read bins by offset, and want all of them.
            guard series.count > shape.firstOrigin else { return [Float](repeating: 0, count: shape.outputs) }
            let graph = NetworkGraph(series, shape: shape, kernels: Kernels.chosen)
            graph.parameters = weights.parameters
            return graph.headOutputs(origin: series.count - 1)
        }
        let coarse = shape.coarseSteps > 0 ? PreparedSeries.means(series.values, of: 5, centred: false) : []
        let inference = weights.inference
        var values = shape.inputs(of: series, coarse: coarse, origin: series.count - 1)
        values += [Float](repeating: 0, count: inference.valueCount - values.count)
        Kernels.chosen.infer(inference, weights: columns, values: &values)
        return Array(values[inference.output...])
    }
}
