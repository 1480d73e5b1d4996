// A model in service: an immutable value that turns the newest bins into a fan.

internal import RNNKernelTable

/// A fitted model of one grid. Forecasts are pure: the same history gives the same fan.
public enum Forecaster: Sendable, Hashable {
    /// The newest value, with the spread that changes over each lead have had. Indirect: it is handed on with every
    /// bin.
    indirect case lastValue(LastValueForecaster)
    /// The value one season before the target.
    case seasonalNaive(SeasonalNaiveForecaster)
    /// The linear forecast in closed form. Indirect, like those that follow: whoever is served by a simpler model would
    /// hold 400 bytes of room for it.
    indirect case ridge(RidgeForecaster)
    /// A recurrent network on the ridge as its highway.
    indirect case network(NetworkForecaster)
    /// A recurrent network that says the next step, rolled out.
    indirect case sequence(SequenceForecaster)

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

    /// Of a last value: lead 1 of the fan after a newest value `last`, and the least and the largest value of the whole
    /// fan; its medians are all the same. For bins of which only the next forecast is wanted. Nil for other models, whose
    /// leads come together, and where nothing is finite.
    public func next(after last: Double) -> (fan: QuantileFan, range: ClosedRange<Double>)? {
        guard case .lastValue(let model) = self, last.isFinite else { return nil }
        return model.next(after: last)
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
