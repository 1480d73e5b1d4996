// The event "a bin above a threshold within the horizon": what a network learns about it, and what it says of it.

internal import RNNKernelTable

/// How likely a model holds it that a bin within the horizon lies above a threshold.
public struct EventForecast: Sendable, Hashable {
    /// The threshold, in the unit of the series.
    public let threshold: Double
    /// From 0 to 1.
    public let probability: Double
}

extension PreparedSeries {
    /// The value above which a bin is an event, in the unit of models; nil if the plan knows none.
    var eventThreshold: Double? {
        guard let level = plan.eventLevel else { return nil }
        let sorted = present.filter(\.isFinite).sorted()
        guard let last = sorted.indices.last else { return nil }
        return sorted[min(Int(level * Double(sorted.count)), last)]
    }

    /// For every origin 1 if one of the next `leads` bins lies above `threshold`, 0 if all are there and none does, else
    /// NaN.
    func events(above threshold: Double, leads: Int) -> [Double] {
        var (out, event, gap) = (values, Int.max, Int.max)
        for origin in values.indices.reversed() {
            let next = origin + 1
            if next == values.count || present[next].isNaN {
                gap = next
            } else if present[next] > threshold {
                event = next
            }
            let end = origin + leads
            out[origin] = event <= end ? 1 : gap <= end ? .nan : 0
        }
        return out
    }
}
