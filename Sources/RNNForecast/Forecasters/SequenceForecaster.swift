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

    func forecast(_ history: BinHistory) -> QuantileFan {
        let leads = plan.horizon
        guard let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit) else {
            return QuantileFan(leads: leads, values: [Double](repeating: .nan, count: leads * 7))
        }
        let path = rollOut(series)
        let view = WindowView(series, origin: series.count - 1)
        var fan: [Double] = []
        fan.reserveCapacity(leads * 7)
        for lead in 0..<leads {
            for q in 0..<7 {
                fan.append(view.restore(Double(path[lead]) + spread[lead * 7 + q], of: series))
            }
        }
        return bounds.clamp(QuantileFan(leads: leads, values: fan))
    }

    /// The bins after the newest, in the unit of the window; at least as many as leads.
    private func rollOut(_ series: PreparedSeries) -> [Float] {
        let shape = weights.shape
        let view = WindowView(series, origin: series.count - 1)
        var inputs = [Float](repeating: 0, count: shape.steps * shape.inputs)
        shape.writeInputs(of: series, view, to: &inputs)
        var path: [Float] = []
        while path.count < plan.horizon {
            let inference = InferencePlan(
                cell: shape.stack.cell, inputs: shape.inputs, hidden: shape.stack.hidden,
                steps: inputs.count / shape.inputs, outputs: shape.outputs)
            let room = inference.valueCount + InferencePlan.slack - inputs.count
            var values = inputs + [Float](repeating: 0, count: room)
            Kernels.chosen.infer(inference, floats: weights.floats, bytes: weights.bytes, values: &values)
            let next = values[inference.output..<inference.valueCount]
            path += next
            let phase = series.phase(view.origin + path.count)
            inputs += next + [Float(phase.sin), Float(phase.cos)]
        }
        return path
    }
}
