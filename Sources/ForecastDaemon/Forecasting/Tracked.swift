// What the forecasting service holds of one series: its pipeline and where it stands between the store and the clock.
// One object that the service owns and never gives away: as a value it would be copied, ring and all, whenever a bin is
// closed, and two thousand of them stood in a table with room for as many more.

import SeriesStore

/// How a series is to be treated, from the configuration.
struct SeriesTreatment: Sendable, Hashable {
    var absent: AbsentMeaning?
    var stepSeconds: Int64?
    var horizonSeconds: Int64?
    var watchesDrift = true
    var trains = true
}

/// A series with a near grid.
final class Tracked {
    let series: SeriesID
    var pipeline: SeriesPipeline
    /// Whether it is trained, and why not.
    var training: Training
    /// How its bins are made.
    let aggregate: Aggregate
    /// The newest committed sample, in event time.
    var newest: Timestamp
    /// The near step of the rhythm that its grid was last compared with; nil for events.
    var stepOfRhythm: Int64?
    /// Bins that late samples have changed.
    var dirty: Range<Int64>?
    /// In catch-up and a training is due: no bin is closed before it is done.
    var awaitsTraining = false
    /// A training was asked for and has not come back.
    var asked = false
    /// The newest fan that is committed: what is served.
    var published: ServedFan?
    /// `published` is newer than its row in the table of newest fans.
    var latestIsStale = false
    /// An alert that a catch-up opened and nobody has been told of. If it still fires when the series is live, it is no
    /// longer of the past.
    var untold: AlertRow?
    /// Accepted and not yet written.
    var unsavedModel: ModelRow?
    /// When the model in the store was written; nil: none, or one from a catch-up.
    var modelSavedAt: Timestamp?
    /// Bins up to here have their record from before a crash: what is computed again for them is not written again.
    var recordedThrough = Int64.min

    /// Whether a series is trained: decided when it begins; a place may be given and taken later.
    enum Training { case given, unwanted, noPlace }

    init(
        series: SeriesID, pipeline: SeriesPipeline, training: Training, aggregate: Aggregate, newest: Timestamp,
        stepOfRhythm: Int64?
    ) {
        self.series = series
        self.pipeline = pipeline
        self.training = training
        self.aggregate = aggregate
        self.newest = newest
        self.stepOfRhythm = stepOfRhythm
    }

    var grid: GridID { pipeline.grid }

    /// The near step of a rhythm.
    static func step(of rhythm: IntervalDetector.Rhythm) -> Int64? {
        guard case .regular(let seconds) = rhythm else { return nil }
        return GridChoice.nearStep(seconds: seconds)
    }

    /// How many bins after its newest sample the clock alone may close. A series that has fallen silent is then left
    /// until it speaks again, and a clock that jumps ahead for a minute costs no more than these bins.
    static let binsByClock: Int64 = 3

    /// The newest bin that may be closed now; below `pipeline.nextBin` if there is none.
    func closable(now: Timestamp) -> Int64 { closable(now: now, newest: newest) }

    /// The same if the newest sample were this one.
    func closable(now: Timestamp, newest: Timestamp) -> Int64 {
        let clock = pipeline.clock
        return min(clock.newestClosed(newest: newest, now: now), clock.bin(containing: newest) + Self.binsByClock)
    }
}
