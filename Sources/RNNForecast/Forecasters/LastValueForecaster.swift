// Tomorrow is like now: the newest value, with an honest interval.

internal import RNNKernelTable

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The newest value at every lead; the spread of a lead is what changes over as many bins have been.
public struct LastValueForecaster: Sendable, Hashable {
    /// Leads.
    let leads: Int
    /// `[leads][7]`: added to the newest value.
    let offsets: [Double]
    let bounds: ForecastBounds

    init(leads: Int, offsets: [Double], bounds: ForecastBounds) {
        self.leads = leads
        self.offsets = offsets
        self.bounds = bounds
    }

    /// Fits the spread. With 20 changes over a lead their quantiles are taken; with fewer, a normal spread that grows
    /// with the root of the lead, wider the less is known.
    init(_ history: BinHistory, plan: ForecastPlan) {
        let values = history.values
        var changes: [Double] = []
        for (a, b) in zip(values, values.dropFirst()) where a.isFinite && b.isFinite { changes.append(b - a) }
        let mean = changes.isEmpty ? 0 : changes.reduce(0) { $0 + abs($1) } / Double(changes.count)
        // Mean absolute deviation of a normal is 0.798 of its standard deviation; few changes deserve wide tails.
        let deviation = mean / 0.798 * (1 + 3 / Double(max(changes.count, 1)))
        var out: [Double] = []
        for lead in 1...plan.horizon {
            var seen: [Double] = []
            for i in stride(from: lead, to: values.count, by: 1) where values[i].isFinite && values[i - lead].isFinite {
                seen.append(values[i] - values[i - lead])
            }
            if seen.count >= 20 {
                out += lopsidedSpread(of: seen)
            } else {
                out += standardNormalQuantiles.map { $0 * deviation * Double(lead).squareRoot() }
            }
        }
        leads = plan.horizon
        offsets = out.map { $0.isFinite ? $0 : 0 }
        bounds = ForecastBounds(plan: plan, values: values)
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let last = history.values.last(where: \.isFinite) ?? .nan
        return bounds.clamp(QuantileFan(leads: leads, values: offsets.map { last + $0 }))
    }
}
