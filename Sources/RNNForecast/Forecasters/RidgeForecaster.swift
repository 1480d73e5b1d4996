// The linear forecast in service.

internal import RNNKernelTable

/// A robust ridge: weights of the window and its seasonal lags for every lead.
public struct RidgeForecaster: Sendable, Hashable {
    let plan: ForecastPlan
    let unit: SeriesUnit
    let weights: RidgeWeights
    let bounds: ForecastBounds

    func forecast(_ history: BinHistory) -> QuantileFan {
        guard let series = PreparedSeries(history.newest(plan.neededBins), plan: plan, unit: unit) else {
            return QuantileFan(leads: plan.horizon, values: [Double](repeating: .nan, count: plan.horizon * 7))
        }
        let window = HighwayWindow(series, design: weights.design, origin: series.count - 1)
        var fan: [Double] = []
        fan.reserveCapacity(plan.horizon * 7)
        let coefficients = weights.coefficients.span
        for lead in 0..<plan.horizon {
            let base = window.dot(coefficients, lead: lead)
            for q in 0..<7 { fan.append(window.view.restore(base + weights.offsets[lead * 7 + q], of: series)) }
        }
        return bounds.clamp(QuantileFan(leads: plan.horizon, values: fan))
    }
}
