// Where samples go that come for a series after it was merged into another. A client's connection may have looked its id up
// just before; it asks again before its next read, because the merge raised the catalogue's generation.

/// The series that were merged lately.
struct MergedSeries: Sendable {
    private(set) var targets: [SeriesID: SeriesID] = [:]
    private var order: [SeriesID] = []

    /// So many are remembered, the newest. Each merge waits for several commits, and each commit takes all that is queued: a
    /// batch that still names an older one would have been on its way for thousands of them.
    static let most = 4096

    var isEmpty: Bool { targets.isEmpty }

    /// From now on samples of `series`, and of all that were merged into it, go to `target`.
    mutating func add(_ series: SeriesID, into target: SeriesID) {
        for (source, old) in targets where old == series { targets[source] = target }
        targets[series] = target
        order.append(series)
        if order.count > Self.most { targets[order.removeFirst()] = nil }
    }

    /// A merge that did not happen.
    mutating func remove(_ series: SeriesID) {
        targets[series] = nil
        order.removeAll { $0 == series }
    }
}
