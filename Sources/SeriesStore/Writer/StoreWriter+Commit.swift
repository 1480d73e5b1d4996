// The commit: everything that waits, in one transaction and one fsync. In it, in this order:
//
//   new series and grid rows -> one journal row -> fans and other rows -> finished seals: segments in, their
//   cursor forward, journal rows out.
//
// After a power cut at any line, reopening finds either all of it or nothing. Only then are heads changed, waiters
// resumed and subscribers told, so nobody sees what could be taken back. A damaged page in a table of forecasts ends no
// commit: that table is left out from then on, and `status` says so.

import GRDB

extension StoreWriter {
    /// Commits until told to stop, then what is left. Throws what no waiting can mend: a damaged file, an I/O error.
    func commitLoop() async throws(StoreError) {
        for await _ in bell.stream {
            while isDue {
                try await commit()
                await waitForSealsIfHeadsAreLarge()
            }
        }
        stop()
        try await commitRest()
    }

    /// Turns the first waiting entry's arrival into a commit one group-commit time later.
    func timerLoop() async {
        for await _ in timer.stream {
            try? await clock.sleep(for: options.groupCommit)
            isArmed = false
            isDue = true
            bell.send(())
        }
    }

    /// Commits what waits and the seals that are ready, once.
    func commitRest() async throws(StoreError) {
        if !queue.isEmpty || !sealed.isEmpty || !unwrittenGrids.isEmpty { try await commit() }
    }

    private func commit() async throws(StoreError) {
        isDue = false
        let batch = queue
        queue = []
        queuedBytes = 0
        let plan = plan(batch)
        meter.begin(at: now())
        do {
            if !plan.isEmpty { try await write { (db, damaged) in try plan.execute(in: db, except: damaged) } }
            if !plan.isEmpty { health.full(false) }
        } catch {
            meter.end(committed: false, isFull: error == .full)
            try giveBack(batch, plan, because: error)
            return
        }
        apply(plan)
        meter.end(committed: !plan.isEmpty)
        for pending in batch { pending.waiter?.resume(returning: .success(())) }
        announceSpace()
        if !plan.samples.isEmpty { onCommit(plan.samples) }
        askForSeals()
    }

    /// Writes, but for tables of forecasts that are known to be damaged; a further one is met once, and all is done again.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database, _ damaged: Set<ForecastTable>) throws -> Value
    ) async throws(StoreError) -> Value {
        while true {
            let damaged = health.unwritable
            do throws(StoreError) {
                return try await database.write { db in try body(db, damaged) }
            } catch {
                try health.note(error, unless: damaged)
            }
        }
    }

    private func plan(_ batch: [Pending]) -> CommitPlan {
        var plan = CommitPlan()
        plan.samples = SampleBatch(joining: batch.map(\.entry.samples))
        for pending in batch {
            if plan.records.isEmpty {
                plan.records = pending.entry.records
            } else {
                plan.records += pending.entry.records
            }
            plan.fans += pending.entry.fans
            plan.rows += pending.entry.rows
        }
        if !merged.isEmpty { plan.samples.redirect(merged.targets) }
        // Nothing was ever deleted: most daemons look no series up here.
        if catalogue.generation > 0 { plan.samples.removeAll(of: catalogue.unknown(among: plan.samples.series)) }
        plan.samples = plan.samples.bySeries()
        plan.newSeries = catalogue.takeUnwritten()
        plan.newGrids = unwrittenGrids
        unwrittenGrids = []
        plan.seals = sealed
        sealed = []
        let row = JournalRow(samples: plan.samples, records: plan.records)
        (plan.row, plan.oldestOpenRow) = state.withLock { contents in
            let next = contents.lastRow + (row.isEmpty ? 0 : 1)
            return (next, min(contents.oldestOpenRow(after: plan.seals), row.isEmpty ? next + 1 : next))
        }
        if !row.isEmpty { plan.journal = row.encoded(with: journalCompressor) }
        return plan
    }

    /// Makes memory say what the file now says.
    private func apply(_ plan: CommitPlan) {
        let now = now()
        state.withLock { contents in
            contents.lastRow = plan.row
            contents.append(plan.samples, row: plan.row, at: now) { _ in false }
            contents.append(plan.records, row: plan.row, at: now) { _ in false }
            for seal in plan.seals { contents.apply(seal, at: now) }
            if let counted = contents.historyBytes {
                contents.historyBytes = plan.fans.reduce(counted) { $0 + $1.fan.bytes.count + FanTable.rowBytes }
            }
        }
        for seal in plan.seals { sealing.remove(seal.group) }
        if !plan.seals.isEmpty { announceSeal() }
        for case .series(let info) in plan.rows { catalogue.update(info) }
    }

    /// After a commit that did not happen: who waits is told, the rest waits for another try.
    private func giveBack(_ batch: [Pending], _ plan: CommitPlan, because error: StoreError) throws(StoreError) {
        catalogue.returnUnwritten(plan.newSeries)
        unwrittenGrids = plan.newGrids + unwrittenGrids
        sealed = plan.seals + sealed
        for pending in batch { pending.waiter?.resume(returning: .failure(error)) }
        let kept = batch.filter { $0.waiter == nil }
        queue = kept + queue
        queuedBytes += kept.reduce(0) { $0 + $1.size }
        guard error == .full else { throw error }
        health.full(true)
        // Who need not wait for space is told now.
        announceSpace()
        // The group-commit time is also the pause before the next try.
        if !queue.isEmpty || !sealed.isEmpty { arm() }
    }
}

/// One transaction.
struct CommitPlan: Sendable {
    /// Series by series.
    var samples = SampleBatch()
    var records: [RecordEntry] = []
    var fans: [FanRow] = []
    var rows: [TableWrite] = []
    var newSeries: [SeriesInfo] = []
    var newGrids: [GridRow] = []
    var seals: [SealedGroup] = []
    /// The encoded journal row, if there is one, and its id; without one, the id of the last.
    var journal: [UInt8]?
    var row: Int64 = 0
    /// Journal rows below this one go.
    var oldestOpenRow: Int64 = 0

    var isEmpty: Bool {
        journal == nil && fans.isEmpty && rows.isEmpty && newSeries.isEmpty && newGrids.isEmpty && seals.isEmpty
    }

    private var needsForecastTables: Bool {
        !newGrids.isEmpty || !fans.isEmpty || rows.contains(where: \.isOfForecasts)
    }

    /// - Parameter damaged: tables of forecasts that are left as they are.
    func execute(in db: Database, except damaged: Set<ForecastTable>) throws(StoreError) {
        do {
            try db.inTransaction(.immediate) {
                if needsForecastTables { try Schema.makeForecastTables(db) }
                try SeriesTable.insert(newSeries, into: db)
                try GridTable.insert(newGrids, keepsRows: !damaged.contains(.grid), into: db)
                if let journal { try JournalTable.insert(journal, id: row, into: db) }
                if !damaged.contains(.fan) { for fan in fans { try FanTable.insert(fan, into: db) } }
                for row in rows { try row.execute(in: db, except: damaged) }
                for seal in seals { try seal.execute(in: db, except: damaged) }
                if !seals.isEmpty { try JournalTable.delete(below: oldestOpenRow, in: db) }
                return .commit
            }
        } catch {
            throw StoreError(error)
        }
    }
}

extension TableWrite {
    /// Whether its table is made with the first forecast.
    var isOfForecasts: Bool {
        switch self {
        case .latestFan, .model, .alert, .skill, .state, .mark, .deleteModels: true
        case .series, .cursor: false
        }
    }

    /// Writes the row, but for tables that are left as they are.
    func execute(in db: Database, except damaged: Set<ForecastTable>) throws(StoreError) {
        func into(_ table: ForecastTable, _ write: () throws(StoreError) -> Void) throws(StoreError) {
            if !damaged.contains(table) { try write() }
        }
        switch self {
        case .latestFan(let row):
            try into(.latest) { () throws(StoreError) in try LatestFanTable.upsert(row, in: db) }
        case .model(let row):
            try into(.model) { () throws(StoreError) in try ModelTable.upsert(row, in: db) }
        case .alert(let alert):
            let row = damaged.contains(.alert) ? alert : try AlertTable.known(alert, in: db)
            try into(.alert) { () throws(StoreError) in try AlertTable.upsert(row, in: db) }
            try into(.alertHistory) { () throws(StoreError) in try AlertTable.append(row, to: db) }
        case .skill(let row):
            try into(.skill) { () throws(StoreError) in try SkillTable.upsert(row, in: db) }
        case .state(let grid, let bytes, let processed):
            try into(.state) { () throws(StoreError) in
                try StateTable.upsert(grid: grid, bytes: bytes, processed: processed, in: db)
            }
        case .mark(let row):
            try into(.mark) { () throws(StoreError) in try MarkTable.upsert(row, in: db) }
        case .deleteModels(let grid):
            try into(.model) { () throws(StoreError) in try ModelTable.deleteAll(of: grid, in: db) }
        case .series(let info): try SeriesTable.update(info, in: db)
        case .cursor(let name, let position): try CursorTable.upsert(name: name, position: position, in: db)
        }
    }
}
