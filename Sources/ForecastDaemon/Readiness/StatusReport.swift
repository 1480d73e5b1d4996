// The daemon's account of itself: one snapshot of every part, told as JSON (`status`), as Prometheus text (`/metrics`)
// and as the line that `systemctl status` shows.

import SeriesStore

/// Gathers the state of the parts. Cheap enough to be asked every second.
struct StatusReport: Sendable {
    let readiness: Readiness
    let progress: Progress
    let startedAt: Timestamp
    let storePath: String
    let trainingEnabled: Bool
    /// What is kept, by the configuration in force.
    let keeping: @Sendable () -> Store.Options
    /// How far ahead of our clock samples are taken, nanoseconds.
    let futureSkew: @Sendable () -> Int64
    let now: @Sendable () -> Timestamp

    /// Users, and processes of each, that are listed as clients.
    private static let shownClients = 10

    private struct Snapshot {
        let sizes: StoreSizes
        let intake: SampleIntake.Counts
        let places: Places
        let offenders: [(uid: Int64, refused: Int64, limit: String)]
        let forecasting: ForecastingService.Overview
        let training: TrainingService.Counts
        let waiting: (queued: Int, debtSeconds: Double)
        let store: Store
    }

    private func snapshot(_ running: Running) async throws(StoreError) -> Snapshot {
        let sizes = try running.store.reader.sizes()
        return Snapshot(
            sizes: sizes, intake: running.intake.counts, places: running.places,
            offenders: running.intake.offenders,
            forecasting: await running.forecasting.overview(), training: await running.training.counts,
            waiting: await running.training.waiting, store: running.store)
    }

    private var state: String {
        switch readiness.phase {
        case .starting(let what): "starting: \(what)"
        case .running(let running):
            if let ailment = StoreAilment(running.store).sentences.first {
                "degraded: \(ailment)"
            } else {
                readiness.warnings.isEmpty ? "running" : "running, with warnings"
            }
        case .stopping: "stopping"
        }
    }

    private var uptimeSeconds: Double { Double(now() - startedAt) / 1e9 }

    // JSON

    /// What `GET /v1/status` answers.
    func json() async -> [UInt8] {
        var json = JSONWriter()
        var found: Snapshot?
        var warnings = readiness.warnings
        if case .running(let running) = readiness.phase {
            do throws(StoreError) {
                let snapshot = try await snapshot(running)
                warnings += await self.warnings(snapshot)
                found = snapshot
            } catch {
                warnings.append("the store does not say how it is: \(error)")
            }
        }
        json.object { json in
            json.member("version", Version.current)
            json.member("state", state)
            json.member("uptime_seconds", uptimeSeconds)
            json.member("resident_bytes", Environment.residentBytes())
            if let found { write(found, to: &json) }
            json.array("warnings") { json in
                for sentence in warnings { json.value(sentence) }
            }
        }
        return json.bytes
    }

    private func write(_ found: Snapshot, to json: inout JSONWriter) {
        json.object("store") { json in
            json.member("path", storePath)
            json.object("bytes") { json in
                json.member("samples", found.sizes.sampleBytes)
                json.member("tiers", found.sizes.tierBytes)
                json.member("forecasts", found.sizes.forecastBytes)
                json.member("models", found.sizes.modelBytes)
                json.member("overhead", found.sizes.overheadBytes)
                json.member("file", found.sizes.fileBytes)
                json.member("log", found.sizes.logBytes)
            }
            json.member("points", found.sizes.sampleCount)
            json.member("series", found.sizes.seriesCount)
            json.member("commits", found.store.writer.meter.commits)
            Keeping(options: keeping(), sizes: found.sizes, path: storePath).write(to: &json)
        }
        json.object("ingest") { json in
            json.member("points", found.intake.points)
            json.member("bad_lines", found.intake.refused)
            json.member("strings_skipped", found.intake.strings)
            json.object("refused") { json in
                for (reason, count) in found.intake.reasons.sorted(by: { $0.key < $1.key }) {
                    json.member(reason, count)
                }
            }
            json.member("connections", found.places.count)
            json.array("clients") { json in
                for holder in found.places.holders.prefix(Self.shownClients) {
                    json.object { json in
                        json.member("uid", holder.uid)
                        json.member("connections", holder.places)
                        json.array("pids") { json in
                            for pid in holder.pids.prefix(Self.shownClients) { json.value(pid) }
                        }
                    }
                }
            }
            json.member("points_per_second", Double(found.intake.points) / max(1, uptimeSeconds))
        }
        json.object("training") { json in
            json.member("enabled", trainingEnabled)
            json.member("queued", found.waiting.queued)
            json.member("running", found.training.running)
            json.member("done", found.training.done)
            json.member("rejected", found.training.rejected)
            json.member("failed", found.training.failed)
            json.member("cpu_seconds", found.training.cpuSeconds)
            json.member("debt_seconds", found.waiting.debtSeconds)
            json.member("last", found.training.last)
        }
        json.object("forecasts") { json in
            json.member("grids", found.forecasting.grids)
            json.member("issued", found.forecasting.counts.issued)
            json.member("backfilled", found.forecasting.counts.backfilled)
            json.member("scored", found.forecasting.counts.scored)
            json.member("outside80", found.forecasting.counts.outside80)
            json.member("median_skill", median(found.forecasting.skills))
        }
        json.object("alerts") { json in
            json.member("firing", found.forecasting.firing.count)
            json.member("pending", found.forecasting.pending)
        }
        json.array("waiting") { json in for sentence in waiting(found) { json.value(sentence) } }
    }

    private func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }

    private func waiting(_ found: Snapshot) -> [String] {
        var sentences: [String] = []
        let (all, forecasting) = (found.sizes.seriesCount, found.forecasting)
        if all > forecasting.grids {
            sentences.append("\(all - forecasting.grids) series wait for 8 samples, or come without a rhythm")
        }
        if forecasting.learning > 0 {
            sentences.append("\(forecasting.learning) series are learning: a network needs 400 bins")
        }
        if forecasting.catchingUp > 0 { sentences.append("\(forecasting.catchingUp) series are catching up") }
        if found.waiting.queued > 0 { sentences.append("\(found.waiting.queued) trainings wait for their turn") }
        return sentences
    }

    private func warnings(_ found: Snapshot) async -> [String] {
        var sentences = found.offenders.map {
            "uid \($0.uid) was refused new series \(Wording.count($0.refused)) times, by \($0.limit)"
        }
        if let full = found.places.warning { sentences.append(full) }
        if found.forecasting.beyondLimit > 0 {
            sentences.append(
                "\(found.forecasting.beyondLimit) series are not trained and are served by their last value: "
                    + "limits.trained or memory.models is reached; raise it and restart, or delete what is not needed")
        }
        sentences += StoreAilment(found.store).sentences
        let now = now()
        let future = await FutureSamples.found(
            in: found.store, newest: found.sizes.newest, now: now, skew: futureSkew())
        if let future { sentences.append(future.sentence(now: now)) }
        if let reader = LogReader.holding(logOf: storePath, bytes: found.sizes.logBytes) {
            sentences.append(reader.sentence(bytes: found.sizes.logBytes))
        }
        if let seconds = progress.commitSeconds, seconds > 5 {
            sentences.append("a commit has been waiting for the disk for \(Int(seconds)) s")
        }
        return sentences
    }

    // One line

    /// What `systemctl status` shows.
    func line() async -> String {
        if let seconds = progress.commitSeconds, seconds > 5 {
            return "a commit has been waiting for the disk for \(Int(seconds)) s; nothing is lost"
        }
        if case .running(let running) = readiness.phase, let ailment = StoreAilment(running.store).sentences.first {
            return "degraded: \(ailment)"
        }
        // Where the store does not answer, `status` has the reason.
        guard case .running(let running) = readiness.phase, let found = try? await snapshot(running) else {
            return state
        }
        let firing = found.forecasting.firing.count
        let drift = firing == 0 ? "no drift" : "\(firing) drifting"
        return readiness.warnings.map { $0 + "; " }.joined()
            + "\(found.sizes.seriesCount) series, \(found.sizes.sampleCount) points, "
            + "\(found.forecasting.withModel) with a model, \(drift)"
    }
}
