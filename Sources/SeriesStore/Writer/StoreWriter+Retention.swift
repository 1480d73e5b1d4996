// What goes, and when. By age: samples, the record, fans; looked at every hour. By room: near `maxBytes`, or when the
// file system fills up, forecast history goes first and then the oldest samples, at most a fiftieth of the file a round,
// so that a short spike of somebody else's files costs little. The newest day always stays.

import GRDB

extension StoreWriter {
    /// Takes away what has had its time.
    func expire() async {
        let now = now()
        let steps = Dictionary(uniqueKeysWithValues: gridIDs.values.flatMap { $0.map { ($0.value, $0.key) } })
        for (group, candidate) in state.withLock({ $0.candidates(now: now, options: options) }) {
            if sealing.contains(group) { continue }
            sealing.insert(group)
            var dated = candidate
            for series in group.group * GroupKey.size..<(group.group + 1) * GroupKey.size where group.kind == .samples {
                // The end of the day: rather longer than shorter.
                dated.created[series] = catalogue[series].map { Bins.start(of: $0.createdDay + 1, stepSeconds: 86_400) }
            }
            let retention = dated
            let expired = try? await database.read { db in
                switch group.kind {
                case .samples: try retention.expired(db)
                case .record: try retention.expiredRecords(db, steps: steps)
                }
            }
            takeAway(expired ?? [], from: group)
        }
        await thinForecasts(now: now)
    }

    /// Whole segments, with the next commit. The group is in `sealing`.
    private func takeAway(_ segments: Set<Int64>, from group: GroupKey) {
        if segments.isEmpty {
            release(group)
        } else {
            add(SealedGroup(group: group, row: 0, replaced: segments))
        }
    }

    /// Old fans go, older ones are thinned, and the budget is held.
    private func thinForecasts(now: Timestamp) async {
        let forecasts = options.forecasts
        let seconds = now / 1_000_000_000
        let fine = (seconds - forecasts.fine.components.seconds) / FanTable.coarseSeconds * FanTable.coarseSeconds
        let coarse = seconds - forecasts.coarse.components.seconds
        let from = thinnedTo
        let sampleBytes = state.withLock { $0.bytes(of: .samples) }
        let recordBytes = state.withLock { $0.bytes(of: .record) }
        let grids = gridIDs.values.reduce(0) { $0 + $1.count }
        let budget = max(Int(Double(sampleBytes) * forecasts.budget), 65_536 * grids, 16 << 20)
        let fans: Int? = try? await database.write { db in
            guard try GridTable.exists(in: db) else { return 0 }
            try FanTable.thin(from: from, to: fine, in: db)
            try FanTable.delete(before: coarse, in: db)
            return try FanTable.historyBytes(in: db)
        }
        guard let fans else { return }
        thinnedTo = max(thinnedTo, fine)
        state.withLock { $0.historyBytes = fans }
        if fans + recordBytes <= budget { return }
        // Over the budget: the fine fans are thinned too, but for the newest six hours; then the oldest of the record goes.
        let recent = (seconds - 6 * 3600) / FanTable.coarseSeconds * FanTable.coarseSeconds
        let thinned =
            (try? await database.write { db in
                guard try GridTable.exists(in: db) else { return 0 }
                try FanTable.thin(from: fine, to: recent, in: db)
                return try FanTable.historyBytes(in: db)
            }) ?? fans
        state.withLock { $0.historyBytes = thinned }
        if thinned + recordBytes > budget {
            shed(.record, bytes: thinned + recordBytes - budget, keeping: .max)
        }
    }

    /// Makes room if there is too little.
    func makeRoom() async {
        guard let used = try? await database.usedBytes() else { return }
        var excess = options.maxBytes.map { used - $0 * 49 / 50 } ?? 0
        if let space = FileSystemSpace(at: database.path) {
            // On a small file system a gigabyte would be most of it: a quarter is enough there.
            let kept = min(max(Int(Double(space.total) * options.keepFree), 1 << 30), space.total / 4)
            let missing = kept - space.available
            // Room that others took, and that all of ours would not give back, is no reason to lose history.
            if missing < used { excess = max(excess, missing) }
        }
        guard excess > 0 else {
            health.shedding(nil)
            return
        }
        let piece = min(excess, max(1 << 20, used / 50))
        if shed(.record, bytes: piece, keeping: 0) {
            health.shedding(.record)
        } else if shed(.samples, bytes: piece, keeping: 86_400_000_000_000) {
            health.shedding(.samples)
        } else {
            health.shedding(nil)
        }
        try? await database.shrink()
    }

    /// Takes the oldest segments of a kind away, until so many bytes are gone; those that reach into the newest `keeping`
    /// nanoseconds of their group stay. Returns whether there was one.
    @discardableResult
    private func shed(_ kind: SegmentKind, bytes: Int, keeping: Int64) -> Bool {
        var taken: [GroupKey: Set<Int64>] = [:]
        var rest = bytes
        let oldest = state.withLock { contents in
            contents.segments.filter { $0.key.kind == kind && !sealing.contains($0.key) }.flatMap { _, list in
                let newest = list.map(\.last).max() ?? .min
                return kind == .record ? list : list.filter { $0.last < newest.subtracting(keeping) }
            }.sorted { $0.last < $1.last }
        }
        for info in oldest where rest > 0 {
            taken[GroupKey(kind: kind, group: info.group), default: []].insert(info.id)
            rest -= info.size
        }
        for (group, segments) in taken {
            sealing.insert(group)
            takeAway(segments, from: group)
        }
        return !taken.isEmpty
    }
}

extension StoreContents {
    /// The groups that may hold something expired.
    fileprivate func candidates(now: Timestamp, options: StoreOptions) -> [(GroupKey, Retention)] {
        segments.compactMap { group, list in
            switch group.kind {
            case .samples:
                guard let age = options.retention?.nanoseconds else { return nil }
                var open: [SeriesID: Timestamp] = [:]
                for series in group.group * GroupKey.size..<(group.group + 1) * GroupKey.size {
                    if let last = heads[series]?.samples.timestamps.max() { open[series] = last }
                }
                let newest = max(list.map(\.last).max() ?? .min, open.values.max() ?? .min)
                let oldest = list.map(\.last).min() ?? .max
                guard oldest < newest.subtracting(age) || oldest < now.subtracting(age) else { return nil }
                return (group, Retention(segments: list, open: open, now: now, age: age))
            case .record:
                let age = options.forecasts.record.nanoseconds
                return (group, Retention(segments: list, open: [:], now: now, age: age))
            }
        }
    }

    /// Bytes of all segments of a kind.
    func bytes(of kind: SegmentKind) -> Int {
        segments.filter { $0.key.kind == kind }.reduce(0) { $0 + $1.value.reduce(0) { $0 + $1.size } }
    }
}
