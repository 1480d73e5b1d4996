// Paths from now on, made of what the series did before.
//
// A path is a chain of blocks of past increments, each a day long (an hour where there are less than two days). The
// block for a day of the horizon is taken from the same time of day and, from two weeks of history on, from the same
// day of the week. Which past day or week it comes from is drawn: for each path first a *pool* is drawn with
// replacement from all past ones, then each block from the pool. The first draw carries what is not known about the
// series' pace (two days of history tell little of it), the second its ordinary variation.

/// An ensemble of paths.
struct ArrivalPaths: Sendable {
    static let count = 200
    static let seed: UInt64 = 0x666f_7265_6361_7374

    /// Known values, oldest first, no gaps; the last one is now's bin.
    let history: [Double]
    let horizon: Int
    let method: ArrivalMethod
    /// Steps in a block and in its season: a block may begin only whole seasons ago.
    private let block: Int
    private let season: Int
    /// Seasons of increments that history holds.
    private let seasons: Int

    init(history: [Double], stepSeconds: Int64, horizon: Int) {
        self.history = history
        self.horizon = horizon
        let day = max(1, Int(86_400 / stepSeconds))
        let increments = history.count - 1
        if increments >= 14 * day {
            method = .weekly
            block = day
            season = 7 * day
        } else if increments >= 2 * day {
            method = .daily
            block = day
            season = day
        } else {
            method = .hourly
            block = max(1, Int(3600 / stepSeconds))
            season = block
        }
        seasons = increments / season
    }

    /// For each path the time, in steps and fractions of one, at which it first reaches the value; infinite where it
    /// does not within the horizon.
    func firstPassages(of question: ArrivalQuestion, from now: Double, bounds: ValueBounds) -> [Double] {
        var draw = SplitMix(state: Self.seed)
        return (0..<Self.count).map { path in
            // The first paths repeat each season as it was.
            let pure = path < Self.count / 2 && method == .weekly
            let pool = (0..<seasons).map { _ in draw.below(seasons) }
            let whole = path % seasons
            return firstPassage(of: question, from: now, bounds: bounds) {
                pure ? whole : pool[draw.below(seasons)]
            }
        }
    }

    private func firstPassage(
        of question: ArrivalQuestion, from now: Double, bounds: ValueBounds, nextSeason: () -> Int
    ) -> Double {
        var x = now
        var step = 0
        let last = history.count - 1
        while step < horizon {
            // Seasons ago, 1 = the newest; the block begins where the horizon's day would have begun then.
            let ago = nextSeason() + 1
            let start = last - ago * season + (step % season)
            for k in 0..<min(block, horizon - step) {
                let next = bounds.clamp(x + history[start + k + 1] - history[start + k])
                step += 1
                if question.isReached(by: next) {
                    let share = next == x ? 1 : (question.value - x) / (next - x)
                    return Double(step - 1) + min(max(share, 0), 1)
                }
                x = next
            }
        }
        return .infinity
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator, so that the same bins give the same answer everywhere.
private struct SplitMix {
    var state: UInt64

    mutating func below(_ n: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Int(z.multipliedFullWidth(by: UInt64(n)).high)
    }
}
