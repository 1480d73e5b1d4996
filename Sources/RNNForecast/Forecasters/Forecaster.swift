// A model in service: an immutable value that turns the newest bins into a fan.

internal import RNNKernelTable

/// A fitted model of one grid. Forecasts are pure: the same history gives the same fan.
public enum Forecaster: Sendable, Hashable {
    /// Every bin has been the same for a day: the forecast is that value.
    case constant(value: Double, leads: Int)
    /// The newest value, with the spread that changes over each lead have had.
    case lastValue(LastValueForecaster)
    /// The value one season before the target.
    case seasonalNaive(SeasonalNaiveForecaster)
    /// The linear forecast in closed form.
    case ridge(RidgeForecaster)
    /// A recurrent network on the ridge as its highway.
    case network(NetworkForecaster)
    /// A recurrent network that says the next step, rolled out.
    case sequence(SequenceForecaster)

    /// The fan of leads 1 … horizon after the newest bin of `history`. Missing bins are filled; at least one must be
    /// there, else every quantile is NaN.
    public func forecast(_ history: BinHistory) -> QuantileFan {
        switch self {
        case .constant(let value, let leads):
            QuantileFan(leads: leads, values: [Double](repeating: value, count: leads * 7))
        case .lastValue(let model): model.forecast(history)
        case .seasonalNaive(let model): model.forecast(history)
        case .ridge(let model): model.forecast(history)
        case .network(let model): model.forecast(history)
        case .sequence(let model): model.forecast(history)
        }
    }

    /// `constant`, `last-value`, `seasonal-naive`, `ridge`, or the network's cell: `elman`, `gru`, `lstm`.
    public var kindName: String {
        switch self {
        case .constant: "constant"
        case .lastValue: "last-value"
        case .seasonalNaive: "seasonal-naive"
        case .ridge: "ridge"
        case .network(let model): model.weights.shape.stack.cell.rawValue
        case .sequence(let model): model.weights.shape.stack.cell.rawValue
        }
    }

    /// Leads of its fans.
    public var leads: Int {
        switch self {
        case .constant(_, let leads): leads
        case .lastValue(let model): model.leads
        case .seasonalNaive(let model): model.leads
        case .ridge(let model): model.plan.horizon
        case .network(let model): model.plan.horizon
        case .sequence(let model): model.plan.horizon
        }
    }
}

/// The constant forecaster, if all bins with a value in the last `max(24 h, 144 bins)` are equal and the history is at
/// least that long; else nil.
public func constantForecaster(_ history: BinHistory, plan: ForecastPlan) -> Forecaster? {
    let span = max(144, Int(86_400 / max(history.stepSeconds, 1)))
    guard history.values.count >= span else { return nil }
    let seen = history.values.suffix(span).filter(\.isFinite)
    guard let first = seen.first, seen.allSatisfy({ $0 == first }) else { return nil }
    return .constant(value: first, leads: plan.horizon)
}

/// The forecaster of a series from its second bin on, before any training.
public func lastValueForecaster(_ history: BinHistory, plan: ForecastPlan) -> Forecaster {
    .lastValue(LastValueForecaster(history, plan: plan))
}
