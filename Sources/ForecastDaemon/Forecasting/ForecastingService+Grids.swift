// Which grid a series has: chosen when its rhythm is known, and left when the rhythm has changed for good.

import Logging
import RNNForecast
import SeriesStore

extension ForecastingService {
    /// The step that a series' rhythm asks for, where it is no longer that of its grid.
    func newStep(of series: Tracked, _ rhythm: IntervalDetector.Rhythm) -> Int64? {
        guard let info = parts.store.catalogue[series.series] else { return nil }
        let treatment = parts.treatment(info)
        let choice = GridChoice(rhythm: rhythm, absent: treatment.absent, stepSeconds: treatment.stepSeconds)
        guard let choice, choice.stepSeconds != series.pipeline.plan.stepSeconds else { return nil }
        return choice.stepSeconds
    }

    /// A series that has changed its rhythm for good goes on in another grid. The rows of the old one stay and expire;
    /// an alert that is open in it would stay open for ever, and is closed.
    func leaveGrid(of series: Tracked, for step: Int64) async {
        var outbox = Outbox()
        for case .alert(let row, let transition) in series.pipeline.accept(by: "a new step", at: parts.now()) {
            outbox.add(row, transition)
        }
        await commit(outbox)
        untrack(series.series)
        seriesOfGrid[series.grid] = nil
        parts.logger.notice(
            "\(parts.store.catalogue[series.series]?.key.description ?? "a series"): its samples come in another rhythm, it is forecast in steps of \(step) s from now on"
        )
    }

    /// A series gets its grid once its rhythm is known.
    ///
    /// - Parameter mayReturn: the series had another grid before, and this one perhaps before that: its rows stay.
    func begin(_ news: ArrivalBook.News, mayReturn: Bool = false) async {
        guard var info = parts.store.catalogue[news.series] else { return }
        let treatment = parts.treatment(info)
        guard
            let choice = GridChoice(
                rhythm: news.rhythm, absent: treatment.absent, stepSeconds: treatment.stepSeconds,
                horizonSeconds: treatment.horizonSeconds)
        else { return }
        do {
            guard let summary = try await parts.store.reader.summary(of: news.series) else { return }
            let grid = try await parts.store.writer.grid(series: news.series, stepSeconds: choice.stepSeconds)
            let first = BinClock(stepSeconds: choice.stepSeconds).bin(containing: summary.first)
            let training = training(treatment)
            let pipeline = SeriesPipeline(
                plan: plan(choice, info), series: news.series, grid: grid, firstBin: first,
                settings: settings(treatment, training))
            let series = Tracked(
                series: news.series, pipeline: pipeline, training: training, aggregate: aggregate(choice, info),
                newest: news.newest,
                stepOfRhythm: Tracked.step(of: news.rhythm))
            if mayReturn { series.recordedThrough = try newestRecord(grid, from: first) }
            track(series)
            if case .regular(let seconds) = news.rhythm {
                info.intervalSeconds = seconds
                try await parts.store.writer.submit(JournalEntry(rows: [.series(info)]), urgency: .grouped)
            }
        } catch {
            parts.logger.warning("\(info.key): no forecasts yet: \(error)")
        }
    }

    func plan(_ choice: GridChoice, _ info: SeriesInfo) -> ForecastPlan {
        var plan = ForecastPlan.near(stepSeconds: choice.stepSeconds).with(horizon: choice.horizon)
        plan.percentage = info.unit == "percent"
        return plan
    }

    func settings(_ treatment: SeriesTreatment, _ training: Tracked.Training) -> PipelineSettings {
        var settings = parts.settings
        settings.watchesDrift = settings.watchesDrift && treatment.watchesDrift
        settings.trains = training == .given
        return settings
    }

    func aggregate(_ choice: GridChoice, _ info: SeriesInfo) -> Aggregate {
        switch choice.contents {
        case .aggregate: info.aggregate
        case .eventRate: .count
        }
    }
}
