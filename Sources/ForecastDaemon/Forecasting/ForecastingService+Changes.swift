// What somebody changed by hand: series that are deleted, samples that were taken out of the past. A renamed series keeps
// its id, and with it pipeline, model, forecasts and alerts.

import SeriesStore

extension ForecastingService {
    /// Drops everything about series that are being deleted: pipelines, fans, alerts, news. What is on its way to the
    /// store is deleted there with them.
    func forget(_ ids: some Sequence<SeriesID>) {
        for id in ids {
            untrack(id)
            parts.book.forget(id)
        }
        for (grid, series) in seriesOfGrid where tracked[series] == nil {
            seriesOfGrid[grid] = nil
            firing[grid] = nil
            forgotten.insert(grid)
        }
    }

    /// Samples of a series went: the bins in its pipeline are made again before the next is closed. What was forecast
    /// from them stays as it was issued.
    func samplesRemoved(from id: SeriesID, in range: Range<Timestamp>) {
        guard let series = tracked[id], !range.isEmpty else { return }
        let clock = series.pipeline.clock
        let next = series.pipeline.nextBin
        let first = min(clock.bin(containing: range.lowerBound), series.dirty?.lowerBound ?? .max)
        guard first < next else { return }
        series.dirty = first..<next
    }
}
