// The polite guest: how much CPU training may take. A bucket holds an hour's allowance of CPU seconds and fills at the
// configured share of one core; every training takes out what it used. Work that somebody waits for (an import, a firing
// drift, `forecastd train`) does not wait for the bucket, but is charged to it, so the hour after it is quieter.

/// CPU seconds that training may still use.
struct TrainingBudget: Sendable {
    /// Share of one core over an hour, 0.05 by default.
    let share: Double
    /// CPU seconds in hand; below zero after work that could not wait.
    private(set) var inHand: Double
    private var filledAt: Int64

    private var capacity: Double { share * 3600 }

    /// A full bucket.
    ///
    /// - Parameter now: wall clock, nanoseconds.
    init(share: Double, now: Int64) {
        self.share = share
        inHand = share * 3600
        filledAt = now
    }

    /// Lets the time since the last call fill the bucket. A clock that went back fills nothing.
    mutating func fill(now: Int64) {
        let seconds = Double(max(0, now - filledAt)) / 1e9
        filledAt = now
        inHand = min(capacity, inHand + seconds * share)
    }

    /// Takes out what a training has used.
    mutating func charge(cpuSeconds: Double) {
        // Debt is bounded by one hour's allowance: an import must not silence training for days.
        inHand = max(-capacity, inHand - cpuSeconds)
    }

    /// Whether work that can wait may start.
    var allows: Bool { inHand > 0 }
}
