// What waits to be trained, in the order of its right to it. One entry a grid: a grid that asks again while it waits
// only moves up. Pure; the service runs it.

import SeriesStore

/// Why a training was asked for, in order of precedence.
enum TrainingReason: Int, Sendable, Comparable {
    /// A person waits for it (`forecastd train`).
    case asked
    /// A drift was firing, and the series is to learn its new normal.
    case drift
    /// A series in catch-up waits for it: history that was imported is trained at once.
    case catchUp
    /// A rung was reached: 120 or 400 bins.
    case firstModel
    /// It is time again.
    case due

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// Whether it runs although the budget is used up.
    var runsOverBudget: Bool {
        switch self {
        case .asked, .drift, .catchUp: true
        case .firstModel, .due: false
        }
    }
}

/// Grids that wait for a training.
struct TrainingQueue: Sendable {
    /// One grid's wait.
    struct Entry: Sendable {
        let grid: GridID
        let series: SeriesID
        var reason: TrainingReason
        /// Wall clock at which it was first asked for.
        let since: Timestamp
    }

    private var entries: [GridID: Entry] = [:]

    var count: Int { entries.count }

    /// Asks for a training; the stronger reason wins, the longer wait stays.
    mutating func add(grid: GridID, series: SeriesID, reason: TrainingReason, now: Timestamp) {
        if var entry = entries[grid] {
            entry.reason = min(entry.reason, reason)
            entries[grid] = entry
        } else {
            entries[grid] = Entry(grid: grid, series: series, reason: reason, since: now)
        }
    }

    mutating func remove(grid: GridID) { entries[grid] = nil }

    /// Takes the entry whose turn it is: strongest reason, then longest wait, then lowest grid.
    ///
    /// - Parameter withinBudget: whether work that can wait may run.
    mutating func next(withinBudget: Bool) -> Entry? {
        let ready = entries.values.filter { withinBudget || $0.reason.runsOverBudget }
        guard
            let chosen = ready.min(by: {
                ($0.reason.rawValue, $0.since, $0.grid) < ($1.reason.rawValue, $1.since, $1.grid)
            })
        else { return nil }
        entries[chosen.grid] = nil
        return chosen
    }

    /// How long the longest wait has lasted: the training debt, in seconds.
    func debtSeconds(now: Timestamp) -> Double {
        guard let oldest = entries.values.map(\.since).min() else { return 0 }
        return Double(now - oldest) / 1e9
    }
}
