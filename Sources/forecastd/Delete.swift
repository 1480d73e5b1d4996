// `forecastd delete`: series, or samples of them, for good.
import ArgumentParser
import ForecastDaemon

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes series with their models, forecasts and alerts; with --from or --to samples alone.",
        discussion: """
            EXAMPLES
              forecastd delete disk_used host=old --dry-run   what would go
              forecastd delete disk_used host=old
              forecastd delete mem_used --from '2026-11-23 08:00' --to '2026-11-23 09:00'

            A series that still comes in begins anew. Nothing brings back what is deleted
            but a backup.
            """)

    @OptionGroup var matcher: MatcherArgument
    @Option(help: "Only samples from here on: a length back from now (2h) or a time.") var from: String?
    @Option(help: "Only samples before this.") var to: String?
    @Flag(name: [.customShort("n"), .long], help: "Only say what would go.") var dryRun = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let match = try matcher.required()
        var query = try TimeArgument.range(from: from, to: to, now: currentTime()) + [("match", match)]
        if dryRun { query.append(("dry_run", "1")) }
        var progress = StreamedProgress(json: common.json)
        try common.client().stream("/v1/delete", query, body: nil) { line throws(ClientError) in
            try progress.take(line)
        }
        progress.end()
    }
}
