// Who is trained where not all can be: `limits.trained` and `memory.models` bound the models in memory. A series takes a
// place when it begins. A place that is free, because its series was deleted, goes to one that waits; and while a live
// series waits, those that have been silent for a day give theirs up, the longest silent first. Without its place a
// series is served by its last value; if it speaks again it waits like any other, and is then trained anew.

import Logging
import SeriesStore

extension ForecastingService {
    /// A series is live that has spoken within this many nanoseconds: a day, as in `series`.
    private static let liveWithin: Int64 = 86_400_000_000_000

    /// Takes a series up, with the place that it was given or without.
    func track(_ series: Tracked) {
        tracked[series.series] = series
        seriesOfGrid[series.grid] = series.series
        switch series.training {
        case .given: places += 1
        case .unwanted: break
        case .noPlace: beyondTrainedLimit += 1
        }
    }

    /// Lets a series go; the rows of its grid are the caller's.
    func untrack(_ id: SeriesID) {
        guard let series = tracked.removeValue(forKey: id) else { return }
        switch series.training {
        case .given: places -= 1
        case .unwanted: break
        case .noPlace: beyondTrainedLimit -= 1
        }
    }

    /// Whether a series that begins now is trained.
    func training(_ treatment: SeriesTreatment) -> Tracked.Training {
        guard parts.settings.trains, treatment.trains else { return .unwanted }
        return places < parts.trainedLimit ? .given : .noPlace
    }

    /// Gives free places to series that wait; once a minute it is also looked for places that can be spared.
    func handOverPlaces(now: Timestamp) {
        let minute = now / 60_000_000_000
        guard beyondTrainedLimit > 0, places < parts.trainedLimit || minute != placesSeenAt else { return }
        placesSeenAt = minute
        func isLive(_ series: Tracked) -> Bool { now - series.newest < Self.liveWithin }
        let waiting = tracked.values.filter { $0.training == .noPlace }
        let live = waiting.filter(isLive).sorted { $0.grid < $1.grid }
        // What is being imported is of the past and not silent: it is trained before its place is another's.
        let spared = tracked.values.filter {
            $0.training == .given && !isLive($0) && !$0.asked && !$0.awaitsTraining
                && $0.closable(now: now) < $0.pipeline.nextBin
        }.sorted { ($0.newest, $0.grid) < ($1.newest, $1.grid) }
        let given = spared.prefix(max(0, live.count - (parts.trainedLimit - places)))
        for series in given {
            series.training = .noPlace
            series.pipeline.setTraining(false)
            series.unsavedModel = nil
        }
        places -= given.count
        let others = waiting.filter { !isLive($0) }.sorted { ($1.newest, $0.grid) < ($0.newest, $1.grid) }
        let taken = (live + others).prefix(max(0, parts.trainedLimit - places))
        for series in taken {
            series.training = .given
            series.pipeline.setTraining(true)
        }
        places += taken.count
        beyondTrainedLimit += given.count - taken.count
        guard !taken.isEmpty else { return }
        parts.logger.info(
            "\(taken.count) series that waited have a place among limits.trained, \(given.count) of them from silent ones"
        )
    }
}
