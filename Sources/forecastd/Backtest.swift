// `forecastd backtest`: how good forecasts would have been, from several origins in the past.
import ArgumentParser
import ForecastDaemon

struct BacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Trains on the past of a file, forecasts from one or more origins, and scores the result.",
        discussion: """
            EXAMPLES
              forecastd backtest --input series.jsonl --horizon 24 --output future.csv
              forecastd backtest --input series.jsonl --horizon 24 --origins 10 \\
                  --stride 24 --output scored.csv

            With several origins MASE, sMAPE, RMSE, weighted quantile loss and coverage
            are printed, beside seasonal-naive.
            """)

    @Option(help: "Series file: one JSON object a line with id, step, start and values; .gz is read.")
    var input: String
    @Option(help: "Steps to forecast.") var horizon: Int
    @Option(help: "CSV to write.") var output: String
    @Option(help: "Origins, the last of them as late as the horizon allows; 1 is a forecast of the future.")
    var origins = 1
    @Option(help: "Values between two origins; the horizon unless told.") var stride: Int?
    @Option(help: "Quantiles to write, between 0.025 and 0.975.") var quantiles = "0.1,0.5,0.9"
    @Option(help: "Cell of the network: elman, relu, gru or lstm.") var cell = "elman"
    @Flag(help: "Read the window in both directions.") var bidirectional = false
    @Option(help: "Recurrent layers, 1 to 4.") var layers = 1
    @Option(help: "What training minimises: pinball unless told; a wrong name lists them.") var loss: String?
    @Option(help: "What is read out: last (many to one) or every-step (many to many, rolled out).")
    var readout: String?
    @Option(help: "Units that read a context beside the window: long means, the seasons' lags.") var context = 0
    @Flag(help: "Mix simple forecasts into the network's by gates.") var gates = false
    @Option(
        help: "Learn the probability of an event, a value above this share of the known ones within the horizon.")
    var event: Double?
    @Option(help: "Threads to train on.") var threads = 1
    @Option(help: "Seed of all randomness.") var seed: UInt64 = 1

    func run() async throws {
        let levels = try quantiles.split(separator: ",").map { text in
            guard let level = Double(text), level >= 0.025, level <= 0.975 else {
                throw ClientError.usage("--quantiles \(quantiles): each lies between 0.025 and 0.975")
            }
            return level
        }
        guard horizon > 0, origins > 0, threads > 0, (stride ?? 1) > 0 else {
            throw ClientError.usage("--horizon, --origins, --stride and --threads are at least 1")
        }
        var bar = ProgressBar(screen: Screen(descriptor: 2))
        var options = BacktestOptions(
            input: input, output: output, horizon: horizon, origins: origins, stride: stride ?? 0,
            quantiles: levels, cell: cell, bidirectional: bidirectional, threads: threads, seed: seed)
        options.layers = layers
        options.loss = loss
        options.readout = readout
        options.context = context
        options.gated = gates
        options.event = event
        let report = try await Backtest.run(
            options,
            progress: { bar.show(Double($0) / Double($1), "\($0) of \($1) series") })
        bar.clear()
        Descriptor.write("\(report)\n", to: 1)
    }
}
