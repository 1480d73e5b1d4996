// What one turn of forecasting brought about, sorted by what happens to it: rows to commit, and what may be served, told
// or asked for only after the commit.

import SeriesStore

/// The results of one turn.
struct Outbox: Sendable {
    /// To be committed in one transaction.
    var entry = JournalEntry()
    /// Fans to serve once they are committed.
    var published: [ServedFan] = []
    /// Transitions to tell once they are committed.
    var alerts: [(AlertRow, AlertTransition)] = []
    /// Alerts of a catch-up that still fire now that their series is live; to tell, too.
    var late: [AlertRow] = []
    /// Trainings to ask for.
    var askings: [@Sendable () async -> Void] = []

    var isEmpty: Bool { entry.isEmpty && published.isEmpty && alerts.isEmpty && late.isEmpty && askings.isEmpty }

    /// Sorts the events of one closed bin.
    ///
    /// What is computed again after a crash, for bins that have their record, is not written again: the content of a
    /// (grid, origin) never changes. Its alerts were committed with it.
    mutating func add(_ events: [PipelineEvent], of series: Tracked) {
        for event in events {
            switch event {
            case .fan(let fan, let sparse):
                // Issued after the last sample of this bin: its first target is the next one.
                guard !fan.row.backfilled, !isRecorded(fan.row, series) else { continue }
                published.append(fan)
                if sparse { entry.fans.append(fan.row) }
            case .record(let record):
                if record.bin > series.recordedThrough { entry.records.append(record) }
            case .alert(let row, let transition):
                guard series.pipeline.nextBin > series.recordedThrough else { continue }
                switch transition {
                case .firing:
                    series.untold = row.backfilled ? row : nil
                    add(row, transition)
                case .resolved, .accepted:
                    // Of what nobody heard begin, nobody hears the end.
                    add(row, transition, isTold: series.untold == nil)
                    series.untold = nil
                }
            case .skill(let row): entry.rows.append(.skill(row))
            case .scored: break
            }
        }
    }

    /// An alert's transition that is certainly new: to be stored, and told afterwards.
    mutating func add(_ row: AlertRow, _ transition: AlertTransition, isTold: Bool = true) {
        entry.rows.append(.alert(row))
        var row = row
        row.backfilled = row.backfilled || !isTold
        alerts.append((row, transition))
    }

    private func isRecorded(_ row: FanRow, _ series: Tracked) -> Bool {
        row.origin / row.stepSeconds + 1 <= series.recordedThrough
    }
}

extension JournalEntry {
    /// Whether there is nothing to commit.
    var isEmpty: Bool { samples.isEmpty && records.isEmpty && fans.isEmpty && rows.isEmpty }

    /// Drops the rows of some grids.
    mutating func removeAll(of grids: Set<GridID>) {
        records.removeAll { grids.contains($0.grid) }
        fans.removeAll { grids.contains($0.grid) }
        rows.removeAll { row in
            switch row {
            case .latestFan(let fan): grids.contains(fan.grid)
            case .model(let model): grids.contains(model.grid)
            case .alert(let alert): grids.contains(alert.grid)
            case .skill(let skill): grids.contains(skill.grid)
            case .state(let grid, _, _): grids.contains(grid)
            case .deleteModels(let grid): grids.contains(grid)
            case .series, .mark, .cursor: false
            }
        }
    }
}
