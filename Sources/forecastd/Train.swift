// `forecastd train`: train now, and watch.
import ArgumentParser
import ForecastDaemon

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains the matching series now, with progress.",
        discussion: """
            EXAMPLES
              forecastd train disk_used_percent path=/

            A candidate serves only if it beats the model in service and the simple ones
            on data it had not seen.
            """)

    @OptionGroup var matcher: MatcherArgument
    @OptionGroup var common: CommonOptions

    func run() throws {
        let match = try matcher.required()
        var progress = StreamedProgress(json: common.json)
        _ = try common.get("/v1/series", match: match)  // says what was meant where nothing matches
        try common.client().stream("/v1/train", [("match", match)], body: nil) { line throws(ClientError) in
            try progress.take(line)
        }
        progress.end()
    }
}
