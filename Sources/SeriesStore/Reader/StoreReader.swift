// Reads samples: what segments hold and what is still open, merged into one sequence. A reader looks at memory under
// the lock for a moment, notes which segments it needs, and reads them on a snapshot of the file; the writer goes on.
// If a merge or retention has taken one away in between, it looks again.

import GRDB

/// Answers questions about what is committed. Copy it freely.
public struct StoreReader: Sendable {
    let database: StoreDatabase
    let state: StoreState
    let catalogue: SeriesCatalogue
    let health: StoreHealth
    let meter: CommitMeter

    /// A merge may take segments away while they are read; each attempt that finds one gone has met another commit.
    static let attempts = 16

    /// The committed samples of a series with `from <= t < to`, ascending, one for each timestamp.
    ///
    /// - Complexity: decodes the chunks that reach into the range, up to 4096 samples each.
    public func samples(
        of series: SeriesID, from: Timestamp, to: Timestamp
    ) async throws(StoreError) -> (timestamps: [Timestamp], values: [Double]) {
        let found = try await ordered(series, from: from, to: to)
        return (found.timestamps, found.values)
    }

    /// How many samples a series has, its first and last time and its last value; nil if it has none.
    ///
    /// The count is exact as long as no timestamp was written twice into different segments.
    public func summary(of series: SeriesID) async throws(StoreError) -> SeriesSummary? {
        let group = GroupKey(series: series)
        for attempt in 0..<Self.attempts {
            if attempt > 0 { await commitInProgress() }
            let (head, known, segments) = state.withLock { contents in
                let head = contents.heads[series]?.summary
                let segments = contents.segments[group] ?? []
                return (head, segments.isEmpty ? [:] : contents.summaries[group], segments)
            }
            if let known { return SeriesSummary.sum(known[series], head) }
            let found = try await database.read { [health] db in
                try SegmentReading(db, skippingDamage: health).summaries(in: segments)
            }
            guard let found else { continue }
            state.withLock { contents in
                if contents.segments[group] == segments { contents.summaries[group] = found }
            }
            return SeriesSummary.sum(found[series], head)
        }
        throw .failed("the segments of series \(series) change faster than they can be read")
    }

    /// From when to when bins of a step may have values, for each series: what samples and, where these have gone, tiers cover.
    /// Of tiers it is what they have of any series in the group.
    public func reach(
        of series: [SeriesID], stepSeconds: Int64
    ) async throws(StoreError) -> [ClosedRange<Timestamp>?] {
        let tiers: [TierSources] = state.withLock { contents in
            let steps = contents.tierSteps
            return series.map { contents.tiers(of: $0, in: stepSeconds, steps: steps, from: .min, to: .max) }
        }
        var result: [ClosedRange<Timestamp>?] = []
        for (series, tiers) in zip(series, tiers) {
            var reach = try await summary(of: series).map { $0.first...$0.last }
            for segment in tiers.tiers.flatMap(\.segments) {
                let known = reach ?? segment.first...segment.last
                reach = min(known.lowerBound, segment.first)...max(known.upperBound, segment.last)
            }
            result.append(reach)
        }
        return result
    }

    /// The same of some series: those of one group share what is read for the first of them.
    public func summaries(of series: [SeriesID]) async throws(StoreError) -> [SeriesID: SeriesSummary] {
        var result: [SeriesID: SeriesSummary] = [:]
        result.reserveCapacity(series.count)
        var left = series
        while let first = left.first {
            // Reads what is remembered of its group, if nobody has yet.
            result[first] = try await summary(of: first)
            let rest = left.dropFirst()
            let known = state.withLock { contents in
                rest.map { id -> (isKnown: Bool, summary: SeriesSummary?) in
                    let group = GroupKey(series: id)
                    let isSealed = contents.segments[group]?.isEmpty == false
                    guard let sealed = isSealed ? contents.summaries[group] : [:] else { return (false, nil) }
                    return (true, SeriesSummary.sum(sealed[id], contents.heads[id]?.summary))
                }
            }
            left = []
            for (id, found) in zip(rest, known) {
                if found.isKnown { result[id] = found.summary } else { left.append(id) }
            }
        }
        return result
    }

    /// The same of every series that has samples, from directories alone: no chunk is decoded.
    public func summaries() async throws(StoreError) -> [SeriesID: SeriesSummary] {
        try await summaries(of: catalogue.all().map(\.id))
    }

    /// Waits for the commit in progress. Readers of the file see it before its segments are listed, and a checkpoint of
    /// many pages may lie between the two, or a machine that has no time for the writer.
    func commitInProgress() async { await meter.settled() }

    func ordered(_ series: SeriesID, from: Timestamp, to: Timestamp) async throws(StoreError) -> Samples {
        for attempt in 0..<Self.attempts {
            if attempt > 0 { await commitInProgress() }
            let (head, segments) = state.withLock { contents in
                (
                    contents.heads[series]?.samples(from: from, to: to) ?? Samples(),
                    contents.segments(of: GroupKey(series: series), from: from, to: to)
                )
            }
            if segments.isEmpty { return head }
            let sealed = try await database.read { [health] db in
                let reading = SegmentReading(db, skippingDamage: health)
                return try reading.samples(of: series, from: from, to: to, in: segments)
            }
            guard var found = sealed else { continue }
            found.append(contentsOf: head)
            return found.ordered()
        }
        throw .failed("the segments of series \(series) change faster than they can be read")
    }
}

extension Head {
    /// The extent of its samples; nil if there are none. Where times ascend nothing is copied.
    fileprivate var summary: SeriesSummary? { SeriesSummary(of: isAscending ? samples : samples.ordered()) }
}
