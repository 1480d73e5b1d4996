// `forecastd replay`: what the daemon would have said about history, one value at a time.
import ArgumentParser
import ForecastDaemon

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Feeds files through the daemon's pipeline, strictly online, and writes what it would have said.",
        discussion: """
            EXAMPLES
              forecastd replay --input cpu.csv --output out
              forecastd replay --input series.jsonl.gz --output out --horizons 1,24 \\
                  --every 12

            Input is CSV (timestamp,value) or one JSON object a line with id, step, start
            and values. One CSV for each series is written: timestamp, value, expected,
            lower, upper, residual, rmse, …, drift, model.
            """)

    @Option(parsing: .upToNextOption, help: "Files: .csv, .jsonl, .jsonl.gz.") var input: [String]
    @Option(help: "Folder for the results; made if it is not there.") var output: String
    @Option(help: "Steps ahead to keep, as 1,24: the largest every --every values, the least always.")
    var horizons: String?
    @Option(help: "Values between two full forecasts.") var every = 12
    @Option(help: "Threads to train on.") var threads = 1
    @Option(help: "Seed of all randomness.") var seed: UInt64 = 1

    func run() async throws {
        let steps = try (horizons ?? "").split(separator: ",").map { text in
            guard let step = Int(text), step > 0 else {
                throw ClientError.usage("--horizons \(horizons ?? "") is not a list of steps such as 1,24")
            }
            return step
        }
        guard every > 0, threads > 0 else { throw ClientError.usage("--every and --threads are at least 1") }
        var bar = ProgressBar(screen: Screen(descriptor: 2))
        try await Replay.run(
            ReplayOptions(inputs: input, output: output, horizons: steps, every: every, threads: threads, seed: seed),
            progress: { bar.show(Double($0) / Double($1), "\($0) of \($1) series") })
        bar.clear()
    }
}
