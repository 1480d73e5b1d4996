// What no forecast of a series may be.

internal import RNNKernelTable

/// Bounds that no forecast may leave, known from the history: nothing below 0, nothing above 100.
struct ForecastBounds: Sendable, Hashable {
    var lower: Double
    var upper: Double

    /// The bounds of `plan` for a history of `values`.
    init(plan: ForecastPlan, values: [Double]) {
        let finite = values.filter(\.isFinite)
        let positive = finite.allSatisfy { $0 >= 0 }
        lower = plan.nonNegative && positive ? 0 : -.greatestFiniteMagnitude
        upper = plan.percentage && positive && finite.allSatisfy { $0 <= 100 } ? 100 : .greatestFiniteMagnitude
    }

    init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    func clamp(_ value: Double) -> Double { min(max(value, lower), upper) }

    func clamp(_ fan: consuming QuantileFan) -> QuantileFan { fan.clamped(to: lower...upper) }
}
