// The models whose size is stated: near networks and a week in 15-minute steps, as bytes that can be decoded and weighed.

internal import RNNKernelTable

extension Capacity {
    /// A near network at 5 minutes and at 1 minute, and the far network of 672 leads, encoded. Their parameters are made
    /// up; their size is that of trained ones.
    public static func encodedModels() -> [(what: String, bytes: [UInt8])] {
        let near = [Int64(300), 60].map { ("near model, \($0) s bins", ForecastPlan.near(stepSeconds: $0)) }
        return (near + [("far model, 672 leads", farPlan)]).map { what, plan in
            let shape = NetworkShape(plan: plan, design: HighwayDesign(plan: plan, bins: 10_000))
            var random = SplitMix64(seed: 9)
            let parameters = (0..<shape.parameterCount).map { _ in random.uniform(in: 0.3) }
            let model = NetworkForecaster(
                plan: plan, unit: SeriesUnit(centre: 0, spread: 1, scaleFloor: 1),
                weights: NetworkWeights(shape: shape, parameters: parameters),
                bounds: ForecastBounds(lower: 0, upper: 1), spread: [])
            return (what, Forecaster.network(model).encoded())
        }
    }

    /// A week ahead in 15-minute steps, with quantiles at 13 knots.
    static var farPlan: ForecastPlan {
        var plan = ForecastPlan(stepSeconds: 900, horizon: 672, season: 96)
        plan.longSeason = 672
        plan.knots = [1, 4, 8, 16, 32, 64, 96, 192, 288, 384, 480, 576, 672]
        return plan
    }
}
