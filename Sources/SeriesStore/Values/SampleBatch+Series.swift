// A batch series by series. Samples arrive round by round, every series once in each; what is kept of a series, its
// head or its rhythm, is then looked up once a batch instead of once a sample.

extension SampleBatch {
    /// The same samples in ascending order of series, those of one series in the order they had.
    ///
    /// - Complexity: O(n) where the ids span no more than four times the samples, and 4096; else O(n log n).
    public func bySeries() -> SampleBatch {
        guard let first = series.first else { return self }
        var (least, largest, isAscending) = (first, first, true)
        var before = first
        for id in series {
            if id < before { isAscending = false }
            before = id
            least = min(least, id)
            largest = max(largest, id)
        }
        if isAscending { return self }
        let (span, overflow) = largest.subtractingReportingOverflow(least)
        // Beyond that, counting ids that nobody has would cost more than comparing those that are there.
        let isDense = !overflow && span < Int64(4 * count + 4096)
        return ordered(isDense ? countedOrder(from: least, ids: Int(span) + 1) : comparedOrder())
    }

    /// Ranges of neighbours that belong to one series.
    public var runs: [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for index in series.indices where series[index] != series[start] {
            runs.append(start..<index)
            start = index
        }
        if start < count { runs.append(start..<count) }
        return runs
    }

    /// Counting sort.
    private func countedOrder(from least: SeriesID, ids: Int) -> [Int32] {
        var next = [Int32](repeating: 0, count: ids + 1)
        for id in series { next[Int(id &- least) + 1] += 1 }
        for index in 1...ids { next[index] += next[index - 1] }
        var order = [Int32](repeating: 0, count: count)
        for index in series.indices {
            let id = Int(series[index] &- least)
            order[Int(next[id])] = Int32(truncatingIfNeeded: index)
            next[id] += 1
        }
        return order
    }

    /// Any ids.
    private func comparedOrder() -> [Int32] {
        series.indices.map { Int32(truncatingIfNeeded: $0) }.sorted { left, right in
            let (a, b) = (series[Int(left)], series[Int(right)])
            return a == b ? left < right : a < b
        }
    }

    private func ordered(_ order: [Int32]) -> SampleBatch {
        SampleBatch(
            series: order.map { series[Int($0)] }, timestamps: order.map { timestamps[Int($0)] },
            values: order.map { values[Int($0)] })
    }
}
