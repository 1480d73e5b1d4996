// The recurrent network in service.

internal import RNNKernelTable

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A trained network: the ridge's highway, and a recurrent reading of the window that bends it into seven quantiles.
public struct NetworkForecaster: Sendable, Hashable {
    let plan: ForecastPlan
    let unit: SeriesUnit
    let weights: NetworkWeights
    let bounds: ForecastBounds
    /// `[leads][7]`: the spread of a network that was trained to say one number a lead.
    let spread: [Double]
    /// The bin above which an event lies, in the unit of the series; nil without a head for it.
    let eventThreshold: Double?
    private let columns: [Float]
    private let highway: [Float]

    init(
        plan: ForecastPlan, unit: SeriesUnit, weights: NetworkWeights, bounds: ForecastBounds, spread: [Double],
        eventThreshold: Double? = nil
    ) {
        self.plan = plan
        self.unit = unit
        self.weights = weights
        self.bounds = bounds
        self.spread = plan.loss == .pinball ? [] : spread
        self.eventThreshold = eventThreshold
        columns = weights.shape.stack.isSingle ? weights.columns() : []
        highway = weights.ridge()
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let leads = plan.horizon
        guard let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit) else {
            return QuantileFan(leads: leads, values: [Double](repeating: .nan, count: leads * 7))
        }
        let shape = weights.shape
        let heads = headOutputs(series)
        let window = HighwayWindow(series, design: shape.design, origin: series.count - 1)
        let coefficients = highway.span
        let mean = shape.experts > 0 ? window.view.mean(of: shape.design.window, in: series) : 0
        var fan: [Double] = []
        fan.reserveCapacity(leads * 7)
        var knot = 0
        for lead in 0..<leads {
            let base = gated(window.dot(coefficients, lead: lead), by: heads, window, mean: mean, lead: lead)
            guard shape.loss == .pinball else {
                let middle = base + Double(heads[lead])
                for q in 0..<7 { fan.append(window.view.restore(middle + spread[lead * 7 + q], of: series)) }
                continue
            }
            if knot + 2 < shape.knots.count, lead >= shape.knots[knot + 1] { knot += 1 }
            let next = min(knot + 1, shape.knots.count - 1)
            let (from, to) = (shape.knots[knot], shape.knots[next])
            let place = to > from ? Double(lead - from) / Double(to - from) : 0
            for q in 0..<7 {
                let a = Double(heads[knot * 7 + q])
                let b = Double(heads[next * 7 + q])
                fan.append(window.view.restore(base + a + place * (b - a), of: series))
            }
        }
        return bounds.clamp(QuantileFan(leads: leads, values: fan))
    }

    /// How likely the event is; nil without a head for it, or without a bin.
    func event(_ history: BinHistory) -> EventForecast? {
        guard let eventThreshold,
            let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit)
        else { return nil }
        let logit = Double(headOutputs(series)[weights.shape.event])
        return EventForecast(threshold: eventThreshold, probability: 1 / (1 + exp(-logit)))
    }

    /// The highway's forecast of a lead, pulled towards each expert by its gate (`GatePlan`).
    private func gated(
        _ base: Double, by heads: [Float], _ window: HighwayWindow, mean: Double, lead: Int
    ) -> Double {
        let shape = weights.shape
        var mixed = base
        for expert in 0..<shape.experts {
            let gate = Double(Float.tanh(heads[shape.gates + expert * shape.design.leads + lead]))
            let value = expert == 0 ? 0 : expert == 1 ? mean : window.ownLag(lead: lead, season: expert - 2)
            mixed += gate * (value - base)
        }
        return mixed
    }

    /// What the heads say of the window that ends the series, `[outputs]`.
    private func headOutputs(_ series: PreparedSeries) -> [Float] {
        let shape = weights.shape
        let origin = series.count - 1
        guard shape.stack.isSingle else {
            // The kernels of training read bins by offset, and want all of them.
            guard series.count > shape.firstOrigin else { return [Float](repeating: 0, count: shape.outputs) }
            let graph = NetworkGraph(series, shape: shape, kernels: Kernels.chosen)
            graph.parameters = weights.parameters
            return graph.headOutputs(origin: origin)
        }
        let coarse = shape.coarseSteps > 0 ? PreparedSeries.means(series.values, of: 5, centred: false) : []
        let inference = weights.inference
        var values = shape.inputs(of: series, coarse: coarse, origin: origin)
        if let context = shape.contextDesign { values += context.values(of: series, origin: origin) }
        values += [Float](repeating: 0, count: inference.valueCount - values.count)
        Kernels.chosen.infer(inference, weights: columns, values: &values)
        return Array(values[inference.output...])
    }
}
