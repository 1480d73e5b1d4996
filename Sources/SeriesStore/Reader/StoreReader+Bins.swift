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
        if let bins = openBins([request])[0] { return bins }
        return try await sealedBins(request)
    }

    /// The bins of many series, in the order of the requests: one look at memory for all that heads can answer.
    public func bins(of requests: [BinRequest]) async throws(StoreError) -> [[Double]] {
        var results: [[Double]] = []
        results.reserveCapacity(requests.count)
        for (request, bins) in zip(requests, openBins(requests)) {
            if let bins {
                results.append(bins)
            } else {
                results.append(try await sealedBins(request))
            }
        }
        return results
    }

    /// The bins of each request that heads alone can answer.
    private func openBins(_ requests: [BinRequest]) -> [[Double]?] {
        state.withLock { contents in
            requests.map { request in
                if request.range.isEmpty { return [] }
                let from = Bins.start(of: request.range.lowerBound, stepSeconds: request.stepSeconds)
                let to = Bins.start(of: request.range.upperBound, stepSeconds: request.stepSeconds)
                let group = GroupKey(series: request.series)
                let previous = contents.heads[request.series]?.newest(before: from)
                // A rate needs the sample before, and that may be in a segment.
                let needed = request.aggregate == .rate ? previous?.timestamp ?? .min : from
                if contents.hasSegment(of: group, from: needed, to: to) { return nil }
                return Bins.make(
                    contents.heads[request.series]?.samples(from: from, to: to) ?? Samples(), previous: previous,
                    stepSeconds: request.stepSeconds, range: request.range, aggregate: request.aggregate)
            }
        }
    }

    private func sealedBins(_ request: BinRequest) async throws(StoreError) -> [Double] {
        let from = Bins.start(of: request.range.lowerBound, stepSeconds: request.stepSeconds)
        let to = Bins.start(of: request.range.upperBound, stepSeconds: request.stepSeconds)
        let samples = try await ordered(request.series, from: from, to: to)
        let previous = request.aggregate == .rate ? try await newest(of: request.series, before: from) : nil
        return Bins.make(
            samples, previous: previous, stepSeconds: request.stepSeconds, range: request.range,
            aggregate: request.aggregate)
    }

    /// The newest sample of a series before a time.
    public func newest(
        of series: SeriesID, before time: Timestamp
    ) async throws(StoreError) -> (timestamp: Timestamp, value: Double)? {
        for _ in 0..<Self.attempts {
            let (open, segments) = state.withLock { contents in
                (
                    contents.heads[series]?.newest(before: time),
                    contents.segments(of: GroupKey(series: series), from: .min, to: time)
                )
            }
            // The segment that reaches furthest is looked at first, and most often it is the only one.
            let order = segments.enumerated().sorted { left, right in
                left.element.last == right.element.last
                    ? left.offset > right.offset : left.element.last > right.element.last
            }.map(\.element)
            if order.isEmpty { return open }
            let result: Newest? = try await database.read { [health] db in
                let reading = SegmentReading(db, skippingDamage: health)
                var best: Newest = .none
                for info in order {
                    if case .some(let found, _) = best, info.last < found.timestamp { break }
                    guard let samples = try reading.newest(of: series, before: time, in: info) else { return nil }
                    best = best.later(samples, journalTo: info.journalTo)
                }
                return best
            }
            guard let result else { continue }
            guard case .some(let sealed, _) = result else { return open }
            guard let open else { return sealed }
            return open.timestamp >= sealed.timestamp ? open : sealed
        }
        throw .failed("the segments of series \(series) change faster than they can be read")
    }
}

/// The newest sample found so far and the journal row that decides between equal times.
enum Newest: Sendable {
    case none
    case some((timestamp: Timestamp, value: Double), journalTo: Int64)

    func later(_ other: Samples, journalTo row: Int64) -> Newest {
        guard let timestamp = other.timestamps.last, let value = other.values.last else { return self }
        switch self {
        case .none: return .some((timestamp, value), journalTo: row)
        case .some(let found, let foundRow):
            let isLater =
                found.timestamp == timestamp ? row > foundRow : timestamp > found.timestamp
            return isLater ? .some((timestamp, value), journalTo: row) : self
        }
    }
}
