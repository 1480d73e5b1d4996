// What a file of history holds, series by series, without storing any of it: the answer of `import --dry-run`, and the
// newest time that `--ends-now` moves to now.
package import SeriesStore

/// Counts what `ImportReader` gives out.
package struct ImportSummary: Sendable {
    /// One series of the file.
    package struct Series: Sendable {
        package let key: SeriesKey
        /// Samples.
        package fileprivate(set) var count = 0
        /// Least and greatest time.
        package fileprivate(set) var first = Timestamp.max, last = Timestamp.min
        /// Values that fall, which a counter does only when it is reset.
        package fileprivate(set) var falls = 0
        fileprivate var previous: (time: Timestamp, value: Double)?
        fileprivate var differences: [Timestamp] = []

        /// Median distance of the first samples, seconds; nil below two.
        package var intervalSeconds: Double? {
            guard !differences.isEmpty else { return nil }
            return Double(differences.sorted()[differences.count / 2]) / 1e9
        }
    }

    /// The distance of samples is judged by so many: as many as the daemon looks at.
    private static let judged = 64

    /// In the order in which they first appear.
    package private(set) var series: [Series] = []
    private var index: [SeriesKey: Int] = [:]

    package init() {}

    /// Newest time of the file; nil while it is empty.
    package var last: Timestamp? { series.map(\.last).max() }
    /// All samples.
    package var count: Int { series.reduce(0) { $0 + $1.count } }

    /// Counts a batch.
    package mutating func add(_ batch: ImportBatch) {
        for run in batch.runs {
            let at = index[run.key] ?? series.count
            if at == series.count {
                index[run.key] = at
                series.append(Series(key: run.key))
            }
            for (time, value) in zip(run.timestamps, run.values) {
                series[at].count += 1
                series[at].first = min(series[at].first, time)
                series[at].last = max(series[at].last, time)
                if let previous = series[at].previous {
                    if value < previous.value { series[at].falls += 1 }
                    if series[at].differences.count < ImportSummary.judged, time > previous.time {
                        series[at].differences.append(time - previous.time)
                    }
                }
                series[at].previous = (time, value)
            }
        }
    }
}
