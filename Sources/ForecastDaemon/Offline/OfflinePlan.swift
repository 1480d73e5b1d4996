// The plan of a file's near grid: the daemon's own, with the horizon that was asked for and the file's hint of a season.

internal import RNNForecast

extension ForecastPlan {
    /// The longest horizon that has a head for each lead; beyond it there are knots.
    private static let longestDirect = 60

    /// - Parameters:
    ///   - season: steps in a season, a hint; it matters where the step does not divide a day into at least 4 bins,
    ///     or where it is neither a day nor a week.
    ///   - horizon: leads that are wanted.
    static func offline(stepSeconds: Int64, season: Int?, horizon: Int) -> ForecastPlan {
        var plan = ForecastPlan.near(stepSeconds: stepSeconds)
        if let season, season >= 2, season != plan.season, season != plan.longSeason { plan.season = season }
        guard horizon != plan.horizon else { return plan }
        plan.horizon = horizon
        guard !plan.knots.isEmpty || horizon > longestDirect else { return plan }
        var knots = [1, 2, 3, 5, 8, 12, 20, 30, 45, 60]
        while let last = knots.last, last < horizon { knots.append(last + max(1, last / 2)) }
        plan.knots = knots.filter { $0 < horizon } + [horizon]
        return plan
    }
}
