// The writer's life: its loops run side by side until the task is cancelled, then it takes no more, commits what waits,
// and may be closed.

import GRDB

extension StoreWriter {
    /// How often it is looked for groups to seal by age and for other housekeeping.
    private static let round: Duration = .seconds(15)

    /// Runs all loops; returns when cancelled and all that waited is committed.
    func run() async throws {
        defer { runEnded() }
        isRunning = true
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.commitLoop() }
            group.addTask { await self.timerLoop() }
            group.addTask { await self.sealLoop() }
            group.addTask { await self.housekeepingLoop() }
            // The first to end is the commit loop with an error, or all of them on cancellation.
            do {
                for try await _ in group {}
            } catch {
                stop()
                group.cancelAll()
                throw error
            }
        }
    }

    private func housekeepingLoop() async {
        // What has expired while the daemon was off goes a minute after the start, then every hour.
        var round = 236
        while phase == .open {
            do { try await clock.sleep(for: Self.round) } catch { break }
            await watchLog()
            askForOldSeals()
            if !isLogHeld {
                askForMerges(all: false)
                await makeRoom()
            }
            round += 1
            if round % 240 == 0, !isLogHeld { await expire() }
        }
        stop()
    }

    /// Somebody's read transaction keeps the log from being cut, and all that is written makes it grow: what can wait, waits.
    /// `status` names who it is. Once they are gone, the log is copied into the file and begins anew.
    func watchLog() async {
        isLogHeld = database.logBytes > Self.usualLog
        guard isLogHeld else { return }
        do throws(StoreError) {
            if try await database.checkpoint() == 0 { isLogHeld = false }
            health.failed(.log, nil)
        } catch {
            health.failed(.log, error.reason)
        }
    }

    private func runEnded() {
        isRunning = false
        for waiter in waitingForEnd { waiter.resume() }
        waitingForEnd = []
    }

    /// Returns when the writer takes its turn: one that hangs never does.
    public func pulse() {}

    /// Stops, waits for the loops, commits the rest and closes the file.
    func close() async {
        if phase == .closed { return }
        stop()
        if isRunning { await withCheckedContinuation { waitingForEnd.append($0) } }
        if phase == .closed { return }
        phase = .closed
        do throws(StoreError) {
            try await commitRest()
        } catch {
            health.failed(.ending, error.reason)
        }
        for pending in queue { pending.waiter?.resume(returning: .failure(.closed)) }
        queue = []
        // What these two would do, the next to open the file does: copy the log, and cut it.
        _ = try? await database.checkpoint()
        try? database.close()
    }

    /// From now on what is kept is what these options say; the others of them take part only at open.
    func keep(_ new: StoreOptions) {
        options.retention = new.retention
        options.maxBytes = new.maxBytes
        options.keepFree = new.keepFree
        options.rules = new.rules
        options.tiers = new.tiers
        options.forecasts = new.forecasts
    }
}
