// The same time one season ago.

internal import RNNKernelTable

/// The value one season before the target (as many seasons as reach back before now); the spread is what seasons have
/// differed by.
public struct SeasonalNaiveForecaster: Sendable, Hashable {
    let leads: Int
    let season: Int
    /// `[7]`: added to every lead.
    let offsets: [Double]
    let bounds: ForecastBounds

    init(leads: Int, season: Int, offsets: [Double], bounds: ForecastBounds) {
        self.leads = leads
        self.season = season
        self.offsets = offsets
        self.bounds = bounds
    }

    /// Nil without a season, or before two of its periods.
    init?(_ history: BinHistory, plan: ForecastPlan) {
        guard let season = plan.season, season > 1, history.values.count >= 2 * season else { return nil }
        let values = history.values
        var changes: [Double] = []
        for i in season..<values.count where values[i].isFinite && values[i - season].isFinite {
            changes.append(values[i] - values[i - season])
        }
        leads = plan.horizon
        self.season = season
        offsets = lopsidedSpread(of: changes)
        bounds = ForecastBounds(plan: plan, values: values)
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let values = history.values
        let last = values.last(where: \.isFinite) ?? .nan
        var out: [Double] = []
        out.reserveCapacity(leads * 7)
        for lead in 1...leads {
            var index = values.count - 1 + lead
            while index >= values.count { index -= season }
            while index >= 0, !values[index].isFinite { index -= season }
            let value = index >= 0 ? values[index] : last
            for offset in offsets { out.append(value + offset) }
        }
        return bounds.clamp(QuantileFan(leads: leads, values: out))
    }
}
