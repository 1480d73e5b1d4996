// Picks up where an earlier life of the daemon ended: grids, states, models, newest fans, open alerts. Bins since the
// saved state are computed again in order; what they had written before stays as it was.

import Logging
import RNNForecast
import SeriesStore

extension ForecastingService {
    /// Restores every series of the store. The fans it finds are served at once.
    ///
    /// - Throws: `StoreError` where samples cannot be read; a state or model that cannot be read costs a log line and
    ///   is made anew, and what lies in a damaged table counts as not there.
    func restore() async throws(StoreError) {
        let reader = parts.store.reader
        nextModelID = try sound(0) { () throws(StoreError) in try reader.lastModelID() } + 1
        restoreFiring(try sound([]) { () throws(StoreError) in try reader.alerts(open: true) })
        // Of several grids that of the series' rhythm is in force, else the last: the others stay and expire.
        var inForce: [SeriesID: GridRow] = [:]
        for grid in try sound([], { () throws(StoreError) in try reader.grids() }) {
            let rhythm = parts.store.catalogue[grid.series]?.intervalSeconds.map { GridChoice.nearStep(seconds: $0) }
            if let other = inForce[grid.series], other.stepSeconds == rhythm { continue }
            inForce[grid.series] = grid
        }
        for row in inForce.values.sorted(by: { $0.id < $1.id }) { try await restore(row) }
        let summaries = try await reader.summaries()
        for info in parts.store.catalogue.all() where tracked[info.id] == nil {
            guard let summary = summaries[info.id] else { continue }
            parts.book.restore(series: info.id, intervalSeconds: info.intervalSeconds, newest: summary.last)
        }
    }

    /// What `read` gives, or `nothing` where its table is damaged: `status` says which, and it is made again from samples.
    private func sound<Value>(
        _ nothing: Value, _ read: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        do { return try read() } catch {
            guard case .damagedTable = error else { throw error }
            return nothing
        }
    }

    private func restore(_ row: GridRow) async throws(StoreError) {
        let reader = parts.store.reader
        guard let info = parts.store.catalogue[row.series], let summary = try await reader.summary(of: row.series)
        else { return }
        let treatment = parts.treatment(info)
        let training = training(treatment)
        guard
            let choice = GridChoice(
                rhythm: .regular(seconds: info.intervalSeconds ?? Double(row.stepSeconds)), absent: treatment.absent,
                stepSeconds: row.stepSeconds, horizonSeconds: treatment.horizonSeconds)
        else { return }
        let plan = plan(choice, info)
        let (forecaster, model) = try loadModel(row.id, info)
        let pipeline =
            try await restorePipeline(row, plan, settings(treatment, training), forecaster, info)
            ?? SeriesPipeline(
                plan: plan, series: row.series, grid: row.id,
                firstBin: BinClock(stepSeconds: row.stepSeconds).bin(containing: summary.first),
                settings: settings(treatment, training))
        let series = Tracked(
            series: row.series, pipeline: pipeline, training: training, aggregate: aggregate(choice, info),
            newest: summary.last,
            stepOfRhythm: info.intervalSeconds.map { GridChoice.nearStep(seconds: $0) })
        series.published = try sound(nil) { () throws(StoreError) in try reader.latestFan(row.id) }.map {
            ServedFan($0)
        }
        series.recordedThrough = try newestRecord(row.id, from: pipeline.nextBin)
        series.modelSavedAt = model?.createdAt
        track(series)
        parts.book.restore(series: row.series, intervalSeconds: info.intervalSeconds, newest: summary.last)
    }

    /// The newest bin that has its record: what follows a saved state was written before a crash.
    func newestRecord(_ grid: GridID, from bin: Int64) throws(StoreError) -> Int64 {
        let found = try parts.store.reader.record(grid: grid, lead: 1, bins: bin..<Int64.max)
        return found.map(\.bin).max() ?? .min
    }

    /// The model in the store and its row; nil where there is none, or none that can be read.
    private func loadModel(_ grid: GridID, _ info: SeriesInfo) throws(StoreError) -> (Forecaster?, ModelRow?) {
        let reader = parts.store.reader
        guard let model = try sound(nil, { () throws(StoreError) in try reader.model(grid: grid) }),
            let bytes = model.bytes
        else { return (nil, nil) }
        // Where the table is damaged, the largest id is that of the models that could be read.
        nextModelID = max(nextModelID, model.id + 1)
        do {
            return (try Forecaster(decoding: bytes), model)
        } catch {
            parts.logger.warning("\(info.key): model \(model.name) is not readable and is trained again: \(error)")
            return (nil, nil)
        }
    }

    /// The pipeline from its saved state and the bins of the store; nil where there is no state that can be read.
    private func restorePipeline(
        _ row: GridRow, _ plan: ForecastPlan, _ settings: PipelineSettings, _ forecaster: Forecaster?,
        _ info: SeriesInfo
    ) async throws(StoreError) -> SeriesPipeline? {
        let reader = parts.store.reader
        guard let state = try sound(nil, { () throws(StoreError) in try reader.state(grid: row.id) })
        else { return nil }
        let range = SeriesPipeline.binsToRestore(
            processed: state.processed, plan: plan, isTrained: forecaster != nil)
        let values = try await parts.store.reader.bins(
            of: row.series, stepSeconds: row.stepSeconds, range: range, aggregate: info.aggregate)
        do {
            return try SeriesPipeline(
                restoring: state.bytes, plan: plan, series: row.series, grid: row.id, settings: settings,
                bins: BinHistory(first: range.lowerBound, stepSeconds: row.stepSeconds, values: values),
                forecaster: forecaster)
        } catch {
            parts.logger.warning("\(info.key): its saved state is not readable and is computed again: \(error)")
            return nil
        }
    }
}
