// Which grids a series gets. The table is that of the measured study of horizons: the near step is the
// smallest of 1, 5, 15, 30 and 60 minutes that is not below the interval of the data, because finer bins pay
// only in the first minutes and coarser ones lose them. The far grid is not chosen here yet: its 15-minute
// bins are read from the store when a time to a threshold is asked for.

import RNNForecast

/// What a series that says nothing between its events is taken to be in between.
enum AbsentMeaning: String, Sendable, Hashable {
    /// Nothing is known: the bin is missing.
    case gap
    /// Nothing happened: the bin is zero.
    case zero
    /// The last value still holds.
    case last
}

/// The near grid of a series.
struct GridChoice: Sendable, Hashable {
    /// What the bins hold.
    enum Contents: Sendable, Hashable {
        /// The series' own aggregate: mean, max, min, last or sum of gauges, rate of counters.
        case aggregate
        /// Events per second: the count of samples in the bin over its length, empty bins as declared.
        case eventRate(absent: AbsentMeaning)
    }

    /// Seconds in a bin.
    let stepSeconds: Int64
    /// Steps of a forecast.
    let horizon: Int
    let contents: Contents

    /// A forecast has at most so many steps, whatever is set: two weeks of 15-minute bins are 1344.
    static let mostSteps: Int64 = 1_500

    /// Above 60 s by no more than this factor, data still count as arriving every minute: an interval
    /// measured under jitter is never exactly 60.
    private static let tolerance = 1.05

    /// The near grid for a rhythm, or nil where there is none: undecided, or irregular and not declared.
    ///
    /// - Parameters:
    ///   - rhythm: what `IntervalDetector` has decided.
    ///   - absent: what the configuration declares for a series of events.
    ///   - stepSeconds: a step set in the configuration; it wins over the rhythm.
    ///   - horizonSeconds: a horizon set in the configuration; it wins over the table.
    init?(
        rhythm: IntervalDetector.Rhythm, absent: AbsentMeaning? = nil, stepSeconds: Int64? = nil,
        horizonSeconds: Int64? = nil
    ) {
        switch rhythm {
        case .undecided:
            guard let stepSeconds else { return nil }
            self.stepSeconds = stepSeconds
            contents = .aggregate
        case .irregular:
            guard let absent else { return nil }
            self.stepSeconds = stepSeconds ?? 900
            contents = .eventRate(absent: absent)
        case .regular(let seconds):
            self.stepSeconds = stepSeconds ?? Self.nearStep(seconds: seconds)
            contents = .aggregate
        }
        let step = self.stepSeconds
        horizon =
            horizonSeconds.map { Int(min(max($0 / step, 1), Self.mostSteps)) }
            ?? ForecastPlan.near(stepSeconds: step).horizon
    }

    /// The near step for data that arrive every so many seconds; beyond an hour the interval itself, in
    /// whole seconds.
    static func nearStep(seconds: Double) -> Int64 {
        for step in [60, 300, 900, 1800, 3600] where seconds <= Double(step) * tolerance { return Int64(step) }
        return Int64(min(seconds.rounded(), 1e15))
    }
}
