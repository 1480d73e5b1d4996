// What a network sees beside its window: longer means of the past, and every season's lag at the leads of its head.

internal import RNNKernelTable

/// The context of a window: `units` tanh units read it and join the last state before the head.
///
///     context = [mean of the last w bins, for each w ; bin one season before the target, for each season and head lead]
///     u       = tanh(C [context ; 1])            head: [1 ; h ; u]
///
/// Everything is in the unit of the window, as the window itself.
struct ContextDesign: Sendable, Hashable {
    let units: Int
    /// Bins of each mean.
    let means: [Int]
    /// Bins from the origin to each lag.
    let lags: [Int]

    /// Nil if the plan has no units for a context.
    init?(plan: ForecastPlan, design: HighwayDesign) {
        guard plan.contextUnits > 0 else { return nil }
        units = plan.contextUnits
        means = plan.contextMeans
        lags = design.seasons.flatMap { season in
            plan.headLeads.map { design.ownOffset(lead: $0, season: season) }
        }
    }

    var features: Int { means.count + lags.count }

    /// Writes the context of a window; bins before the series count as the window's zero.
    func write(_ series: PreparedSeries, _ view: WindowView, to values: inout [Float], at place: Int) {
        for (i, width) in means.enumerated() { values[place + i] = Float(view.mean(of: width, in: series)) }
        for (i, offset) in lags.enumerated() {
            values[place + means.count + i] = Float(view.seen(series.lags, offset))
        }
    }
}
