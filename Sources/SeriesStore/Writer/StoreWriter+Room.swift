// What goes because there is too little room: near `maxBytes`, or when the file system fills up. Forecast history goes
// first, then the oldest samples, then the oldest bins of tiers, at most a fiftieth of the file a round, so that a short spike
// of somebody else's files costs little. Samples go by segments; where every segment reaches into the newest day, the oldest
// part of one is cut out. The newest day always stays, and a limit that it exceeds is told.

import GRDB

extension StoreWriter {
    /// Makes room if there is too little.
    func makeRoom() async {
        do throws(StoreError) {
            try await makeRoomIfNeeded()
            health.failed(.room, nil)
        } catch {
            // A full disk is told by the commits.
            health.failed(.room, error == .full ? nil : error.reason)
        }
    }

    private func makeRoomIfNeeded() async throws(StoreError) {
        let used = try await database.usedBytes()
        let space = FileSystemSpace(at: database.path).map { space in
            // On a small file system a gigabyte would be most of it: a quarter is enough there.
            let kept = min(max(Int(Double(space.total) * options.keepFree), 1 << 30), space.total / 4)
            return (kept: kept, left: space.available)
        }
        var excess = options.maxBytes.map { used - $0 * 49 / 50 } ?? 0
        var shortage: Shortage?
        // Room that others took, and that all of ours would not give back, is no reason to lose history.
        if let space, space.kept > space.left, space.kept - space.left < used {
            excess = max(excess, space.kept - space.left)
            shortage = Shortage(limit: .ofFileSystem, allowed: space.kept, needed: space.left)
        }
        if let maxBytes = options.maxBytes, used > maxBytes {
            shortage = Shortage(limit: .ofStore, allowed: maxBytes, needed: used)
        }
        guard excess > 0 else {
            health.shedding(nil)
            health.lacking(nil)
            return
        }
        let piece = min(excess, max(1 << 20, used / 50))
        let isBusy = !sealing.isEmpty
        if await shed(.record, bytes: piece) {
            health.shedding(.record)
            health.lacking(nil)
        } else if try await shedSamples(piece) {
            health.shedding(.samples)
            health.lacking(nil)
        } else if await shed(.tier, bytes: piece) {
            health.shedding(.samples)
            health.lacking(nil)
        } else {
            health.shedding(nil)
            // What is being written now may have something to give up in the next round.
            if !isBusy { health.lacking(shortage) }
        }
        try await database.shrink()
    }

    private func shedSamples(_ bytes: Int) async throws(StoreError) -> Bool {
        if await shed(.samples, bytes: bytes) { return true }
        return try await cutOldest(bytes)
    }

    /// Takes the oldest segments of a kind away, until so many bytes are gone; of samples, those that reach into the newest day
    /// of their group stay. Returns whether there was one.
    @discardableResult
    func shed(_ kind: SegmentKind, bytes: Int) async -> Bool {
        var taken: [GroupKey: Set<Int64>] = [:]
        var rest = bytes
        let oldest = state.withLock { contents in
            contents.segments.filter { $0.key.kind == kind && !sealing.contains($0.key) }.flatMap { _, list in
                let newest = list.map(\.last).max() ?? .min
                return kind == .samples ? list.filter { $0.last < newest.subtracting(.newestDay) } : list
            }.sorted { $0.last < $1.last }
        }
        for info in oldest where rest > 0 {
            taken[GroupKey(kind: kind, group: info.group), default: []].insert(info.id)
            rest -= info.size
        }
        for group in taken.keys { sealing.insert(group) }
        for (group, segments) in taken { await takeAway(Retention.Expired(whole: segments), from: group) }
        return !taken.isEmpty
    }

    /// Cuts the oldest samples out of segments that reach into the newest day of their group, which a merge of everything
    /// leaves, until so many bytes are gone. Returns whether something went.
    ///
    /// - Throws: why the oldest could not be cut, if nothing else could.
    private func cutOldest(_ bytes: Int) async throws(StoreError) -> Bool {
        let groups = state.withLock { contents in
            contents.segments.filter { $0.key.kind == .samples && !sealing.contains($0.key) }.compactMap {
                group, segments in
                let samples = OldestSamples(segments: segments, open: contents.newestOpen(group))
                return samples.oldest().map { (oldest: $0, group, samples) }
            }.sorted { $0.oldest < $1.oldest }
        }
        var rest = bytes
        var failure: StoreError?
        for (_, group, samples) in groups where rest > 0 {
            // It may have become busy while another one was read.
            if sealing.contains(group) { continue }
            sealing.insert(group)
            let wanted = rest
            do throws(StoreError) {
                let (expired, gone) = try await database.read { db in try samples.cut(wanted, db) }
                rest -= gone
                await takeAway(expired, from: group)
            } catch {
                release(group)
                failure = error
            }
        }
        if rest == bytes, let failure { throw failure }
        return rest < bytes
    }
}
