// Does a series go back to its usual level, and how fast?
//
// The difference e(t) = y(t) - y(t - 1 day) says how far today is off. If it fades with a half-life L,
// y(t + k) is near y(t + k - 1 day) + 2^(-k/L) e(t). The half-life with the least absolute error over history, leads of
// one hour to one day, is the series' own. A disk's differences do not fade within a day (its best half-life is half a
// day or more, and gains little); a load's fade within hours.

import Glibc

/// The pull of a series towards what it was a day before.
enum Reversion {
    /// Half-lives that are tried, in days.
    static let halfLives = [Double.infinity, 7, 3, 1, 0.5, 0.25, 0.125, 0.0625]
    /// Slower than this is no load going back to its level, but a trend.
    static let slowest = 0.25
    /// The error must fall below this share of the error without fading. On 24 disks it stayed above, on 8 loads below,
    /// from a week of history on.
    static let gain = 0.82

    /// The share of a deviation that is lost in a step; 0 where deviations stay.
    ///
    /// - Parameter day: steps in a day; history holds several.
    /// - Complexity: 64 operations for every second hour of history.
    static func pull(_ history: [Double], day: Int) -> Double {
        let leads = [1, 3, 6, 12, 24].map { $0 * day / 24 }.filter { $0 >= 1 }
        guard !leads.isEmpty else { return 0 }
        let fading = halfLives.map { life in leads.map { exp2(-Double($0) / (life * Double(day))) } }
        var errors = Array(repeating: 0.0, count: halfLives.count)
        for t in stride(from: day, to: history.count - 1, by: max(1, day / 12)) {
            let deviation = history[t] - history[t - day]
            for (l, lead) in leads.enumerated() where t + lead < history.count {
                let moved = history[t + lead] - history[t - day + lead]
                for k in errors.indices { errors[k] += abs(moved - fading[k][l] * deviation) }
            }
        }
        guard let best = errors.indices.min(by: { errors[$0] < errors[$1] }), halfLives[best] <= slowest,
            errors[best] <= gain * errors[0]
        else { return 0 }
        return 1 - exp2(-1 / (halfLives[best] * Double(day)))
    }
}
