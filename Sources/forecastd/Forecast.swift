// `forecastd forecast`: what comes next, who says so, and when a value is reached.
import ArgumentParser
import ForecastDaemon

struct ForecastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Forecasts with intervals; with --reaches, when a value is reached.",
        discussion: """
            EXAMPLES
              forecastd forecast http_requests_rate
              forecastd forecast disk_used_percent path=/ --reaches 95
                  when is the disk full
              forecastd forecast system_load1 --as-of 2h   what was said two hours ago
              forecastd forecast 'disk_*'                  a line for each series

            A forecast is served only by a model that has won on data it had not seen; the
            answer says which.
            """)

    @OptionGroup var matcher: MatcherArgument
    @Option(help: "How far to look (2h); as far as there is, unless told.") var horizon: String?
    @Option(help: "As it was issued at that time or length ago.") var asOf: String?
    @Option(help: "When is this value reached?") var reaches: Double?
    @Flag(help: "Draw even where the output is not a terminal.") var plot = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let match = try matcher.required()
        let now = currentTime()
        var query: [(name: String, value: String)] = []
        if let horizon {
            query.append(("horizon", Durations.compact(try TimeArgument.length(horizon, flag: "--horizon"))))
        }
        var moment = now
        if let asOf {
            moment = try TimeArgument.moment(asOf, flag: "--as-of", now: now)
            query.append(("as_of", TimeArgument.epoch(moment)))
        }
        if let reaches { query.append(("reaches", "\(reaches)")) }
        let body = try common.get("/v1/forecasts", match: match, query)
        if common.json { return output(body) }
        let forecasts = try decoded([ForecastReply].self, from: body)
        guard !forecasts.isEmpty else {
            // Known, but not forecast yet: what is waited for is the answer.
            let rows = try SeriesReply.rows(from: common.get("/v1/series", match: match))
            if let asOf {
                return output(rows.map { "\($0.series): no forecast is kept that was issued by \(asOf)\n" }.joined())
            }
            return output(rows.map(ForecastPage.missing).joined())
        }

        let screen = Screen(descriptor: 1, drawing: plot)
        let clock = common.clock(on: screen)
        // One grid for each series: the finest, which is the first.
        var seen: Set<String> = []
        let shown = forecasts.sorted { $0.stepSeconds < $1.stepSeconds }.filter { seen.insert($0.series).inserted }
        let past = try history(match, shown, before: moment)
        if reaches != nil {
            for forecast in shown {
                output(ForecastPage.reaches(forecast, past: past[forecast.series], on: screen, clock: clock))
            }
        } else if shown.count == 1 {
            let only = shown[0]
            output(
                ForecastPage.written(only, past: past[only.series], atMoment: moment, on: screen, clock: clock))
        } else {
            let last = past.compactMapValues { $0.values.last { $0.value.isFinite }?.value }
            let sorted = shown.sorted { $0.series < $1.series }
            output(ForecastPage.overview(sorted, last: last, on: screen, clock: clock))
        }
    }

    /// Twice the horizon of samples before the moment, on the forecast's grid, by series.
    private func history(_ match: String, _ shown: [ForecastReply], before moment: Int64) throws(ClientError)
        -> [String: SamplesReply]
    {
        guard let first = shown.first else { return [:] }
        let length = shown.count == 1 ? 2 * max(first.steps.count, 12) : 3
        let from = moment - Int64(length) * first.stepSeconds * 1_000_000_000
        let query: [(name: String, value: String)] = [
            ("from", TimeArgument.epoch(from)), ("to", TimeArgument.epoch(moment)),
            ("step", "\(first.stepSeconds)s"),
        ]
        let samples = try decoded([SamplesReply].self, from: common.get("/v1/samples", match: match, query))
        return Dictionary(samples.map { ($0.series, $0) }) { first, _ in first }
    }
}
