// What a pipeline is told once: the rhythm of its trainings, whether drift is watched, the seed and the clock on
// the wall. The numbers are those of the configuration's `training` and `alerts` keys, in plain units.

/// Settings of a `SeriesPipeline`, the same for its whole life.
struct PipelineSettings: Sendable, Hashable {
    /// Whether models are trained; without it the series is served by its last value.
    var trains = true
    /// New bins between trainings.
    var everyBins: Int64 = 240
    /// Least and most seconds between trainings, in event time; they win over `everyBins`.
    var atLeastApartSeconds: Int64 = 6 * 3600
    var atMostApartSeconds: Int64 = 7 * 86_400
    /// Whether drift alerts are raised. The profile and its record are kept in any case.
    var watchesDrift = true
    /// A drift whose statistics have been stable for so long is accepted as the new normal.
    var acceptAfterSeconds: Int64 = 24 * 3600
    /// Mixed with the grid and the training's number.
    var seed: UInt64 = 0
    /// The local clock of the season profile.
    var zone = LocalTime.utc

    /// Bins of history that a training reads at most: seven days of minutes, four weeks of five minutes, and as
    /// many of the coarser steps.
    static func retainedBins(stepSeconds: Int64) -> Int64 { stepSeconds <= 60 ? 10_080 : 8_064 }
}
