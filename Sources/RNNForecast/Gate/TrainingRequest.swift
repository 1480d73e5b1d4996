// What a training is asked for, and what comes of it.

internal import RNNKernelTable

/// What is to be trained.
public struct TrainingRequest: Sendable {
    /// All bins the model may use; incidents are already NaN.
    public var history: BinHistory
    /// What is to be forecast.
    public var plan: ForecastPlan
    /// Everything random follows from this.
    public var seed: UInt64
    /// The model in service, which the winner of the gate has to beat.
    public var incumbent: Forecaster?
    /// The first bin that the incumbent was not fitted on.
    public var incumbentFittedTo: Int64

    /// A request.
    public init(
        history: BinHistory, plan: ForecastPlan, seed: UInt64, incumbent: Forecaster? = nil,
        incumbentFittedTo: Int64 = .min
    ) {
        self.incumbentFittedTo = incumbentFittedTo
        self.history = history
        self.plan = plan
        self.seed = seed
        self.incumbent = incumbent
    }
}

/// Bins from which each rung exists.
public enum Rung {
    /// Last value with an interval.
    public static let lastValue = 2
    /// The recurrent network.
    public static let network = 400

    /// The ridge: 120 bins, or as many more as give 8 windows with all their targets outside the gate's slice, which is
    /// a third of so short a history (173 bins for a window of 48 and 60 leads).
    public static func ridge(_ plan: ForecastPlan) -> Int {
        max(120, ((plan.window + plan.horizon + 7) * 3 + 1) / 2)
    }
}

/// What came of a training.
public struct TrainingOutcome: Sendable {
    /// The model to serve.
    public let forecaster: Forecaster
    /// Whether it replaces the incumbent; false if the incumbent won.
    public let accepted: Bool
    /// 1 - RMSE / RMSE of the better baseline over the slice; nil if no slice was long enough.
    public let skill: Double?
    /// Errors of every model over the slice.
    public let scores: [(name: String, mae: Double, rmse: Double)]
    /// Mean width of the winner's 80 % interval at lead 1 over the slice, in the unit of the series.
    public let width80: Double
    /// What the training went through.
    public let report: TrainingReport
}

/// Why there is no outcome.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// `stop` said so.
    case cancelled
    /// Too few bins hold a number.
    case tooLittleHistory(bins: Int)

    /// One sentence.
    public var description: String {
        switch self {
        case .cancelled: "training was stopped before it ended; it will be tried again"
        case .tooLittleHistory(let bins): "training needs 2 bins with a value, found \(bins)"
        }
    }
}
