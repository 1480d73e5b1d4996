// `forecastd replay`: the values of files go through the daemon's own pipeline one by one, with a virtual clock and
// without a store, and every row says what was known before its value came. It is how a user rehearses a configuration
// on history, and how we measure ourselves. Trainings happen in between the bins that make them due, so the rows are
// those of a daemon whose machine is never too slow.

internal import SeriesStore

/// What `replay` is asked for.
public struct ReplayOptions: Sendable {
    /// Series files: `.jsonl`, `.jsonl.gz`, `.csv`.
    public var inputs: [String]
    /// A folder; made if it is not there.
    public var output: String
    /// Horizons of the second table; empty: no second table.
    public var horizons: [Int]
    /// A full fan whenever the number of known values is `train` and so many times this.
    public var every: Int
    /// Series that are worked on at once.
    public var threads: Int
    /// The same seed gives the same rows.
    public var seed: UInt64

    /// All options; see there.
    public init(
        inputs: [String], output: String, horizons: [Int] = [], every: Int = 12, threads: Int = 1, seed: UInt64 = 0
    ) {
        self.inputs = inputs
        self.output = output
        self.horizons = horizons
        self.every = every
        self.threads = threads
        self.seed = seed
    }
}

/// The command.
public enum Replay {
    /// Feeds the series and writes `ID.csv`, and with horizons `ID.forecasts.csv`, for each.
    ///
    /// - Parameter progress: called after each series with the number done and the number in all.
    public static func run(
        _ options: ReplayOptions, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws {
        guard options.horizons.allSatisfy({ $0 >= 1 && $0 <= 10_000 }) else {
            throw OfflineError.option("--horizons are numbers of steps, from 1 to 10000")
        }
        guard options.every >= 1 else { throw OfflineError.option("--every is a number of values, at least 1") }
        let inputs = try OfflineInputs(options.inputs)
        try OfflineFiles.makeFolder(options.output)
        var names: Set<String> = []
        try await SeriesWorkers.run(count: inputs.count, threads: options.threads) { index in
            let series = try inputs.series(index)
            var run = ReplayRun(series: series, horizons: options.horizons, every: options.every, seed: options.seed)
            try run.feedAll()
            return (id: series.id, rows: run.rows.bytes, forecasts: run.forecasts?.bytes)
        } each: { index, result in
            let name = OfflineFiles.safe(result.id)
            guard names.insert(name).inserted else {
                throw OfflineError.sameFile(name: name + ".csv", id: result.id)
            }
            try OfflineFiles.write(result.rows, to: "\(options.output)/\(name).csv")
            if let forecasts = result.forecasts {
                try OfflineFiles.write(forecasts, to: "\(options.output)/\(name).forecasts.csv")
            }
            progress(index + 1, inputs.count)
        }
    }
}
