// How good were the forecasts of a day? Sums per lead that can be added up over days and series, and no more:
// errors, those of the last value known at the same origin, and how often the intervals held. A value on a bound
// is inside, here as everywhere.

import SeriesStore

/// The sums of the day that is running.
struct SkillTally: Sendable {
    /// Sums for one lead.
    struct Sums: Sendable, Hashable {
        var n = 0
        var sse = 0.0
        var sae = 0.0
        var baselineSSE = 0.0
        var inside80 = 0
        var inside95 = 0

        fileprivate mutating func add(error: Double, baseline: Double) {
            n += 1
            sse += error * error
            sae += abs(error)
            baselineSSE += baseline * baseline
        }
    }

    /// What had been forecast for a bin.
    struct Forecast: Sendable, Hashable {
        let median: Double
        let lower80: Double
        let upper80: Double
        let lower95: Double
        let upper95: Double
        /// The last value known at the origin.
        let baseline: Double
    }

    /// Days since 1970 UTC; nil before the first score.
    private(set) var day: Int64?
    /// By lead, 0 for the anchor, in ascending order; half a dozen.
    private(set) var sums: [(lead: Int, sums: Sums)] = []

    init(day: Int64? = nil, sums: [(lead: Int, sums: Sums)] = []) {
        self.day = day
        self.sums = sums
    }

    /// Leads that are scored: 1, and those of the sparse fans at the horizon, its half, quarter and eighth.
    static func leads(horizon: Int) -> [Int] {
        var leads: Set<Int> = [1]
        for part in [1, 2, 4, 8] where horizon / part > 1 { leads.insert(horizon / part) }
        return leads.sorted()
    }

    /// Opens the day of a target.
    ///
    /// - Returns: the rows of the day before, where this target is the first of its day; in order of leads.
    mutating func turn(to newDay: Int64, grid: GridID) -> [SkillRow] {
        guard day != newDay else { return [] }
        let ended = rows(grid: grid)
        day = newDay
        sums.removeAll(keepingCapacity: true)
        return ended
    }

    /// Adds one value to the day that `turn` has opened.
    mutating func add(value: Double, forecast: Forecast, lead: Int) {
        let error = value - forecast.median
        let baseline = value - forecast.baseline
        // Near the largest doubles a square overflows; one such bin must not spoil the day's sums.
        guard (error * error).isFinite, (baseline * baseline).isFinite else { return }
        let place = sums.firstIndex { $0.lead >= lead } ?? sums.count
        if place == sums.count || sums[place].lead != lead { sums.insert((lead, Sums()), at: place) }
        sums[place].sums.add(error: error, baseline: baseline)
        if forecast.lower80 <= value, value <= forecast.upper80 { sums[place].sums.inside80 += 1 }
        if forecast.lower95 <= value, value <= forecast.upper95 { sums[place].sums.inside95 += 1 }
    }

    /// The rows of the running day as they now stand, in order of leads.
    func rows(grid: GridID) -> [SkillRow] {
        guard let day else { return [] }
        return sums.map { lead, sum in
            SkillRow(
                grid: grid, day: day, lead: lead, n: sum.n, sse: sum.sse, sae: sum.sae,
                baselineSSE: sum.baselineSSE, inside80: sum.inside80, inside95: sum.inside95)
        }
    }
}
