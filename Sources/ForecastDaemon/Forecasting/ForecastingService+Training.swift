// The training side: what a trainer gets (bins from the store, incidents masked) and what becomes of its outcome. A
// model goes into the store when its predecessor there is a day old, and at stop; every model of a catch-up but the
// last would be written for nothing.

import Logging
import RNNForecast
import SeriesStore

extension ForecastingService {
    /// A model in the store is replaced by a newer one after this long.
    static let modelLife: Int64 = 86_400_000_000_000

    /// The request of a grid whose turn has come; nil when it no longer needs one.
    func prepare(_ grid: GridID) async -> PreparedTraining? {
        guard let id = seriesOfGrid[grid], let series = tracked[id] else { return nil }
        guard let need = series.pipeline.needsTraining, let values = await bins(of: series, need.bins) else {
            series.asked = false
            series.awaitsTraining = false
            return nil
        }
        return PreparedTraining(
            grid: grid, need: need, request: series.pipeline.trainingRequest(need, values: values))
    }

    /// Puts an outcome into service.
    func finish(_ prepared: PreparedTraining, _ result: Result<TrainingOutcome, TrainingError>) async {
        guard let id = seriesOfGrid[prepared.grid], let series = tracked[id] else { return }
        let wasCatchUp = series.awaitsTraining
        series.asked = false
        series.awaitsTraining = false
        var outbox = Outbox()
        switch result {
        case .failure(let error):
            series.pipeline.trainingFailed()
            parts.logger.debug("training of grid \(prepared.grid) ended without a model: \(error)")
        case .success(let outcome):
            let modelID = nextModelID
            nextModelID += 1
            outbox.add(
                series.pipeline.install(outcome, modelID: modelID, through: prepared.need.bins.upperBound - 1),
                of: series)
            let name = series.pipeline.modelStatus.model ?? ModelKind.lastValue.name
            let row = modelRow(modelID, prepared, outcome, name: name)
            remember(row, isCatchUp: wasCatchUp, of: series, into: &outbox)
        }
        await commit(outbox)
        parts.ring()
    }

    /// Decides when a model's row is written.
    private func remember(_ row: ModelRow, isCatchUp: Bool, of series: Tracked, into outbox: inout Outbox) {
        guard row.bytes != nil else {
            // A rejected candidate: why it lost is worth a short row, but not one for every step of an import.
            if !isCatchUp { outbox.entry.rows.append(.model(row)) }
            return
        }
        series.unsavedModel = row
        let isOldEnough = series.modelSavedAt.map { row.createdAt - $0 >= Self.modelLife } ?? true
        if !isCatchUp && isOldEnough { saveModel(of: series, into: &outbox) }
    }

    private func saveModel(of series: Tracked, into outbox: inout Outbox) {
        guard let row = series.unsavedModel else { return }
        outbox.entry.rows.append(.model(row))
        series.modelSavedAt = row.createdAt
        series.unsavedModel = nil
    }

    /// Models that a catch-up left unwritten are written when it has ended.
    func saveModelsAfterCatchUp(now: Timestamp, into outbox: inout Outbox) {
        for series in tracked.values where series.unsavedModel != nil && series.modelSavedAt == nil {
            guard !series.awaitsTraining, series.closable(now: now) < series.pipeline.nextBin else { continue }
            saveModel(of: series, into: &outbox)
        }
    }

    private func modelRow(
        _ id: Int64, _ prepared: PreparedTraining, _ outcome: TrainingOutcome, name: String
    ) -> ModelRow {
        var scores = JSONWriter()
        scores.object { json in
            for score in outcome.scores {
                json.object(score.name) { json in
                    json.member("mae", score.mae)
                    json.member("rmse", score.rmse)
                }
            }
        }
        return ModelRow(
            id: id, grid: prepared.grid, name: name, createdAt: parts.now(), dataFrom: prepared.need.bins.lowerBound,
            dataTo: prepared.need.bins.upperBound, seed: prepared.need.seed, codeVersion: 1, skill: outcome.skill,
            scores: scores.text, reason: outcome.accepted ? "accepted" : outcome.report.rejection,
            bytes: outcome.accepted ? outcome.forecaster.encoded() : nil)
    }

    /// Somebody asks for trainings now.
    ///
    /// - Returns: the grids that will be trained.
    func requestTraining(of ids: [SeriesID]) async -> [GridID] {
        var grids: [GridID] = []
        for id in ids {
            guard let series = tracked[id] else { continue }
            series.pipeline.requestTraining()
            series.asked = true
            guard series.pipeline.needsTraining != nil else { continue }
            grids.append(series.grid)
            await parts.training.ask(grid: series.grid, reason: .asked, isAwaited: false)
        }
        return grids
    }

    /// Whether a grid still waits for a training that somebody asked for.
    func isTraining(_ grid: GridID) -> Bool {
        guard let id = seriesOfGrid[grid], let series = tracked[id] else { return false }
        return series.asked
    }
}
