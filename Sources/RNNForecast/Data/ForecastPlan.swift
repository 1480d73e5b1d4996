// What is to be forecast, and with what: the defaults are the near model.

public import RNNKernelTable

/// Step, horizon, season and the shape of the network of one grid. A plain value: two equal plans train equal models.
public struct ForecastPlan: Sendable, Hashable {
    /// Width of a bin in seconds.
    public var stepSeconds: Int64
    /// Leads: 1 … horizon bins after the newest.
    public var horizon: Int
    /// Bins in a season (a day), or nil if none is known.
    public var season: Int?
    /// Bins in a long season (a week) whose own lag is used too, or nil.
    public var longSeason: Int?
    /// Local time minus UTC in seconds, for the phase of the day.
    public var phaseOffsetSeconds: Int64 = 0
    /// Forecasts are clamped at 0 when no value of the history is below it.
    public var nonNegative = true
    /// Forecasts are clamped at 100 too, when the history stays within 0 … 100.
    public var percentage = false

    /// Newest bins that the network and the ridge read one by one.
    public var window = 48
    /// Newest bins whose standard deviation is the scale of a window.
    public var scaleBins = 48
    /// Five-bin means before the window, which only the network reads (at one minute: two more hours).
    public var coarseMeans = 0
    /// Bins in the mean that is the seasonal lag; 1 is the bin itself.
    public var lagMean = 1
    /// Leads (from 1) that have quantile offsets of their own; between them they are interpolated. Empty: every lead.
    public var knots: [Int] = []
    /// The recurrent cell.
    public var cell: Cell = .elman
    /// Hidden units.
    public var hidden = 32
    /// Recurrent layers.
    public var layers = 1
    /// Whether the window is also read from its end.
    public var bidirectional = false
    /// What of the window is read out.
    public var readout: Readout = .last
    /// Units of a tanh layer that reads the context of a window (long means, the seasons' lags) and joins the last state
    /// before the head; 0: none.
    public var contextUnits = 0
    /// Whether a head of gates mixes simple forecasts (last value, mean of the window, seasons' lags) into the highway's.
    public var gated = false
    /// Share of the known bins that lie below the threshold of an event (a bin above it within the horizon), for a head
    /// that says the event's probability; nil: no such head.
    public var eventLevel: Double?
    /// Steps that backpropagation through time goes back, or nil for the whole window.
    public var truncation: Int?
    /// What the training minimises. A loss of single numbers trains the median alone; its spread is the ridge's.
    public var loss: ForecastLoss = .pinball
    /// Minibatches of a training.
    public var iterations = 300
    /// Windows in a minibatch.
    public var batch = 32
    /// Learning rate at its highest.
    public var learningRate = 5e-3

    /// A plan with the default network.
    public init(stepSeconds: Int64, horizon: Int, season: Int?) {
        self.stepSeconds = stepSeconds
        self.horizon = horizon
        self.season = season
    }

    /// The near grid's plan: 60 leads with knots at one minute, else 24 direct; the day is the season while it has at
    /// least 4 bins, the week the long season from 15-minute bins on.
    public static func near(stepSeconds: Int64) -> ForecastPlan {
        let day = Int(86_400 / max(stepSeconds, 1))
        var plan = ForecastPlan(stepSeconds: stepSeconds, horizon: 24, season: day >= 4 ? day : nil)
        if stepSeconds >= 900, day >= 4 { plan.longSeason = 7 * day }
        if stepSeconds <= 60 {
            plan.horizon = 60
            plan.knots = [1, 2, 3, 5, 8, 12, 20, 30, 45, 60]
            plan.coarseMeans = 24
            plan.lagMean = 15
            plan.scaleBins = 1_440
        }
        return plan
    }

    /// What is wrong with this plan, as a sentence for whoever chose it; nil if nothing is. With a problem no network is
    /// trained, and the simpler models serve.
    public var problem: String? {
        if horizon < 1 { return "a horizon of \(horizon) bins: at least 1 is wanted" }
        if window < 4 || window % 4 != 0 || coarseMeans % 4 != 0 {
            return "a window of \(window) bins and \(coarseMeans) means: multiples of 4 are read, 4 a step"
        }
        if hidden < 1 || layers < 1 || batch < 1 { return "\(layers) layers of \(hidden) units: at least 1 of each" }
        if let first = knots.first, let last = knots.last {
            let ascending = zip(knots, knots.dropFirst()).allSatisfy { $0 < $1 }
            if first != 1 || last != horizon || !ascending {
                return "knots \(knots): they ascend from 1 to the horizon of \(horizon)"
            }
        }
        if let eventLevel, !(0..<1).contains(eventLevel) {
            return "an event above a share of \(eventLevel) of the bins"
        }
        if readout == .everyStep, contextUnits > 0 || gated || eventLevel != nil {
            return "a readout of every step has no context, gates or event"
        }
        if readout == .everyStep, layers > 1 || bidirectional || coarseMeans > 0 {
            return "a readout of every step rolls out one layer that reads forward, without coarse means"
        }
        return nil
    }

    /// What a near model takes in memory, rounded up: for whoever has room for so many.
    public static let modelBytes = 24_576

    /// The same plan for another number of leads. Up to 24 have a quantile head each; more share heads at knots, and
    /// those of the plan stay where they are.
    public func with(horizon: Int) -> ForecastPlan {
        guard horizon != self.horizon else { return self }
        var plan = self
        plan.horizon = horizon
        var knots = self.knots.isEmpty ? [1, 2, 3, 5, 8, 12, 20, 30, 45, 60] : self.knots
        while let last = knots.last, last < horizon { knots.append(last * 3 / 2) }
        plan.knots = self.knots.isEmpty && horizon <= 24 ? [] : knots.filter { $0 < horizon } + [horizon]
        return plan
    }

    /// Names of the cells: `elman`, `relu`, `gru`, `lstm`.
    public static var cellNames: [String] { Cell.allCases.map(\.rawValue) }

    /// Chooses the cell of a name, for callers that do not import the kernels. False if there is none of this name.
    public mutating func useCell(named name: String) -> Bool {
        guard let cell = Cell(rawValue: name) else { return false }
        self.cell = cell
        return true
    }

    /// Names of the losses.
    public static var lossNames: [String] { ForecastLoss.allCases.map(\.rawValue) }

    /// Chooses what training minimises by its name. False if there is none of this name.
    public mutating func useLoss(named name: String) -> Bool {
        guard let loss = ForecastLoss(rawValue: name) else { return false }
        self.loss = loss
        return true
    }

    /// Names of the readouts.
    public static var readoutNames: [String] { Readout.allCases.map(\.rawValue) }

    /// Chooses what of the window is read out by its name. False if there is none of this name.
    public mutating func useReadout(named name: String) -> Bool {
        guard let readout = Readout(rawValue: name) else { return false }
        self.readout = readout
        return true
    }

    /// Bins of the means that the context holds; the second is the window's.
    var contextMeans: [Int] { [window / 4, window, 4 * window, 16 * window] }

    /// Newest bins that `Forecaster.forecast` wants to see: the window, its scale, and the seasonal lags with
    /// room for gaps. Fewer are allowed.
    public var neededBins: Int {
        let means = contextUnits > 0 ? contextMeans.max() ?? 0 : 0
        return max(scaleBins, window + 5 * coarseMeans, longSeason ?? 0, season ?? 0, means) + window + lagMean
    }

    /// The leads (from 0) at which the head has offsets.
    var headLeads: [Int] { knots.isEmpty || loss != .pinball ? Array(0..<horizon) : knots.map { $0 - 1 } }
}

/// What a network says, and when.
public enum Readout: String, Sendable, CaseIterable {
    /// Many to one: the last state says the whole fan.
    case last
    /// Many to many, then one to many: every state says the next step's bins, and a forecast feeds them back step by step.
    /// One layer, forward; without a highway.
    case everyStep = "every-step"
}

/// What a network's training minimises over its leads.
public enum ForecastLoss: String, Sendable, CaseIterable {
    /// Pinball loss of the seven quantiles.
    case pinball
    /// Sum of squared errors.
    case sumOfSquares = "sum-of-squares"
    /// Mean squared error.
    case meanSquared = "mse"
    /// Huber's loss.
    case huber

    /// The loss of single numbers, unless it is the quantiles'.
    var point: PointLoss? {
        switch self {
        case .pinball: nil
        case .sumOfSquares: .sumOfSquares
        case .meanSquared: .meanSquared
        case .huber: .huber
        }
    }

    /// Numbers a head lead.
    var outputs: Int { self == .pinball ? 7 : 1 }
}
