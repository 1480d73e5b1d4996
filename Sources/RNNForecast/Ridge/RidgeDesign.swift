// Which lags a linear forecast sees.
//
// For every lead: the bins before the newest (less the newest, which is the window's zero), "the same time one season
// ago" and a constant; and of each season the lag that belongs to this lead alone: the value one season before its
// target. A lead beyond a season looks back as many seasons as it needs.

internal import RNNKernelTable

/// The columns of the linear highway: of the ridge, and of the network that starts from it.
struct HighwayDesign: Sendable, Hashable {
    /// Bins of the window, the newest included.
    let window: Int
    /// Leads.
    let leads: Int
    /// Bins of each season whose lags are used.
    let seasons: [Int]

    /// Uses a season once the history holds 2.5 of its periods (a day), 3.5 of a long one (a week).
    init(plan: ForecastPlan, bins: Int) {
        window = plan.window
        leads = plan.horizon
        var used: [Int] = []
        if let season = plan.season, season > 1, Double(bins) >= 2.5 * Double(season) { used.append(season) }
        if let long = plan.longSeason, Double(bins) >= 3.5 * Double(long) { used.append(long) }
        seasons = used
    }

    init(window: Int, leads: Int, seasons: [Int]) {
        self.window = window
        self.leads = leads
        self.seasons = seasons
    }

    /// Columns that every lead sees, the constant included.
    var width: Int { window - 1 + seasons.count + 1 }
    /// Weights a lead.
    var weights: Int { width + seasons.count }

    /// Offset of the own lag of lead `lead` (from 0) in season `season`.
    func ownOffset(lead: Int, season: Int) -> Int {
        let ahead = lead + 1
        return ahead - season * ((ahead + season - 1) / season)
    }

    /// The first origin (index of a bin) that has all columns.
    var firstOrigin: Int { max(window - 1, seasons.max() ?? 0) }

    /// The design of the kernels for some of the leads, over channels of `stride` bins: 0 the values, 1 the lags.
    func plan(leads range: Range<Int>, stride: Int) -> DesignPlan {
        let common =
            ((1 - window)..<0).map { DesignPlan.Column(channel: 0, offset: $0) }
            + seasons.map { DesignPlan.Column(channel: 1, offset: -$0) }
        return DesignPlan(
            stride: stride, common: common,
            targets: range.map { DesignPlan.Column(channel: 0, offset: $0 + 1) },
            own: seasons.map { season in
                range.map { DesignPlan.Column(channel: 1, offset: ownOffset(lead: $0, season: season)) }
            })
    }
}
