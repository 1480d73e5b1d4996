// Who forecasts a series now. A constant is its own forecast; before the first training, and where training is off,
// the last value serves with an honest interval; after it, whoever won the last gate.

import RNNForecast
import SeriesStore

/// A trained model in service.
struct TrainedModel: Sendable {
    let forecaster: Forecaster
    /// Its row in the store; the N of `elman-N`.
    let id: Int64
    /// `ridge`, `elman-17`, `seasonal-naive`, `last-value`.
    let name: String
    /// 1 - RMSE / RMSE of the better baseline on the gate's slice.
    let skill: Double?
    /// The unit its fans are rounded to.
    let resolution: Resolution
    /// The first bin that it was not fitted on.
    let fittedTo: Int64
}

/// The last value in service, for a series that nobody has trained. Its spread is taken from the newest 240 bins, anew
/// with each of the first 2 bins, then once or twice while the number of present ones doubles, at last every 120
/// bins: sorting the changes at every bin would cost more than a network. When it is fitted depends on the bins alone, so
/// a restored pipeline finds the same spread.
struct LastValueService: Sendable {
    static let memory = 240
    /// Bins between two fits, at most.
    static let every: Int64 = 120
    private var model: (fittedAt: Int64, forecaster: Forecaster)?

    /// Bins between two fits, with so many bins present.
    private static func every(present: Int) -> Int64 {
        var bins: Int64 = 1
        while bins * 2 < present, bins < every { bins *= 2 }
        return min(bins, every)
    }

    /// The forecaster for the newest closed bin.
    mutating func forecaster(ring: BinRing, present: Int, plan: ForecastPlan) -> Forecaster {
        let newest = ring.end - 1
        let every = Self.every(present: present)
        var fitAt = newest - ((newest % every) + every) % every
        if let model, model.fittedAt == fitAt { return model.forecaster }
        var bins = ring.history(Self.memory, upTo: fitAt + 1)
        if bins.values.count(where: \.isFinite) < Rung.lastValue {
            fitAt = newest
            bins = ring.history(Self.memory)
        }
        let forecaster = lastValueForecaster(bins, plan: plan)
        model = (fitAt, forecaster)
        return forecaster
    }
}

/// What an answer about a series says of its model.
struct ModelStatus: Sendable, Hashable {
    /// What serves; nil before two bins.
    let kind: ModelKind?
    /// Its name: that of the kind, of a network with its number.
    let model: String?
    let skill: Double?
    /// The kind that the next training may bring into service; nil where nothing is trained.
    let nextModel: String?
    /// When that training is due in event time, if bins go on arriving.
    let readyAt: Timestamp?
    /// Bins with a value so far.
    let bins: Int
    /// Bins that the network needs.
    let neededBins: Int

    /// `learning (2 of 400 bins), last value` until the network can exist, then the name of the model.
    var sentence: String {
        let serving = kind == .lastValue ? "last value" : model ?? "no forecast yet"
        guard bins < neededBins, kind != .constant else { return serving }
        return "learning (\(bins) of \(neededBins) bins), \(serving)"
    }
}
