// When does a series reach a value? The operator's first question, answered without any model.
//
// The answer is made of the series' own past: what it did in past weeks (or days, or hours) is laid from now on as
// paths (`ArrivalPaths`), and the times at which these paths first reach the value are the distribution of the arrival.
// Linear extrapolation, which everybody else offers, is three times worse on disks and has no interval
// (docs/decisions/0006-arrival.md); it also says "full in 24 h" on the way up to every clean-up.
//
// Pure and deterministic: the same bins give the same answer.

/// A value that a series may reach, and from which side.
struct ArrivalQuestion: Sendable, Hashable {
    enum Direction: String, Sendable, Hashable {
        case above, below
    }
    let value: Double
    let direction: Direction

    /// From where the series is now: a value above it is reached upwards. A series that is exactly there has reached
    /// it.
    init(reaching value: Double, from now: Double) {
        self.value = value
        direction = value >= now ? .above : .below
    }

    init(value: Double, direction: Direction) {
        self.value = value
        self.direction = direction
    }

    /// Whether `x` is at the value or beyond it.
    func isReached(by x: Double) -> Bool {
        switch direction {
        case .above: x >= value
        case .below: x <= value
        }
    }
}

/// The answer.
enum ArrivalAnswer: Sendable, Hashable {
    /// The newest value is there or beyond.
    case reachedAlready
    case tooLittleHistory(haveSeconds: Int64, needSeconds: Int64)
    case estimate(ArrivalEstimate)
}

/// Quantiles of the time until a value is reached.
struct ArrivalEstimate: Sendable, Hashable {
    /// Seconds from now at which the value has been reached with probability 0.1, 0.5, 0.9; nil: not within the
    /// horizon. `q50` is nil just when `probability` is below one half.
    let q10: Double?
    let q50: Double?
    let q90: Double?
    /// Of reaching the value within the horizon.
    let probability: Double
    let withinSeconds: Int64
    let method: ArrivalMethod
}

/// Which past the paths are made of.
enum ArrivalMethod: String, Sendable, Hashable {
    case weekly = "weekly increments"
    case daily = "daily increments"
    case hourly = "hourly increments"
}

/// Limits that a series' values never pass.
struct ValueBounds: Sendable, Hashable {
    var least = -Double.infinity
    var most = Double.infinity

    /// 0 where all of history is at or above it; 100 for percentages that have kept to it.
    static func of(history: [Double], percentage: Bool) -> ValueBounds {
        var bounds = ValueBounds()
        let known = history.filter { $0.isFinite }
        if known.allSatisfy({ $0 >= 0 }) { bounds.least = 0 }
        if percentage, known.allSatisfy({ $0 <= 100 }) { bounds.most = 100 }
        return bounds
    }

    func clamp(_ x: Double) -> Double { min(max(x, least), most) }
}

/// Answers when a series reaches a value.
struct Arrival: Sendable {
    static let leastSeconds: Int64 = 86_400
    /// Past beyond this many weeks says little about the next one.
    static let weeks = 6

    /// - Parameters:
    ///   - bins: means of regular bins (15 min) up to now, oldest first, NaN where there is none; the newest six weeks
    ///     are used.
    ///   - now: the newest value known, where the paths begin.
    ///   - horizonSteps: bins ahead, 672 = 7 days of 15 min.
    ///   - percentage: never above 100, if history keeps to it.
    /// - Complexity: 200 paths times the horizon; about a millisecond for 7 days of 15 min.
    static func answer(
        _ question: ArrivalQuestion, bins: [Double], stepSeconds: Int64, now: Double, horizonSteps: Int = 672,
        percentage: Bool = false
    ) -> ArrivalAnswer {
        precondition(stepSeconds > 0 && horizonSteps > 0, "a horizon has steps, and a step has seconds")
        guard now.isFinite, question.value.isFinite else {
            return .tooLittleHistory(haveSeconds: 0, needSeconds: leastSeconds)
        }
        if question.isReached(by: now) { return .reachedAlready }
        let history = filled(bins, keeping: Int(Int64(weeks) * 7 * 86_400 / stepSeconds) + 1)
        let have = Int64(max(0, history.count - 1)) * stepSeconds
        guard have >= leastSeconds else {
            return .tooLittleHistory(haveSeconds: have, needSeconds: leastSeconds)
        }
        let bounds = ValueBounds.of(history: history + [now], percentage: percentage)
        let paths = ArrivalPaths(history: history, stepSeconds: stepSeconds, horizon: horizonSteps)
        let times = paths.firstPassages(of: question, from: now, bounds: bounds)
        return .estimate(
            estimate(times, stepSeconds: stepSeconds, horizonSteps: horizonSteps, method: paths.method))
    }

    /// Without leading gaps; gaps inside are crossed in a straight line, one at the end keeps the last value.
    private static func filled(_ bins: [Double], keeping most: Int) -> [Double] {
        var values = Array(bins.suffix(most).drop { !$0.isFinite })
        var last = -1
        for k in values.indices where values[k].isFinite {
            if k - last > 1, last >= 0 {
                let step = (values[k] - values[last]) / Double(k - last)
                for j in (last + 1)..<k { values[j] = values[last] + step * Double(j - last) }
            }
            last = k
        }
        for k in (last + 1)..<max(last + 1, values.count) { values[k] = values[last] }
        return values
    }

    /// Quantiles of first passages, in steps; infinite = not within the horizon.
    private static func estimate(
        _ times: [Double], stepSeconds: Int64, horizonSteps: Int, method: ArrivalMethod
    ) -> ArrivalEstimate {
        let sorted = times.sorted()
        func quantile(_ p: Double) -> Double? {
            let place = Int((p * Double(sorted.count)).rounded(.up)) - 1
            let t = sorted[min(max(place, 0), sorted.count - 1)]
            return t.isFinite ? t * Double(stepSeconds) : nil
        }
        let reached = sorted.prefix { $0.isFinite }.count
        return ArrivalEstimate(
            q10: quantile(0.1), q50: quantile(0.5), q90: quantile(0.9),
            probability: Double(reached) / Double(sorted.count), withinSeconds: Int64(horizonSteps) * stepSeconds,
            method: method)
    }
}
