// `forecastd query`: samples as they were sent, or on a grid.
import ArgumentParser
import ForecastDaemon

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Prints samples.",
        discussion: """
            EXAMPLES
              forecastd query system_load1 --from 1h
              forecastd query net_bytes_recv interface=eth0 --from 1d --step 5m
                  a counter comes as its rate
              forecastd query mem_used --from '2026-11-23 08:00' \\
                  --to '2026-11-23 09:00' --json
            """)

    @OptionGroup var matcher: MatcherArgument
    @Option(help: "Start: a length back from now (2h) or a time.") var from = "1h"
    @Option(help: "End, not included.") var to = "now"
    @Option(help: "Width of a bin: means over it instead of samples.") var step: String?
    @Option(help: "With --step: mean, max, min, last, sum, count or rate.") var aggregate: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let match = try matcher.required()
        let now = currentTime()
        var query: [(name: String, value: String)] = [
            ("from", TimeArgument.epoch(try TimeArgument.moment(from, flag: "--from", now: now))),
            ("to", TimeArgument.epoch(try TimeArgument.moment(to, flag: "--to", now: now))),
        ]
        if let step { query.append(("step", Durations.compact(try TimeArgument.length(step, flag: "--step")))) }
        if let aggregate { query.append(("aggregate", aggregate)) }
        let body = try common.get("/v1/samples", match: match, query)
        let series = try decoded([SamplesReply].self, from: body)
        if common.json { return output(body) }
        let screen = common.screen
        output(QueryPage.written(series, on: screen, clock: common.clock(on: screen)))
    }
}
