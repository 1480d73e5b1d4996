// A model in service: an immutable value that turns the newest bins into a fan.

internal import RNNKernelTable

/// A fitted model of one grid. Forecasts are pure: the same history gives the same fan.
public enum Forecaster: Sendable, Hashable {
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
        case .lastValue(let model): model.forecast(history)
        case .seasonalNaive(let model): model.forecast(history)
        case .ridge(let model): model.forecast(history)
        case .network(let model): model.forecast(history)
        case .sequence(let model): model.forecast(history)
        }
    }

    /// Of a last value: lead 1 of the fan after a newest value `last`, and how far from it any quantile at any lead may
    /// be; for bins of which only the next forecast is kept. Nil for other models, whose leads come together.
    public func next(after last: Double) -> (fan: QuantileFan, reach: Double)? {
        guard case .lastValue(let model) = self else { return nil }
        return (model.next(after: last), model.reach)
    }

    /// How likely a bin above the plan's threshold is within the horizon; nil for models that were not asked to learn it.
    public func event(_ history: BinHistory) -> EventForecast? {
        switch self {
        case .network(let model): model.event(history)
        case .lastValue, .seasonalNaive, .ridge, .sequence: nil
        }
    }

    /// What it is, without its numbers.
    public var kind: ModelKind {
        switch self {
        case .lastValue: .lastValue
        case .seasonalNaive: .seasonalNaive
        case .ridge: .ridge
        case .network(let model): .network(model.weights.shape.stack.cell)
        case .sequence(let model): .network(model.weights.shape.stack.cell)
        }
    }

    /// Leads of its fans.
    public var leads: Int {
        switch self {
        case .lastValue(let model): model.leads
        case .seasonalNaive(let model): model.leads
        case .ridge(let model): model.plan.horizon
        case .network(let model): model.plan.horizon
        case .sequence(let model): model.plan.horizon
        }
    }
}

/// The forecaster of a series from its second bin on, before any training.
public func lastValueForecaster(_ history: BinHistory, plan: ForecastPlan) -> Forecaster {
    .lastValue(LastValueForecaster(history, plan: plan))
}
