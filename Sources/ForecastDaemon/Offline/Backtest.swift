// `forecastd backtest`: at each origin a model is trained on all values before it, as the daemon would, and forecasts
// the values after it. With one origin, the last value, it is a plain forecast of the future.

internal import RNNForecast
internal import SeriesStore

/// What `backtest` is asked for.
public struct BacktestOptions: Sendable {
    /// A series file.
    public var input: String
    /// A file.
    public var output: String
    /// Steps of each forecast.
    public var horizon: Int
    /// Origins of each series; with 1 it is the last value, with more the newest whose targets all exist.
    public var origins: Int
    /// Values between two origins; 0: the horizon.
    public var stride: Int
    /// Probabilities of the columns, .025 to .975.
    public var quantiles: [Double]
    /// One of `ForecastPlan.cellNames`; nil: the daemon's.
    public var cell: String?
    /// Whether the window is read in both directions.
    public var bidirectional: Bool
    /// Recurrent layers, one on the other.
    public var layers = 1
    /// What training minimises: one of `ForecastPlan.lossNames`; nil: the daemon's.
    public var loss: String?
    /// What of the window is read out: one of `ForecastPlan.readoutNames`; nil: the daemon's.
    public var readout: String?
    /// Units that read the context of a window; 0: no context.
    public var context = 0
    /// Whether gates mix simple forecasts into the network's.
    public var gated = false
    /// Share of the known values below the threshold of an event, whose probability becomes a column; nil: no event.
    public var event: Double?
    /// Series that are worked on at once.
    public var threads: Int
    /// The same seed gives the same rows.
    public var seed: UInt64

    /// All options; see there.
    public init(
        input: String, output: String, horizon: Int, origins: Int = 1, stride: Int = 0,
        quantiles: [Double] = [0.1, 0.5, 0.9], cell: String? = nil, bidirectional: Bool = false, threads: Int = 1,
        seed: UInt64 = 0
    ) {
        self.input = input
        self.output = output
        self.horizon = horizon
        self.origins = origins
        self.stride = stride
        self.quantiles = quantiles
        self.cell = cell
        self.bidirectional = bidirectional
        self.threads = threads
        self.seed = seed
    }
}

/// The command.
public enum Backtest {
    /// Trains, forecasts and writes `series,origin,step,mean,q…,model`, and `event` where one was asked for.
    ///
    /// - Parameter progress: called after each series with the number done and the number in all.
    /// - Returns: the measures, where there were targets.
    public static func run(
        _ options: BacktestOptions, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> BacktestReport {
        try check(options)
        let inputs = try OfflineInputs([options.input])
        let header =
            ["series", "origin", "step", "mean"] + options.quantiles.map { "q\($0)" } + ["model"]
            + (options.event == nil ? [] : ["event"])
        var table = CSVText(header: header).bytes
        var scores: [BacktestScores] = []
        try await SeriesWorkers.run(count: inputs.count, threads: options.threads) { index in
            var run = BacktestRun(series: try inputs.series(index), options: options)
            run.forecastAll()
            return (rows: run.rows.bytes, scores: run.scores)
        } each: { index, result in
            table.append(contentsOf: result.rows)
            scores.append(result.scores)
            progress(index + 1, inputs.count)
        }
        try OfflineFiles.write(table, to: options.output)
        return BacktestReport(series: inputs.count, scores: scores)
    }

    private static func check(_ options: BacktestOptions) throws(OfflineError) {
        guard options.horizon >= 1, options.horizon <= 10_000 else {
            throw .option("--horizon is a number of steps, from 1 to 10000")
        }
        guard options.origins >= 1, options.stride >= 0 else {
            throw .option("--origins and --stride are numbers of values, at least 1")
        }
        guard options.quantiles.allSatisfy({ $0 >= 0.025 && $0 <= 0.975 }) else {
            throw .option(
                "--quantiles lie between 0.025 and 0.975: beyond them a model of seven quantiles knows nothing")
        }
        if let cell = options.cell, !ForecastPlan.cellNames.contains(cell) {
            throw .option("--cell \(cell): the cells are \(ForecastPlan.cellNames.joined(separator: ", "))")
        }
        guard (1...4).contains(options.layers) else { throw .option("--layers is a number from 1 to 4") }
        if let loss = options.loss, !ForecastPlan.lossNames.contains(loss) {
            throw .option("--loss \(loss): the losses are \(ForecastPlan.lossNames.joined(separator: ", "))")
        }
        if let readout = options.readout, !ForecastPlan.readoutNames.contains(readout) {
            throw .option("--readout \(readout): known are \(ForecastPlan.readoutNames.joined(separator: ", "))")
        }
        guard (0...256).contains(options.context) else { throw .option("--context is a number of units, up to 256") }
        if let event = options.event, !(event >= 0 && event < 1) {
            throw .option("--event is the share of known values that are no event, from 0 to below 1")
        }
        var plan = ForecastPlan(stepSeconds: 300, horizon: options.horizon, season: nil)
        options.apply(to: &plan)
        if let problem = plan.problem { throw .option(problem) }
    }
}
