// `forecastd series`: what is known, what serves each series, and what comes next.
import ArgumentParser
import ForecastDaemon

struct SeriesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "series",
        abstract: "Lists series: kind, interval, last value, model in service, its skill, and what it waits for.",
        discussion: """
            EXAMPLES
              forecastd series
              forecastd series 'disk_*' host=web1
              forecastd series --all --json
            """)

    @OptionGroup var matcher: MatcherArgument
    @Flag(help: "Also series that have been silent for a day.") var all = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let match = try matcher.text()
        let body: [UInt8]
        if let match { body = try common.get("/v1/series", match: match) } else { body = try common.get("/v1/series") }
        let rows = try decoded([SeriesReply].self, from: body)
        if common.json { return output(body) }
        if rows.isEmpty {
            return output("no series yet: `forecastd host` streams this host's, `forecastd import` reads history\n")
        }
        let screen = common.screen
        output(SeriesPage.written(rows, all: all, on: screen, clock: common.clock(on: screen)))
    }
}
