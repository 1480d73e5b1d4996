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
        var query: [(name: String, value: String)] = []
        if let match { query.append(("match", match)) }
        // A person is told how many are left out, so the page asks for all.
        if common.json, !all { query.append(("live", "1")) }
        let body = try common.get("/v1/series", query)
        if common.json { return output(body) }
        let rows = try SeriesReply.rows(from: body)
        if rows.isEmpty {
            return output("no series yet: `forecastd host` streams this host's, `forecastd import` reads history\n")
        }
        let screen = common.screen
        output(SeriesPage.written(rows, all: all, on: screen, clock: common.clock(on: screen)))
    }
}
