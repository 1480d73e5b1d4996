// The rolled-out network in service: one to many.
//
// After the window the network reads its own words: what it said of the next step's bins becomes that step's input,
// again and again until the horizon is reached. Errors feed on themselves, so it is for comparison; the many-to-one
// network is what the daemon serves.

internal import RNNKernelTable

/// A network trained to say the next step, fed back until the horizon; its spread is the ridge's.
public struct SequenceForecaster: Sendable, Hashable {
    let plan: ForecastPlan
    let unit: SeriesUnit
    let weights: NetworkWeights
    let bounds: ForecastBounds
    /// `[leads][7]`
    let spread: [Double]
    private let columns: [Float]

    init(plan: ForecastPlan, unit: SeriesUnit, weights: NetworkWeights, bounds: ForecastBounds, spread: [Double]) {
        self.plan = plan
        self.unit = unit
        self.weights = weights
        self.bounds = bounds
        self.spread = spread
        columns = weights.columns()
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let leads = plan.horizon
        guard let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit) else {
            return QuantileFan(leads: leads, values: [Double](repeating: .nan, count: leads * 7))
        }
        let path = rollOut(series)
        let origin = series.count - 1
        let (anchor, inverse) = (series.values[origin], series.inverseScales[origin])
        var fan: [Double] = []
        fan.reserveCapacity(leads * 7)
        for lead in 0..<leads {
            for q in 0..<7 {
                let value = Double(path[lead]) + spread[lead * 7 + q]
                fan.append((anchor + value / inverse) * series.spread + series.centre)
            }
        }
        return bounds.clamp(QuantileFan(leads: leads, values: fan))
    }

    /// The bins after the newest, in the unit of the window; at least as many as leads.
    private func rollOut(_ series: PreparedSeries) -> [Float] {
        let shape = weights.shape
        let origin = series.count - 1
        var inputs = shape.inputs(of: series, coarse: [], origin: origin)
        var path: [Float] = []
        while path.count < plan.horizon {
            let inference = InferencePlan(
                cell: shape.stack.cell, inputs: shape.inputs, hidden: shape.stack.hidden,
                steps: inputs.count / shape.inputs, outputs: shape.outputs)
            var values = inputs + [Float](repeating: 0, count: inference.valueCount - inputs.count)
            Kernels.chosen.infer(inference, weights: columns, values: &values)
            let next = values[inference.output...]
            path += next
            let phase = series.phase(origin + path.count)
            inputs += next + [Float(phase.sin), Float(phase.cos)]
        }
        return path
    }
}
