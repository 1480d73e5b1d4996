// What the service answers: the forecast in force of a series, who made it, what is waited for. Everything here is what
// has been committed; nothing is computed but the forecast of a constant.

import RNNForecast
import SeriesStore

/// A series as it is served now.
struct Served: Sendable {
    let series: SeriesID
    let grid: GridID
    let stepSeconds: Int64
    let horizon: Int
    /// The newest committed forecast; nil before there is one.
    let fan: FanRow?
    let status: ModelStatus
    /// Closed bins behind the newest sample that have not been processed.
    let behind: Int64
    /// Waits for a training before it goes on.
    let awaitsTraining: Bool
}

extension ForecastingService {
    /// How each of some series is served.
    func served(_ ids: [SeriesID]) -> [Served?] { ids.map { served($0) } }

    /// How a series is served; nil where it has no grid yet.
    func served(_ id: SeriesID) -> Served? {
        guard let series = tracked[id] else { return nil }
        let pipeline = series.pipeline
        let now = parts.now()
        return Served(
            series: id, grid: series.grid, stepSeconds: pipeline.plan.stepSeconds, horizon: pipeline.plan.horizon,
            fan: pipeline.isConstant ? pipeline.forecastNow(now: now) : series.published?.whole,
            status: pipeline.modelStatus, behind: max(0, series.closable(now: now) + 1 - pipeline.nextBin),
            awaitsTraining: series.awaitsTraining)
    }

    /// Totals for `status`.
    func overview() -> Overview {
        var overview = Overview(counts: counts, firing: Array(firing.values))
        let now = parts.now()
        // What has been committed and not been looked at counts as behind: else a busy moment would look like a rest.
        let unread = parts.book.unread
        overview.beyondLimit = beyondTrainedLimit
        for series in tracked.values {
            let pipeline = series.pipeline
            overview.grids += 1
            if pipeline.isConstant { overview.constant += 1 }
            if pipeline.trained != nil { overview.withModel += 1 }
            if let skill = pipeline.trained?.skill { overview.skills.append(skill) }
            if pipeline.modelStatus.bins < pipeline.modelStatus.neededBins { overview.learning += 1 }
            let newest = max(series.newest, unread[series.series] ?? .min)
            if series.closable(now: now, newest: newest) - pipeline.nextBin >= 2 { overview.catchingUp += 1 }
            if case .pending = pipeline.drift.detector.lifecycle.phase { overview.pending += 1 }
        }
        return overview
    }

    /// What `overview` tells.
    struct Overview: Sendable {
        var counts: Counts
        var firing: [AlertRow]
        var grids = 0
        var constant = 0
        var withModel = 0
        var learning = 0
        var catchingUp = 0
        var pending = 0
        var skills: [Double] = []
        /// Series that are not trained since `limits.trained` are.
        var beyondLimit = 0
    }

    /// The open drift of a series is the new normal.
    ///
    /// - Returns: whether there was one.
    func accept(_ id: SeriesID, by who: String) async -> Bool {
        guard let series = tracked[id] else { return false }
        let events = series.pipeline.accept(by: who, at: parts.now())
        guard !events.isEmpty else { return false }
        var outbox = Outbox()
        for case .alert(let row, let transition) in events { outbox.add(row, transition) }
        if let need = series.pipeline.needsTraining {
            series.asked = true
            let (training, grid) = (parts.training, series.grid)
            outbox.askings.append { await training.ask(grid: grid, reason: need.reason, isAwaited: false) }
        }
        // With it goes the state that knows of it: computed again after a crash, the drift would be open again.
        saveState(series.grid, into: &outbox)
        await commit(outbox)
        return true
    }

    /// Closed bins of these series that have not gone through their pipelines.
    func binsBehind(of ids: Set<SeriesID>) -> Int64 {
        let now = parts.now()
        let unread = parts.book.unread
        return ids.reduce(0) { sum, id in
            guard let series = tracked[id] else { return sum + (unread[id] == nil ? 0 : 1) }
            let newest = max(series.newest, unread[id] ?? .min)
            return sum + max(0, series.closable(now: now, newest: newest) + 1 - series.pipeline.nextBin)
        }
    }
}
