// What came out of a piece of a file: runs of samples of one series, and problems, in the order of the file.
package import SeriesStore

/// Rows and problems of one call of `ImportReader.read`.
package struct ImportBatch: Sendable {
    /// Consecutive rows of one series; parallel arrays.
    package struct Run: Sendable {
        package let key: SeriesKey
        package fileprivate(set) var timestamps: [Timestamp]
        package fileprivate(set) var values: [Double]
    }

    /// Samples in the order of the file. A file ordered by time gives runs of one; that is its owner's choice.
    package private(set) var runs: [Run] = []
    /// Lines that gave no row, or not all of theirs; at most `maximumProblems`.
    package private(set) var problems: [ImportProblem] = []
    /// Rows that were refused, told or not.
    package private(set) var problemCount = 0
    /// Samples in all runs.
    package private(set) var count = 0

    /// Told in one batch; more would only fill a screen.
    package static let maximumProblems = 20

    private let options: ImportOptions
    /// The line being read, counted from 1; nil where its reader counts for itself.
    var line: Int?

    init(options: ImportOptions) { self.options = options }

    /// Gives out a row of a key that went through `renamed`.
    mutating func give(_ key: SeriesKey, _ time: Timestamp, _ value: Double) {
        let (shifted, overflow) = time.addingReportingOverflow(options.shift)
        if overflow {
            problem("timestamp \(time) leaves the range of 64 bits when shifted")
            return
        }
        if shifted > options.latest {
            problem("timestamp \(shifted) is later than now + store.future_skew; after it all that comes would be late")
            return
        }
        count += 1
        if runs.isEmpty || runs[runs.count - 1].key != key {
            runs.append(Run(key: key, timestamps: [shifted], values: [value]))
        } else {
            runs[runs.count - 1].timestamps.append(shifted)
            runs[runs.count - 1].values.append(value)
        }
    }

    /// Tells what is wrong with the line.
    ///
    /// - Parameter rows: how many are lost to it.
    mutating func problem(_ reason: String, rows: Int = 1) {
        problemCount += rows
        if problems.count < ImportBatch.maximumProblems { problems.append(ImportProblem(line: line, reason: reason)) }
    }

    /// Counts a row that is lost to a problem that was told before.
    mutating func refuseAgain() { problemCount += 1 }

    /// The key under its new name; itself where no rename names it.
    func renamed(_ key: SeriesKey) -> SeriesKey {
        guard !options.renames.isEmpty, let name = options.renames[key.name] else { return key }
        return (try? SeriesKey(name: name, labels: key.labels.map { ($0.name, $0.value) })) ?? key
    }

    /// Name of the series of a CSV without a column for it.
    var seriesOfFile: String? { options.series }
    /// Nanoseconds in a unit of bare numbers, if the user said so.
    var unit: Int64? { options.unit }
}
