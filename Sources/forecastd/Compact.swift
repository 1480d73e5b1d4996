// `forecastd compact`: the background's work, now.
import ArgumentParser
import ForecastDaemon

struct CompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Seals and merges all that can be and shrinks the file; returns when it is done.",
        discussion: """
            EXAMPLES
              forecastd compact && ls -l /var/lib/forecastd/forecasts.db

            The daemon does the same by and by; this is for a copy that should be small,
            or after a large delete.
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        var progress = StreamedProgress(json: common.json)
        try common.client().stream("/v1/admin/compact", [], body: nil) { line throws(ClientError) in
            try progress.take(line)
        }
        progress.end()
    }
}
