// What goes by age, or because the series of a rule hold too much: samples, the record, fans; looked at every hour. What goes
// because the whole store lacks room is in `StoreWriter+Room`. Samples that go, for whatever reason, leave the bins of the
// tiers that are wanted.
//
// What fails is told to the store's health, with its place, and comes up again in the next round; nothing else waits for it.

import GRDB

extension StoreWriter {
    /// Takes away what has had its time.
    func expire() async {
        let now = now()
        var failures: [String] = []
        let limits = limits(await excessOfRules(&failures))
        for group in state.withLock({ Array($0.segments.keys) }) where !sealing.contains(group) {
            let (segments, open) = state.withLock { ($0.segments[group] ?? [], $0.newestOpen(group)) }
            sealing.insert(group)
            switch group.kind {
            case .samples:
                let retention = limits.retention(of: group, segments, open, now: now)
                var expired = Retention.Expired()
                do throws(StoreError) {
                    if retention.mayHaveExpired {
                        expired = try await database.read { db in try retention.expired(db) }
                    }
                } catch {
                    failures.append("samples of series \(group.owners): \(error.reason)")
                }
                await takeAway(expired, from: group)
            case .tier:
                let samples = group.tieredSamples
                let keep = options.tiers.first { $0.stepSeconds == group.tierStep }?.keep
                let retention = state.withLock { contents in
                    TierRetention(
                        segments: segments, samples: contents.segments[samples] ?? [],
                        open: contents.newestOpen(samples), created: limits.created, now: now,
                        stepSeconds: group.tierStep, age: keep?.nanoseconds)
                }
                var expired = Set<Int64>()
                do throws(StoreError) {
                    if retention.mayHaveExpired {
                        expired = try await database.read { db in try retention.expired(db) }
                    }
                } catch {
                    failures.append("a tier of series \(group.tieredSamples.owners): \(error.reason)")
                }
                await takeAway(Retention.Expired(whole: expired), from: group)
            case .record:
                let steps = Dictionary(gridIDs.values.flatMap { $0.map { ($0.value, $0.key) } }) { $1 }
                let retention = RecordRetention(
                    segments: segments, now: now, age: options.forecasts.record.nanoseconds, steps: steps)
                var expired = Set<Int64>()
                do throws(StoreError) {
                    expired = try await database.read { db in try retention.expired(db) }
                } catch {
                    failures.append("the record of grids \(group.owners): \(error.reason)")
                }
                await takeAway(Retention.Expired(whole: expired), from: group)
            }
        }
        health.failed(.expiry, failures.first)
        do throws(StoreError) {
            try await thinForecasts(now: now)
            health.failed(.thinning, nil)
        } catch {
            health.failed(.thinning, error.reason)
        }
    }

    /// What exceeds the room of a rule.
    private func excessOfRules(_ failures: inout [String]) async -> Retention.Cuts {
        var excess: Retention.Cuts = [:]
        var shortages: [Shortage] = []
        var spokenFor = Set<SeriesID>()
        for rule in options.rules {
            guard let maxBytes = rule.maxBytes else { continue }
            // The first rule that matches wins.
            let series = Set(catalogue.matching(rule.matches).map(\.id)).subtracting(spokenFor)
            spokenFor.formUnion(series)
            let groups = Set(series.map { GroupKey(series: $0) })
            let segments = state.withLock { contents in groups.flatMap { contents.segments[$0] ?? [] } }
            let room = RoomOfRule(series: series, maxBytes: maxBytes, segments: segments)
            do throws(StoreError) {
                let (cuts, stays) = try await database.read { db in try room.excess(db) }
                // A series is spoken for by one rule, so that no chunk is in two of these.
                excess.merge(cuts) { $0.merging($1) { one, _ in one } }
                if stays > maxBytes {
                    shortages.append(
                        Shortage(limit: .ofRule(rule.matches.description), allowed: maxBytes, needed: stays))
                }
            } catch {
                failures.append("max_size of \(rule.matches): \(error.reason)")
            }
        }
        health.lacking(ofRules: shortages)
        return excess
    }

    private func limits(_ excess: Retention.Cuts) -> SampleLimits {
        var limits = SampleLimits(retention: options.retention?.nanoseconds, excess: excess)
        for info in catalogue.all() {
            // The end of the day: rather longer than shorter.
            limits.created[info.id] = Bins.start(of: info.createdDay + 1, stepSeconds: 86_400)
        }
        for rule in options.rules.reversed() {
            for info in catalogue.matching(rule.matches) {
                limits.ruled.insert(info.id)
                if let retention = rule.retention { limits.ages[info.id] = retention.nanoseconds }
            }
        }
        return limits
    }

    /// With the next commit. The group is in `sealing`.
    func takeAway(_ expired: Retention.Expired, from group: GroupKey) async {
        if expired.isEmpty {
            release(group)
            return
        }
        var change = SealedGroup(group, expired.rewritten)
        change.replaced.formUnion(expired.whole)
        if group.kind == .samples, !options.tiers.isEmpty {
            let making = state.withLock { contents in
                TierMaking(
                    group: group, segments: contents.segments[group] ?? [], open: contents.openSamples(of: group),
                    tiers: options.tiers, expired: expired)
            }
            do throws(StoreError) {
                change.segments += try await database.read { db in try making.made(db) }
            } catch {
                // They stay, and it is tried again.
                release(group)
                return
            }
        }
        add(change)
    }

    /// Old fans go, older ones are thinned, and the budget is held.
    private func thinForecasts(now: Timestamp) async throws(StoreError) {
        let forecasts = options.forecasts
        let seconds = now / 1_000_000_000
        let fine = (seconds - forecasts.fine.components.seconds) / FanTable.coarseSeconds * FanTable.coarseSeconds
        let coarse = seconds - forecasts.coarse.components.seconds
        let from = thinnedTo
        let sampleBytes = state.withLock { $0.bytes(of: .samples) }
        let recordBytes = state.withLock { $0.bytes(of: .record) }
        let grids = gridIDs.values.reduce(0) { $0 + $1.count }
        let budget = max(Int(Double(sampleBytes) * forecasts.budget), 65_536 * grids, 16 << 20)
        let fans = try await write { (db, damaged) in
            guard try GridTable.exists(in: db) else { return 0 }
            if !damaged.contains(.fan) {
                try FanTable.thin(from: from, to: fine, in: db)
                try FanTable.delete(before: coarse, in: db)
            }
            return try FanTable.historyBytes(in: db, except: damaged)
        }
        thinnedTo = max(thinnedTo, fine)
        state.withLock { $0.historyBytes = fans }
        if fans + recordBytes <= budget { return }
        // Over the budget: the fine fans are thinned too, but for the newest six hours; then the oldest of the record goes.
        let recent = (seconds - 6 * 3600) / FanTable.coarseSeconds * FanTable.coarseSeconds
        let thinned = try await write { (db, damaged) in
            if !damaged.contains(.fan), try GridTable.exists(in: db) {
                try FanTable.thin(from: fine, to: recent, in: db)
            }
            return try GridTable.exists(in: db) ? FanTable.historyBytes(in: db, except: damaged) : 0
        }
        state.withLock { $0.historyBytes = thinned }
        if thinned + recordBytes > budget {
            await shed(.record, bytes: thinned + recordBytes - budget)
        }
    }
}

/// How long the samples of each series are kept.
private struct SampleLimits {
    /// Where no rule says anything; nil: for ever.
    var retention: Int64?
    var excess: Retention.Cuts
    var ages: [SeriesID: Int64] = [:]
    var ruled = Set<SeriesID>()
    var created: [SeriesID: Timestamp] = [:]

    func retention(
        of group: GroupKey, _ segments: [SegmentInfo], _ open: [SeriesID: Timestamp], now: Timestamp
    ) -> Retention {
        var result = Retention(segments: segments, open: open, now: now, ages: [:])
        for series in group.group * GroupKey.size..<(group.group + 1) * GroupKey.size {
            result.created[series] = created[series]
            result.ages[series] = ages[series] ?? retention
            if ruled.contains(series) { result.ruled.insert(series) }
        }
        for info in segments { result.excess[info.id] = excess[info.id] }
        return result
    }
}

extension Retention {
    /// Whether it is worth opening a segment: what memory knows of them says that something may have expired.
    fileprivate var mayHaveExpired: Bool {
        if !excess.isEmpty { return true }
        guard let age = ages.values.min() else { return false }
        let newest = max(segments.map(\.last).max() ?? .min, open.values.max() ?? .min)
        let oldest = (ruled.isEmpty ? segments.map(\.last) : segments.map(\.first)).min() ?? .max
        return oldest < newest.subtracting(age) || oldest < now.subtracting(age)
    }
}

extension StoreContents {
    /// The newest open sample of each series of a group that has one.
    func newestOpen(_ group: GroupKey) -> [SeriesID: Timestamp] {
        guard group.kind == .samples else { return [:] }
        var open: [SeriesID: Timestamp] = [:]
        for series in group.group * GroupKey.size..<(group.group + 1) * GroupKey.size {
            if let span = heads[series]?.span { open[series] = span.last }
        }
        return open
    }

    /// The open samples of each series of a group that has some.
    fileprivate func openSamples(of group: GroupKey) -> [SeriesID: Samples] {
        var open: [SeriesID: Samples] = [:]
        for series in group.group * GroupKey.size..<(group.group + 1) * GroupKey.size {
            if let head = heads[series], head.count > 0 { open[series] = head.samples }
        }
        return open
    }

    /// Bytes of all segments of a kind.
    func bytes(of kind: SegmentKind) -> Int {
        segments.filter { $0.key.kind == kind }.reduce(0) { $0 + $1.value.reduce(0) { $0 + $1.size } }
    }
}
