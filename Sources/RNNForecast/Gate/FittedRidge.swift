// The ridge of a history, as the gate tries it and as a network starts from it.

internal import RNNKernelTable

/// A ridge fitted on a history, with what a network needs to start from it.
struct FittedRidge {
    let series: PreparedSeries
    let weights: RidgeWeights
    let bounds: ForecastBounds

    init?(_ history: BinHistory, plan: ForecastPlan) {
        guard let series = PreparedSeries(history, plan: plan) else { return nil }
        let design = HighwayDesign(plan: plan, bins: series.count)
        guard let fit = RidgeFit(series, design: design, kernels: Kernels.chosen) else { return nil }
        self.series = series
        weights = fit.fit()
        bounds = ForecastBounds(plan: plan, values: history.values)
    }

    /// The threshold of the plan's event, in the unit of the series.
    var eventThreshold: Double? { series.eventThreshold.map { $0 * series.spread + series.centre } }

    var forecaster: RidgeForecaster {
        RidgeForecaster(plan: series.plan, unit: series.unit, weights: weights, bounds: bounds)
    }
}
