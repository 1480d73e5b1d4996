// A whole forecast: seven quantiles at every lead.

internal import RNNKernelTable

/// Seven quantiles (.025 .1 .25 .5 .75 .9 .975) at every lead, in the unit of the series. Each lead is sorted.
public struct QuantileFan: Sendable, Hashable {
    /// Leads.
    public let leads: Int
    /// `[lead][7]`
    public var values: [Double]

    /// A fan of `[lead][7]` values; sorts each lead.
    public init(leads: Int, values: [Double]) {
        precondition(values.count == leads * 7)
        self.leads = leads
        var sorted = values
        for first in stride(from: 0, to: values.count, by: 7) {
            // Usually they are in order.
            var isSorted = true
            for q in 1..<7 where !(sorted[first + q - 1] <= sorted[first + q]) { isSorted = false }
            if !isSorted { sorted[first..<(first + 7)].sort() }
        }
        self.values = sorted
    }

    /// Quantile `q` (0 … 6) of lead `lead` (from 0).
    public subscript(lead: Int, q: Int) -> Double { values[lead * 7 + q] }

    /// Lower ends of the 80 % interval.
    public var lower80: [Double] { column(1) }
    /// Upper ends of the 80 % interval.
    public var upper80: [Double] { column(5) }

    /// The value of any probability from .025 to .975 at a lead (from 0), linear in probability between quantiles; nil
    /// outside.
    public func quantile(_ probability: Double, lead: Int) -> Double? {
        guard let upper = quantileLevels.firstIndex(where: { $0 >= probability }),
            probability >= quantileLevels[0]
        else { return nil }
        guard upper > 0 else { return self[lead, 0] }
        let (a, b) = (quantileLevels[upper - 1], quantileLevels[upper])
        let place = (probability - a) / (b - a)
        return self[lead, upper - 1] + place * (self[lead, upper] - self[lead, upper - 1])
    }

    private func column(_ q: Int) -> [Double] { (0..<leads).map { values[$0 * 7 + q] } }

    /// The fan with every value within `range`.
    consuming func clamped(to range: ClosedRange<Double>) -> QuantileFan {
        for i in values.indices { values[i] = min(max(values[i], range.lowerBound), range.upperBound) }
        return self
    }
}
