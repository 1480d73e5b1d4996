// Paths from now on, made of what the series did before.
//
// A path is a chain of blocks of past increments. Four kinds of chain, by what history allows:
//
//     weeks     one past week, repeated                                    from 2 weeks
//     weekdays  each day from the same weekday of a drawn week             from 2 weeks
//     days      each day from a drawn day, at the same time of day         from 2 days
//     hours     6 hours from a drawn hour on                               before a week is known, beside or instead
//
// Blocks are drawn twice: for a path first a *pool* of past seasons, with replacement, then each block from the pool.
// The first draw carries what is not known about the series' ways, the second its ordinary variation. The pace of a
// path is drawn too: two days tell little of how fast a disk fills, six weeks tell enough.
//
//     x(k+1) = x(k) + pace * (h(j+1) - h(j)) - r (x(k) - h(j)),     ln pace ~ s / sqrt(days of history)
//
// r is 0 for what only ever adds up, such as a disk. A load goes back to its usual level within hours, and increments
// alone would carry today's deviation through the week: where the daily differences of history are seen to fade with a
// half-life of at most six hours, r is that pull (`Reversion`).

import Glibc

/// An ensemble of paths.
struct ArrivalPaths: Sendable {
    static let count = 200
    static let seed: UInt64 = 0x666f_7265_6361_7374

    /// Where a chain takes its blocks from.
    private enum Chain: Sendable {
        case weeks, weekdays, days, hours
    }

    let method: ArrivalMethod
    /// Known values, oldest first, no gaps; the last one is now's bin.
    private let history: [Double]
    private let horizon: Int
    private let hour: Int
    private let day: Int
    /// Whole days that history holds.
    private let days: Int
    private let chains: [(chain: Chain, paths: Int)]
    private let pull: Double

    /// Paths of `horizon` steps from a history of at least a day.
    init(history: [Double], stepSeconds: Int64, horizon: Int) {
        self.history = history
        self.horizon = horizon
        hour = max(1, Int(3600 / stepSeconds))
        day = max(1, Int(86_400 / stepSeconds))
        days = (history.count - 1) / day
        let all = Self.count
        if days >= 14 {
            method = .weekly
            // Two weeks are two examples of a week; their days are fourteen of a day.
            let loose = max(3 * all / 10, all / (days / 7))
            chains = [(.weeks, (all - loose) / 2), (.weekdays, all - loose - (all - loose) / 2), (.days, loose)]
        } else if days >= 2 {
            method = .daily
            chains = [(.days, all / 2), (.hours, all - all / 2)]
        } else {
            method = .hourly
            chains = [(.hours, all)]
        }
        pull = days >= 7 ? Reversion.pull(history, day: day) : 0
    }

    /// For each path the time, in steps and fractions of one, at which it first reaches the value; infinite where it
    /// does not within the horizon.
    func firstPassages(of question: ArrivalQuestion, from now: Double, bounds: ValueBounds) -> [Double] {
        var draw = SplitMix(state: Self.seed)
        // Measured on disks and loads: enough for eight in ten to fall inside, at every length of history.
        let unknownPace = (days >= 7 ? 0.5 : 1) / Double(max(1, days)).squareRoot()
        var times: [Double] = []
        for (chain, paths) in chains {
            for path in 0..<paths {
                let pace = exp(unknownPace * draw.normal())
                let blocks = starts(chain, path: path, draw: &draw)
                times.append(firstPassage(of: question, from: now, bounds: bounds, pace: pace, blocks: blocks))
            }
        }
        return times
    }

    /// Where the blocks of a path begin in history, and how long they are.
    private func starts(_ chain: Chain, path: Int, draw: inout SplitMix) -> (starts: [Int], length: Int) {
        let last = history.count - 1
        let length = chain == .hours ? min(6 * hour, last) : min(day, last)
        let needed = (horizon + length - 1) / length
        switch chain {
        case .weeks, .weekdays:
            let weeks = days / 7
            let pool = (0..<weeks).map { _ in draw.below(weeks) }
            let starts = (0..<needed).map { block in
                let ago = chain == .weeks ? path % weeks : pool[draw.below(weeks)]
                return last - (ago + 1) * 7 * day + block % 7 * day
            }
            return (starts, length)
        case .days:
            let pool = (0..<days).map { _ in draw.below(days) }
            return ((0..<needed).map { _ in last - (pool[draw.below(days)] + 1) * day }, length)
        case .hours:
            let hours = (last - length) / hour + 1
            return ((0..<needed).map { _ in last - length - draw.below(hours) * hour }, length)
        }
    }

    private func firstPassage(
        of question: ArrivalQuestion, from now: Double, bounds: ValueBounds, pace: Double,
        blocks: (starts: [Int], length: Int)
    ) -> Double {
        var x = now
        var step = 0
        for start in blocks.starts {
            for j in start..<start + min(blocks.length, horizon - step) {
                let next = bounds.clamp(x + pace * (history[j + 1] - history[j]) - pull * (x - history[j]))
                if question.isReached(by: next) {
                    let share = next == x ? 1 : (question.value - x) / (next - x)
                    return Double(step) + min(max(share, 0), 1)
                }
                step += 1
                x = next
            }
        }
        return .infinity
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator, so that the same bins give the same answer everywhere.
private struct SplitMix {
    var state: UInt64

    /// 0 ..< n.
    mutating func below(_ n: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Int(z.multipliedFullWidth(by: UInt64(n)).high)
    }

    /// About normal: the sum of three uniform numbers, scaled to deviation 1, never beyond 3.
    mutating func normal() -> Double {
        let n = 1 << 20
        let sum = Double(below(n)) + Double(below(n)) + Double(below(n))
        return (sum / Double(n) - 1.5) * 2
    }
}
