// A forecast as a picture, a table and three sentences: what comes, who says so, and when a value is reached.
package import SeriesStore

/// Writes `forecastd forecast`.
package enum ForecastPage {
    /// Rows of the table on a terminal; a file gets every step.
    private static let rowsOnScreen = 8
    /// A smaller share of an error would be shown as 0.0 %.
    private static let leastDifference = 0.0005

    /// Picture, table and sentences for one series.
    ///
    /// - Parameters:
    ///   - past: samples up to now on the forecast's grid.
    ///   - atMoment: the now-line; that of the origin for a forecast of the past.
    package static func written(
        _ forecast: ForecastReply, past: SamplesReply?, atMoment: Timestamp, on screen: Screen, clock: ClockText
    ) -> String {
        var out = screen.ink(forecast.series, .strong)
        if let last = past?.values.last(where: { $0.value.isFinite }) {
            out += "  now \(Wording.value(last.value, unit: forecast.unit))"
        }
        out += "\n" + model(forecast, clock) + "\n"
        let steps = forecast.steps
        if steps.isEmpty { return out }
        if screen.isTerminal {
            let plot = ForecastPlot(
                past: points(past), targets: steps, now: atMoment,
                threshold: forecast.reaches?.value.value)
            let rows = max(6, min(14, screen.height - rowsOnScreen - 10))
            for line in plot.lines(on: screen, rows: rows, clock: clock) { out += line + "\n" }
            out += "\n"
        }
        return out + table(steps, unit: forecast.unit, on: screen, clock: clock)
    }

    /// A series that is known and has no forecast: what it waits for.
    package static func missing(_ row: SeriesReply) -> String {
        let state = row.state ?? "its rhythm is not known"
        let why = state.hasPrefix("no grid yet: ") ? state.dropFirst("no grid yet: ".count) : state[...]
        return "\(row.series): no forecast yet: \(why)\n"
    }

    /// A row for each of several series: what is, what comes, how sure.
    package static func overview(
        _ forecasts: [ForecastReply], last: [String: Double], on screen: Screen, clock: ClockText
    ) -> String {
        var table = Table([
            ("series", .left), ("now", .right), ("until", .left), ("expected", .right), ("80 % between", .left),
            ("served by", .left), ("skill", .right),
        ])
        for forecast in forecasts {
            let end = forecast.steps.last
            table.add(
                [
                    forecast.series, Wording.number(last[forecast.series]), clock.short(end?.time),
                    Wording.number(end?.median), end.map { range($0.lower80, $0.upper80) } ?? "-",
                    forecast.model ?? "-", forecast.skill.map { Wording.percent($0) } ?? "-",
                ], inks: [0: .strong])
        }
        return table.written(on: screen)
    }

    /// When the value is reached, as dates, with the odds and the method; or why nobody can say.
    package static func reaches(
        _ forecast: ForecastReply, past: SamplesReply?, on screen: Screen, clock: ClockText
    ) -> String {
        guard let reaches = forecast.reaches else { return "" }
        let goal = Wording.value(reaches.value.value, unit: forecast.unit)
        let within = Wording.duration(seconds: Double(reaches.withinSeconds ?? 604_800))
        let now = past?.values.last(where: { $0.value.isFinite }).map { ", now \(Wording.number($0.value))" } ?? ""
        var out = "\(screen.ink(forecast.series, .strong)) reaches \(goal)\(now)\n"
        if let since = reaches.since, clock.now - since > 900_000_000_000 {
            out += "  counted from the newest sample, \(clock.relative(since))\n"
        }
        let method = reaches.method ?? "?"
        guard let probability = reaches.probability else { return out + "  \(method)\n" }
        if reaches.withinSeconds == 0 { return out + "  it is there already\n" }
        if reaches.q10 == nil, reaches.q50 == nil {
            out += "  not within \(within)\n"
        }
        for (share, moment) in [("10 %", reaches.q10), ("50 %", reaches.q50), ("90 %", reaches.q90)] {
            guard reaches.q10 != nil || reaches.q50 != nil else { break }
            let text = moment.map { "\(clock.full($0))  (\(clock.relative($0)))" } ?? "not within \(within)"
            let ink: Screen.Ink = share == "50 %" ? .strong : .plain
            out += "  \(share) sure by   \(screen.ink(text, ink))\n"
        }
        out += "  probability within \(within): \(Wording.percent(probability))\n"
        out += screen.ink("  method: \(method)\n", .faint)
        return out
    }

    /// Who made the forecast, how good it was on data it had not seen, and what is waited for.
    static func model(_ forecast: ForecastReply, _ clock: ClockText) -> String {
        guard let model = forecast.model else { return forecast.state ?? "no forecast yet" }
        var parts = ["served by \(model)"]
        if let skill = forecast.skill {
            let percent = Wording.percent(abs(skill))
            if abs(skill) < leastDifference {
                parts.append("as good as the best simple model")
            } else if skill > 0 {
                parts.append("error \(percent) below the best simple model's on data it had not seen")
            } else {
                parts.append("no model beat it on unseen data")
            }
        } else {
            parts.append("not yet compared with others")
        }
        if let waiting = SeriesPage.waiting(forecast.state, model: model) { parts.append(waiting) }
        if let next = forecast.nextModel {
            parts.append("next: \(next)\(SeriesPage.due(forecast.readyAt, clock))")
        }
        parts.append("issued \(clock.short(forecast.issuedAt))")
        if forecast.backfilled == true { parts.append("made later, from history") }
        return parts.joined(separator: " · ")
    }

    private static func table(
        _ steps: [ForecastPlot.Target], unit: String?, on screen: Screen, clock: ClockText
    ) -> String {
        var table = Table([
            ("time", .left), ("", .left), ("expected", .right), ("80 % between", .left), ("95 % between", .left),
        ])
        for index in rows(of: steps.count, all: !screen.isTerminal) {
            let step = steps[index]
            table.add([
                screen.isTerminal ? clock.short(step.time) : clock.full(step.time),
                screen.isTerminal ? clock.relative(step.time) : "", Wording.value(step.median, unit: unit),
                range(step.lower80, step.upper80), range(step.lower95, step.upper95),
            ])
        }
        return table.written(on: screen)
    }

    /// All steps, or some spread evenly, always with the first and the last.
    static func rows(of count: Int, all: Bool) -> [Int] {
        guard !all, count > rowsOnScreen else { return Array(0..<count) }
        return (0..<rowsOnScreen).map { $0 * (count - 1) / (rowsOnScreen - 1) }
    }

    private static func range(_ low: Double, _ high: Double) -> String {
        "\(Wording.number(low)) – \(Wording.number(high))"
    }

    private static func points(_ samples: SamplesReply?) -> [ForecastPlot.Point] {
        guard let samples else { return [] }
        return zip(samples.timestamps, samples.values).map { ForecastPlot.Point(time: $0, value: $1.value) }
    }
}
