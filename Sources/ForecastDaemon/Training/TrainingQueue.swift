// What waits to be trained, in the order of its right to it. One entry a grid: a grid that asks again while it waits
// only moves up. Pure; the service runs it.

import SeriesStore

/// Grids that wait for a training.
struct TrainingQueue: Sendable {
    /// One grid's wait.
    struct Entry: Sendable {
        let grid: GridID
        var reason: TrainingReason
        /// Bins of the grid wait for it: history that was imported is trained at once.
        var isAwaited: Bool
        /// Wall clock at which it was first asked for.
        let since: Timestamp

        /// Whether it runs although the budget is used up: bursts are allowed after an import and a drift.
        var runsOverBudget: Bool {
            switch reason {
            case .asked, .drift: true
            case .rung, .periodic: isAwaited
            }
        }

        /// Who goes first: what a person asked for, a drift, what bins wait for, a first model, then the calendar.
        fileprivate var rank: Int {
            switch reason {
            case .asked: 0
            case .drift: 1
            case .rung: isAwaited ? 2 : 3
            case .periodic: isAwaited ? 2 : 4
            }
        }
    }

    private var entries: [GridID: Entry] = [:]

    var count: Int { entries.count }

    /// Asks for a training; the stronger reason wins, the longer wait stays.
    mutating func add(grid: GridID, reason: TrainingReason, isAwaited: Bool, now: Timestamp) {
        if var entry = entries[grid] {
            entry.reason = max(entry.reason, reason)
            entry.isAwaited = entry.isAwaited || isAwaited
            entries[grid] = entry
        } else {
            entries[grid] = Entry(grid: grid, reason: reason, isAwaited: isAwaited, since: now)
        }
    }

    /// Takes the entry whose turn it is: strongest right, then longest wait, then lowest grid.
    ///
    /// - Parameter withinBudget: whether work that can wait may run.
    mutating func next(withinBudget: Bool) -> Entry? {
        let chosen = entries.values.filter { withinBudget || $0.runsOverBudget }
            .min { ($0.rank, $0.since, $0.grid) < ($1.rank, $1.since, $1.grid) }
        if let chosen { entries[chosen.grid] = nil }
        return chosen
    }

    /// How long the longest wait has lasted: the training debt, in seconds.
    func debtSeconds(now: Timestamp) -> Double {
        guard let oldest = entries.values.map(\.since).min() else { return 0 }
        return Double(max(0, now - oldest)) / 1e9
    }
}
