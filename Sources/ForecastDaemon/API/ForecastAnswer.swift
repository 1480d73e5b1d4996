// One element of `GET /v1/forecasts`: a fan as it was issued and stored, with who made it and, where it was asked for,
// when the series reaches a value.

import SeriesStore

/// A forecast on its way into JSON.
struct ForecastAnswer {
    let info: SeriesInfo
    let served: Served
    /// Nil where only an arrival was asked for and there is no fan yet.
    let row: FanRow?
    /// Cut here, in seconds from the origin; nil: whole.
    let horizon: Int64?
    /// Counted from `since`, the newest sample: of a series that fell silent nothing is known of what came after.
    let arrival: (value: Double, answer: ArrivalAnswer, since: Timestamp)?

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("series", info.key.description)
            json.member("unit", info.unit)
            json.member("step_seconds", served.stepSeconds)
            if let row { write(row, to: &json) }
            json.member("skill", served.status.skill)
            json.member("next_model", served.status.nextModel)
            json.member("ready_at", served.status.readyAt)
            json.member("state", served.sentence)
            if let arrival { write(arrival.answer, value: arrival.value, since: arrival.since, to: &json) }
        }
    }

    private func write(_ row: FanRow, to json: inout JSONWriter) {
        let clock = BinClock(stepSeconds: row.stepSeconds)
        let origin = row.origin / row.stepSeconds
        let steps = horizon.map { min(row.fan.steps, max(1, Int($0 / row.stepSeconds))) } ?? row.fan.steps
        json.member("origin", row.origin * 1_000_000_000)
        json.member("issued_at", row.issuedAt)
        json.member("backfilled", row.backfilled)
        json.member("model", row.model)
        json.member("targets", (0..<steps).map { clock.start(of: origin + 1 + Int64($0)) })
        json.member("median", (0..<steps).map(row.fan.median))
        json.member("lower80", (0..<steps).map(row.fan.lower80))
        json.member("upper80", (0..<steps).map(row.fan.upper80))
        json.member("lower95", (0..<steps).map(row.fan.lower95))
        json.member("upper95", (0..<steps).map(row.fan.upper95))
    }

    private func write(
        _ answer: ArrivalAnswer, value: Double, since: Timestamp, to json: inout JSONWriter
    ) {
        func moment(_ seconds: Double?) -> Int64? { seconds.map { since + Int64($0 * 1e9) } }
        json.object("reaches") { json in
            json.member("value", value)
            json.member("since", since)
            switch answer {
            case .reachedAlready:
                for quantile in ["q10", "q50", "q90"] { json.member(quantile, since) }
                json.member("probability", 1.0)
                json.member("within_seconds", 0)
                json.member("method", "reached already")
            case .tooLittleHistory(let have, let need):
                json.member("probability", Double?.none)
                json.member("method", "too little history (have \(have / 3600) h, need \(need / 3600) h)")
            case .estimate(let estimate):
                json.member("q10", moment(estimate.q10))
                json.member("q50", moment(estimate.q50))
                json.member("q90", moment(estimate.q90))
                json.member("probability", estimate.probability)
                json.member("within_seconds", estimate.withinSeconds)
                json.member("method", estimate.method.rawValue)
            }
        }
    }
}

extension Served {
    /// What is served and what is waited for: `learning (2 of 400 bins), last value`.
    var sentence: String {
        if behind > 2 || awaitsTraining { return "\(status.sentence); catching up, \(behind) bins behind" }
        return status.sentence
    }
}
