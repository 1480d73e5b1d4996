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
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let leads = plan.horizon
        guard let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit) else {
            return QuantileFan(leads: leads, values: [Double](repeating: .nan, count: leads * 7))
        }
        let shape = weights.shape
        let view = WindowView(series, origin: series.count - 1)
        let (heads, base) = outputs(series, view)
        var fan = [Double](repeating: 0, count: leads * 7)
        var knot = 0
        for lead in 0..<leads {
            guard shape.loss == .pinball else {
                let middle = Double(base[lead] + heads[lead])
                for q in 0..<7 { fan[lead * 7 + q] = view.restore(middle + spread[lead * 7 + q], of: series) }
                continue
            }
            if knot + 2 < shape.knots.count, lead >= shape.knots[knot + 1] { knot += 1 }
            let next = min(knot + 1, shape.knots.count - 1)
            let (from, to) = (shape.knots[knot], shape.knots[next])
            let place = to > from ? Float(lead - from) / Float(to - from) : 0
            for q in 0..<7 {
                let (a, b) = (heads[knot * 7 + q], heads[next * 7 + q])
                fan[lead * 7 + q] = view.restore(Double(base[lead] + a + place * (b - a)), of: series)
            }
        }
        return bounds.clamp(QuantileFan(leads: leads, values: fan))
    }

    /// How likely the event is; nil without a head for it, or without a bin.
    func event(_ history: BinHistory) -> EventForecast? {
        guard let eventThreshold,
            let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit)
        else { return nil }
        let logit = Double(outputs(series, WindowView(series, origin: series.count - 1)).heads[weights.shape.event])
        return EventForecast(threshold: eventThreshold, probability: 1 / (1 + exp(-logit)))
    }

    /// What the heads say of the window that ends the series, `[outputs]`, and what highway and gates do, `[leads]`.
    func outputs(_ series: PreparedSeries, _ view: WindowView) -> (heads: [Float], base: [Float]) {
        let shape = weights.shape
        guard shape.stack.isSingle else {
            // The kernels of training read bins by offset, and want all of them.
            guard series.count > shape.firstOrigin else {
                let none = [Float](repeating: 0, count: max(shape.outputs, plan.horizon))
                return (none, none)
            }
            let graph = NetworkGraph(series, shape: shape, kernels: Kernels.chosen)
            graph.parameters = weights.parameters
            return graph.outputs(origin: view.origin)
        }
        let inference = weights.inference
        var values = [Float](repeating: 0, count: inference.valueCount + InferencePlan.slack)
        shape.writeInputs(of: series, view, to: &values)
        shape.contextDesign?.write(series, view, to: &values, at: inference.contextValues)
        shape.design.write(series, view, to: &values, common: inference.commonValues, lags: inference.lagValues)
        Kernels.chosen.infer(inference, floats: weights.floats, bytes: weights.bytes, values: &values)
        let heads = Array(values[inference.output..<inference.base])
        var base = Array(values[inference.base..<inference.valueCount])
        if shape.experts > 0 {
            let mean = Float(view.mean(of: shape.design.window, in: series))
            for lead in base.indices {
                let ridge = base[lead]
                for expert in 0..<shape.experts {
                    let lag = inference.lagValues + (expert - 2) * base.count + lead
                    let value = expert == 0 ? 0 : expert == 1 ? mean : values[lag]
                    base[lead] += Float.tanh(heads[shape.gates + expert * base.count + lead]) * (value - ridge)
                }
            }
        }
        return (heads, base)
    }
}
