// The training side of a pipeline: what is due, the request that the driver hands to a trainer, and the installation
// of the outcome. Live, bins go on while a training runs; in catch-up and offline the driver trains before it closes
// the next bin, so that the rows do not depend on how fast the machine is.

import RNNForecast
import SeriesStore

extension SeriesPipeline {
    /// The training that is due, if one is; it stays due until `install` or `trainingFailed`.
    var needsTraining: TrainingNeed? {
        guard settings.trains, let reason = schedule.due, isWorthTraining else { return nil }
        return trainingNeed(reason)
    }

    /// A training that somebody asks for now, due or not.
    func trainingNeed(_ reason: TrainingReason) -> TrainingNeed {
        let retained = PipelineSettings.retainedBins(stepSeconds: plan.stepSeconds)
        return TrainingNeed(
            reason: reason, bins: max(firstBin, nextBin - retained)..<nextBin,
            masked: drift.incident(before: nextBin), seed: seed)
    }

    /// Nothing can be learned from bins that are all equal.
    var isWorthTraining: Bool { !isConstant && constant.rows < present }

    /// What the trainer gets. What comes out of a training reads further back than the last value: these bins are kept
    /// from now on.
    ///
    /// - Parameter values: the bins of `need.bins`, from the store; missing ones NaN.
    mutating func trainingRequest(_ need: TrainingNeed, values: [Double]) -> TrainingRequest {
        precondition(values.count == need.bins.count, "one value for each bin that was asked for")
        ring.grow(
            to: Self.ringBins(plan, isTrained: true),
            with: BinHistory(first: need.bins.lowerBound, stepSeconds: plan.stepSeconds, values: values))
        var values = values
        for k in values.indices where !values[k].isFinite { values[k] = .nan }
        if let masked = need.masked?.clamped(to: need.bins) {
            for bin in masked { values[Int(bin - need.bins.lowerBound)] = .nan }
        }
        return TrainingRequest(
            history: BinHistory(first: need.bins.lowerBound, stepSeconds: plan.stepSeconds, values: values),
            plan: plan, seed: need.seed, incumbent: trained?.forecaster, incumbentFittedTo: trained?.fittedTo ?? .min)
    }

    /// Puts the winner of a training into service. The forecast of the present origin stays the one that was issued;
    /// the winner makes the next.
    ///
    /// - Parameters:
    ///   - modelID: the row that the winner has in the store if it is new; `elman-17` is the network of row 17.
    ///   - through: the newest bin that was trained on, where bins have gone on since.
    /// - Returns: nothing yet; what a new model will say of open alerts comes out here.
    @discardableResult
    mutating func install(_ outcome: TrainingOutcome, modelID: Int64, through: Int64? = nil) -> [PipelineEvent] {
        let next = (through ?? nextBin - 1) + 1
        // An incumbent that won again keeps its name.
        let id = outcome.accepted ? modelID : trained?.id ?? modelID
        trained = TrainedModel(
            forecaster: outcome.forecaster, id: id, name: outcome.forecaster.kind.name(id: id),
            skill: outcome.skill, resolution: Resolution(width: outcome.width80),
            fittedTo: outcome.accepted ? next : trained?.fittedTo ?? next)
        live = LiveErrors()
        schedule.done(bin: through ?? nextBin - 1, present: present)
        return []
    }

    /// From now on the series is trained, or no longer: then its model goes, and the last value serves.
    mutating func setTraining(_ isTrained: Bool) {
        drift.settings.trains = isTrained
        if isTrained {
            if trained == nil, present >= Rung.ridge(plan) { schedule.raise(.rung) }
        } else {
            trained = nil
            live = LiveErrors()
        }
    }

    /// A training ended without an outcome; the next one comes when it is due again.
    mutating func trainingFailed() {
        schedule.done(bin: nextBin - 1, present: present)
    }

    /// Somebody asked for a training.
    mutating func requestTraining() { schedule.raise(.asked) }

    private var seed: UInt64 {
        var mixed = settings.seed ^ (UInt64(bitPattern: grid) &* 0x9E37_79B9_7F4A_7C15)
        mixed = (mixed &+ schedule.trainings) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 31)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 29)
    }
}
