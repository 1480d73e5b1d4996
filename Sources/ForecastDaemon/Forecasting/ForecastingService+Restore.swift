// Picks up where an earlier life of the daemon ended: grids, states, models, newest fans, open alerts. Bins since the
// saved state are computed again in order; what they had written before stays as it was.

import RNNForecast
import SeriesStore

extension ForecastingService {
    /// Restores every series of the store. The fans it finds are served at once.
    ///
    /// - Throws: `StoreError` where the store cannot be read; a state or model that cannot be read costs a log line and
    ///   is made anew.
    func restore() async throws(StoreError) {
        let reader = parts.store.reader
        nextModelID = try reader.newestModelID() + 1
        restoreFiring(try reader.alerts(openOnly: true))
        // The last grid of a series is the one in force: after a change of rhythm the older stays and expires.
        var newest: [SeriesID: GridRow] = [:]
        for grid in try reader.grids() where newest[grid.series].map({ $0.id < grid.id }) ?? true {
            newest[grid.series] = grid
        }
        for row in newest.values.sorted(by: { $0.id < $1.id }) { try await restore(row) }
        for info in parts.store.catalogue.all() where tracked[info.id] == nil {
            guard let summary = try await reader.summary(of: info.id) else { continue }
            parts.book.restore(series: info.id, intervalSeconds: info.intervalSeconds, newest: summary.last)
        }
    }

    private func restore(_ row: GridRow) async throws(StoreError) {
        let reader = parts.store.reader
        guard let info = parts.store.catalogue[row.series], let summary = try await reader.summary(of: row.series)
        else { return }
        let treatment = parts.treatment(info)
        guard
            let choice = GridChoice(
                rhythm: .regular(seconds: info.intervalSeconds ?? Double(row.stepSeconds)), absent: treatment.absent,
                stepSeconds: row.stepSeconds, horizon: treatment.horizon)
        else { return }
        let plan = plan(choice, info)
        let first = BinClock(stepSeconds: row.stepSeconds).bin(containing: summary.first)
        var pipeline = SeriesPipeline(
            plan: plan, series: row.series, grid: row.id, firstBin: first, settings: settings(treatment))
        var series = Tracked(
            series: row.series, pipeline: pipeline, aggregate: aggregate(choice, info), newest: summary.last)
        series.published = try reader.latestFan(grid: row.id)
        if let state = try reader.state(grid: row.id) {
            let from = max(first, state.processed + 1 - Int64(plan.neededBins))
            let values = await bins(of: series, from..<max(from, state.processed + 1)) ?? []
            do {
                pipeline = try SeriesPipeline(
                    restoring: state.bytes, plan: plan, series: row.series, grid: row.id, firstBin: from,
                    bins: values, settings: settings(treatment))
                series.pipeline = pipeline
                series.recordedThrough = try reader.newestRecord(grid: row.id) ?? .min
            } catch {
                parts.logger.warning("\(info.key): its saved state is not readable and is computed again: \(error)")
            }
        }
        if let model = try reader.model(grid: row.id), let bytes = model.bytes {
            do {
                let forecaster = try Forecaster(decoding: bytes)
                series.pipeline.restore(forecaster, id: model.id, name: model.name, skill: model.skill)
                series.modelSavedAt = model.createdAt
            } catch {
                parts.logger.warning("\(info.key): model \(model.name) is not readable and is trained again: \(error)")
            }
        }
        tracked[row.series] = series
        seriesOfGrid[row.id] = row.series
        parts.book.restore(series: row.series, intervalSeconds: info.intervalSeconds, newest: summary.last)
    }
}
