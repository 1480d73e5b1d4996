// Bins of committed samples: what models see and what graphs show.

/// A request for bins of one series.
public struct BinRequest: Sendable, Hashable {
    /// The series.
    public var series: SeriesID
    /// Length of a bin.
    public var stepSeconds: Int64
    /// Which bins.
    public var range: Range<Int64>
    /// How they are made.
    public var aggregate: Aggregate

    /// All fields; see there.
    public init(series: SeriesID, stepSeconds: Int64, range: Range<Int64>, aggregate: Aggregate) {
        self.series = series
        self.stepSeconds = stepSeconds
        self.range = range
        self.aggregate = aggregate
    }
}

extension StoreReader {
    /// The bins of a range, NaN where nothing was measured.
    ///
    /// `rate` is the increase per second since the last sample before the bin, with counter resets taken out; the first
    /// bin of a series counts from its own first sample. After a gap it is the mean rate over the gap.
    ///
    /// - Complexity: bins that lie in the head alone are made without touching the file.
    public func bins(
        of series: SeriesID, stepSeconds: Int64, range: Range<Int64>, aggregate: Aggregate
    ) async throws(StoreError) -> [Double] {
        let request = BinRequest(series: series, stepSeconds: stepSeconds, range: range, aggregate: aggregate)
        return try await bins(of: [request])[0]
    }

    /// The bins of many series, in the order of the requests: one look at memory for all that heads can answer, one
    /// snapshot of the file for each `together` of the others.
    public func bins(of requests: [BinRequest]) async throws(StoreError) -> [[Double]] {
        var results = openBins(requests)
        // By id: neighbours share segments and time columns, which are read once.
        let sealed = results.indices.filter { results[$0] == nil }.sorted { requests[$0].series < requests[$1].series }
        for start in stride(from: 0, to: sealed.count, by: Self.together) {
            let part = sealed[start..<min(start + Self.together, sealed.count)]
            let bins = try await sealedBins(part.map { requests[$0] })
            for (index, bins) in zip(part, bins) { results[index] = bins }
        }
        return results.compactMap { $0 }
    }

    /// A snapshot is held for so many series, some ten milliseconds: while it is, the log cannot be copied into the file.
    private static let together = 128

    /// The bins of each request that heads alone can answer.
    private func openBins(_ requests: [BinRequest]) -> [[Double]?] {
        state.withLock { contents in
            let steps = contents.tierSteps
            return requests.map { request in
                if request.range.isEmpty { return [] }
                let (from, to) = request.span
                let group = GroupKey(series: request.series)
                let previous = contents.heads[request.series]?.newest(before: from)
                // A rate needs the sample before, and that may be in a segment.
                let needed = request.aggregate == .rate ? previous?.timestamp ?? .min : from
                if contents.hasSegment(of: group, from: needed, to: to) { return nil }
                let tiers = contents.tiers(
                    of: request.series, in: request.stepSeconds, steps: steps, from: needed, to: to)
                if !tiers.isEmpty { return nil }
                return Bins.make(
                    contents.heads[request.series]?.samples(from: from, to: to) ?? Samples(), previous: previous,
                    stepSeconds: request.stepSeconds, range: request.range, aggregate: request.aggregate)
            }
        }
    }

    /// What memory says about a request: open samples, and the segments to be read.
    private struct Sources: Sendable {
        var head: Samples
        var previous: (timestamp: Timestamp, value: Double)?
        var segments: [SegmentInfo]
        var earlier: [SegmentInfo]
        var tiers: TierSources
        var earlierTiers: TierSources
    }

    private func sources(_ requests: [BinRequest]) -> [Sources] {
        state.withLock { contents in
            let steps = contents.tierSteps
            return requests.map { request in
                let (from, to) = request.span
                let group = GroupKey(series: request.series)
                func tiers(from: Timestamp, to: Timestamp) -> TierSources {
                    contents.tiers(of: request.series, in: request.stepSeconds, steps: steps, from: from, to: to)
                }
                let isRate = request.aggregate == .rate
                let head = contents.heads[request.series]
                return Sources(
                    head: head?.samples(from: from, to: to) ?? Samples(), previous: head?.newest(before: from),
                    segments: contents.segments(of: group, from: from, to: to),
                    earlier: isRate ? contents.segments(of: group, from: .min, to: from) : [],
                    tiers: tiers(from: from, to: to),
                    earlierTiers: isRate ? tiers(from: .min, to: from) : TierSources())
            }
        }
    }

    private func sealedBins(_ requests: [BinRequest]) async throws(StoreError) -> [[Double]] {
        for attempt in 0..<Self.attempts {
            if attempt > 0 { await commitInProgress() }
            let sources = sources(requests)
            let bins: [[Double]]? = try await database.read { [health] db in
                let reading = SegmentReading(db, skippingDamage: health)
                var results: [[Double]] = []
                for (request, source) in zip(requests, sources) {
                    let (from, to) = request.span
                    guard
                        let earlier = try reading.newest(of: request.series, before: from, in: source.earlier),
                        let gone = try reading.newest(of: request.series, before: from, in: source.earlierTiers),
                        let tier = try reading.tier(of: request.series, from: from, to: to, in: source.tiers),
                        let pieces = try reading.pieces(of: request.series, from: from, to: to, in: source.segments)
                    else { return nil }
                    var builder = BinBuilder(
                        stepSeconds: request.stepSeconds, range: request.range, aggregate: request.aggregate,
                        previous: gone.orLater(earlier.orLater(source.previous)), tier: tier)
                    try reading.fold(pieces, source.head, from: from, to: to, into: &builder)
                    results.append(builder.finished())
                }
                return results
            }
            if let bins { return bins }
        }
        throw .failed("segments change faster than they can be read")
    }
}

extension BinRequest {
    /// The times at which the range begins and ends.
    fileprivate var span: (from: Timestamp, to: Timestamp) {
        (
            Bins.start(of: range.lowerBound, stepSeconds: stepSeconds),
            Bins.start(of: range.upperBound, stepSeconds: stepSeconds)
        )
    }
}

/// The newest sample found so far, and the journal row that decides between equal times.
enum Newest: Sendable {
    case none
    case some((timestamp: Timestamp, value: Double), journalTo: Int64)

    func later(_ other: Samples, journalTo row: Int64) -> Newest {
        guard let timestamp = other.timestamps.last, let value = other.values.last else { return self }
        switch self {
        case .none: return .some((timestamp, value), journalTo: row)
        case .some(let found, let foundRow):
            let isLater = found.timestamp == timestamp ? row > foundRow : timestamp > found.timestamp
            return isLater ? .some((timestamp, value), journalTo: row) : self
        }
    }

    /// This or an open sample, which at equal times is later in the journal.
    func orLater(_ open: (timestamp: Timestamp, value: Double)?) -> (timestamp: Timestamp, value: Double)? {
        guard case .some(let sealed, _) = self else { return open }
        guard let open else { return sealed }
        return open.timestamp >= sealed.timestamp ? open : sealed
    }
}

extension SegmentReading {
    /// The newest sample before a time in some segments, in any order; nil if one is gone.
    func newest(of series: SeriesID, before time: Timestamp, in segments: [SegmentInfo]) throws(StoreError) -> Newest? {
        // The segment that reaches furthest is looked at first, and most often it is the only one.
        var best = Newest.none
        for info in segments.sorted(by: { $0.last > $1.last }) {
            if case .some(let found, _) = best, info.last < found.timestamp { break }
            guard let samples = try newest(of: series, before: time, in: info) else { return nil }
            best = best.later(samples, journalTo: info.journalTo)
        }
        return best
    }
}
