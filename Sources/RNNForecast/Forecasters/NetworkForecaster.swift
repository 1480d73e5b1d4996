// The recurrent network in service.

internal import RNNKernelTable

/// A trained network: the ridge's highway, and a recurrent reading of the window that bends it into seven quantiles.
public struct NetworkForecaster: Sendable, Hashable {
    let plan: ForecastPlan
    let unit: SeriesUnit
    let weights: NetworkWeights
    let bounds: ForecastBounds
    private let columns: [Float]
    private let highway: [Float]

    init(plan: ForecastPlan, unit: SeriesUnit, weights: NetworkWeights, bounds: ForecastBounds) {
        self.plan = plan
        self.unit = unit
        self.weights = weights
        self.bounds = bounds
        columns = weights.columns()
        highway = weights.ridge()
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let leads = plan.horizon
        guard let series = PreparedSeries(history, plan: plan, unit: unit) else {
            return QuantileFan(leads: leads, values: [Double](repeating: .nan, count: leads * 7))
        }
        let shape = weights.shape
        let origin = series.count - 1
        let coarse = shape.coarseSteps > 0 ? PreparedSeries.means(series.values, of: 5, centred: false) : []
        let inference = weights.inference
        var values = shape.inputs(of: series, coarse: coarse, origin: origin)
        values += [Float](repeating: 0, count: inference.valueCount - values.count)
        Kernels.chosen.infer(inference, weights: columns, values: &values)

        let window = HighwayWindow(series, design: shape.design, origin: origin)
        let coefficients = highway.span
        var fan: [Double] = []
        fan.reserveCapacity(leads * 7)
        var knot = 0
        for lead in 0..<leads {
            if knot + 2 < shape.knots.count, lead >= shape.knots[knot + 1] { knot += 1 }
            let next = min(knot + 1, shape.knots.count - 1)
            let (from, to) = (shape.knots[knot], shape.knots[next])
            let place = to > from ? Double(lead - from) / Double(to - from) : 0
            let base = window.dot(coefficients, lead: lead)
            for q in 0..<7 {
                let a = Double(values[inference.output + knot * 7 + q])
                let b = Double(values[inference.output + next * 7 + q])
                fan.append(window.restore(base + a + place * (b - a), of: series))
            }
        }
        return bounds.clamp(QuantileFan(leads: leads, values: fan))
    }
}
