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
    /// Leads (from 1) that have offsets of their own; empty: every lead. The first is 1, the last the number of leads.
    let knots: [Int]
    /// `[knots][7]`: added to the newest value; of leads between two knots they lie between theirs.
    let knotOffsets: [Double]
    let bounds: ForecastBounds
    /// The least and the largest offset of any quantile at any lead.
    let reach: ClosedRange<Double>

    init(leads: Int, knots: [Int] = [], offsets: [Double], bounds: ForecastBounds) {
        self.leads = leads
        self.knots = knots
        knotOffsets = offsets
        self.bounds = bounds
        reach = offsets.reduce(0) { min($0, $1) }...offsets.reduce(0) { max($0, $1) }
    }

    /// Fits the spread. With 20 changes over a lead their quantiles are taken; with fewer, a normal spread that grows
    /// with the root of the lead, wider the less is known. Where the plan has knots, only leads of about every other one
    /// are counted, and the others lie between: within 4 % of a spread that grows with the root of the lead, at half
    /// the cost of what is most of the work of a series that nobody has trained.
    ///
    /// - Complexity: a sort of the changes for each lead, or each knot.
    init(_ history: BinHistory, plan: ForecastPlan) {
        let values = history.values
        var changes: [Double] = []
        for (a, b) in zip(values, values.dropFirst()) where a.isFinite && b.isFinite { changes.append(b - a) }
        let mean = changes.isEmpty ? 0 : changes.reduce(0) { $0 + abs($1) } / Double(changes.count)
        // Mean absolute deviation of a normal is 0.798 of its standard deviation; few changes deserve wide tails.
        let deviation = mean / 0.798 * (1 + 3 / Double(max(changes.count, 1)))
        var out: [Double] = []
        var seen: [Double] = []
        seen.reserveCapacity(values.count)
        let knots = plan.problem == nil ? Self.thinned(plan.knots) : []
        for lead in knots.isEmpty ? Array(1...plan.horizon) : knots {
            seen.removeAll(keepingCapacity: true)
            for i in stride(from: lead, to: values.count, by: 1) where values[i].isFinite && values[i - lead].isFinite {
                seen.append(values[i] - values[i - lead])
            }
            if seen.count >= 20 {
                out += lopsidedSpread(of: seen)
            } else {
                out += standardNormalQuantiles.map { $0 * deviation * Double(lead).squareRoot() }
            }
        }
        self.init(
            leads: plan.horizon, knots: knots, offsets: out.map { $0.isFinite ? $0 : 0 },
            bounds: ForecastBounds(plan: plan, values: values))
    }

    /// The first knot, every other one, and the last.
    private static func thinned(_ knots: [Int]) -> [Int] {
        let last = knots.count - 1
        return knots.indices.filter { $0 == 0 || $0 == last || ($0 % 2 == 0 && $0 < last - 1) }.map { knots[$0] }
    }

    /// `[leads][7]`: the offsets of all leads, linear in the lead between knots, and never beyond theirs by rounding.
    var offsets: [Double] {
        if knots.isEmpty { return knotOffsets }
        var out: [Double] = []
        out.reserveCapacity(leads * 7)
        var right = 0
        for lead in 1...leads {
            if knots[right] < lead { right += 1 }
            let left = knots[right] == lead ? right : right - 1
            let share = left == right ? 0 : Double(lead - knots[left]) / Double(knots[right] - knots[left])
            for q in 0..<7 {
                let (a, b) = (knotOffsets[left * 7 + q], knotOffsets[right * 7 + q])
                out.append(min(max(a + share * (b - a), min(a, b)), max(a, b)))
            }
        }
        return out
    }

    /// Lead 1 alone, and between which values the whole fan lies.
    func next(after last: Double) -> (QuantileFan, range: ClosedRange<Double>) {
        let fan = bounds.clamp(QuantileFan(leads: 1, values: knotOffsets.prefix(7).map { last + $0 }))
        return (fan, bounds.clamp(last + reach.lowerBound)...bounds.clamp(last + reach.upperBound))
    }

    func forecast(_ history: BinHistory) -> QuantileFan {
        let last = history.values.last(where: \.isFinite) ?? .nan
        return bounds.clamp(QuantileFan(leads: leads, values: offsets.map { last + $0 }))
    }
}
