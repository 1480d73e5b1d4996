// Reading samples, series and forecasts over HTTP. Handlers look at committed state only: the store's snapshots and the
// fans that forecasting has published. Times come in as RFC 3339 or epoch seconds and go out as integer nanoseconds.

import HTTPTypes
import Hummingbird
import SeriesStore

/// `GET /v1/series`, `/v1/samples` and `/v1/forecasts`.
struct ReadRoutes: Sendable {
    let readiness: Readiness
    let now: @Sendable () -> Timestamp

    func add(to router: Router<APIContext>) {
        router.get("v1/series") { request, _ in try await series(request) }
        router.get("v1/samples") { request, _ in try await samples(request) }
        router.get("v1/forecasts") { request, _ in try await forecasts(request) }
    }

    // Series

    private func series(_ request: Request) async throws -> Response {
        let running = try readiness.running()
        let query = try Query(request, taking: ["match", "live"])
        let matching = try query.series(of: running, required: false)
        let onlyLive = query.text("live") == "1"
        var answer = JSONList()
        // A part at a time, so that forecasting goes on in between.
        for start in stride(from: 0, to: matching.count, by: Self.together) {
            let part = Array(matching[start..<min(start + Self.together, matching.count)])
            let ids = part.map(\.id)
            let summaries = try await running.store.reader.summaries(of: ids)
            for (info, served) in zip(part, await running.forecasting.served(ids)) {
                guard let summary = summaries[info.id] else { continue }
                if onlyLive, summary.last < now() &- Self.liveFor { continue }
                answer.add { Self.write(info, summary, served, to: &$0) }
            }
        }
        return .json(answer.finished())
    }

    /// Series that are looked up at once: some milliseconds.
    private static let together = 1024

    /// A series is live when it had a sample within this time.
    static let liveFor: Int64 = 86_400_000_000_000

    private static func write(
        _ info: SeriesInfo, _ summary: SeriesSummary, _ served: Served?, to json: inout JSONWriter
    ) {
        json.object { json in
            json.member("series", info.key.description)
            json.member("kind", info.kind.rawValue)
            json.member("unit", info.unit)
            json.member("samples", summary.count)
            json.member("first", summary.first)
            json.member("last", summary.last)
            json.member("last_value", summary.lastValue)
            json.member("interval_seconds", info.intervalSeconds)
            json.member("step_seconds", served?.stepSeconds)
            json.member("horizon_steps", served?.horizon)
            writeStatus(served, samples: summary.count, to: &json)
        }
    }

    /// Who serves, how well, and what is waited for.
    private static func writeStatus(_ served: Served?, samples: Int, to json: inout JSONWriter) {
        json.member("model", served?.status.model)
        json.member("skill", served?.status.skill)
        json.member("next_model", served?.status.nextModel)
        json.member("ready_at", served?.status.readyAt)
        json.member("state", served?.sentence ?? rhythm(after: samples))
    }

    private static func rhythm(after samples: Int) -> String {
        let needed = IntervalDetector.samplesToDecide
        return samples < needed
            ? "no grid yet: needs \(needed) samples (\(samples) so far)"
            : "no grid yet: its samples have no rhythm so far"
    }

    // Samples

    private func samples(_ request: Request) async throws -> Response {
        let running = try readiness.running()
        let query = try Query(request, taking: ["match", "from", "to", "step", "aggregate"])
        let matching = try query.series(of: running, required: true)
        let to = try query.time("to") ?? .max
        let from = try query.time("from") ?? (to == .max ? now() : to) &- 3_600_000_000_000
        let aggregate = try query.aggregate("aggregate")
        var answer = ColumnList()
        if let step = try query.duration("step") {
            let clock = BinClock(stepSeconds: step)
            var requests: [(info: SeriesInfo, bins: BinRequest)] = []
            let reaches = try await running.store.reader.reach(of: matching.map(\.id), stepSeconds: step)
            for (info, reach) in zip(matching, reaches) {
                let range = try bins(of: reach, from: from, to: to, clock)
                requests.append(
                    (
                        info,
                        BinRequest(
                            series: info.id, stepSeconds: step, range: range, aggregate: aggregate ?? info.aggregate)
                    ))
            }
            try await answer.add(requests, clock, running)
        } else {
            for info in matching {
                let (timestamps, values) = try await running.store.reader.samples(of: info.id, from: from, to: to)
                answer.add(info, timestamps, values)
            }
        }
        return .json(answer.finished())
    }

    /// Most bins in one answer for one series.
    static let mostBins: Int64 = 1_000_000

    /// The bins between two times that may have a value, of a series with this reach.
    private func bins(
        of reach: ClosedRange<Timestamp>?, from: Timestamp, to: Timestamp, _ clock: BinClock
    ) throws(APIError) -> Range<Int64> {
        guard let reach else { return 0..<0 }
        let first = clock.bin(containing: max(from, reach.lowerBound))
        let last = clock.bin(containing: min(to &- 1, reach.upperBound))
        guard first <= last else { return 0..<0 }
        let count = last - first + 1
        guard count <= Self.mostBins else {
            throw APIError(.badRequest, "that are \(count) bins: take a longer step or a shorter range")
        }
        return first..<last + 1
    }

    // Forecasts

    private func forecasts(_ request: Request) async throws -> Response {
        let running = try readiness.running()
        let query = try Query(request, taking: ["match", "as_of", "horizon", "reaches"])
        let matching = try query.series(of: running, required: true)
        let asOf = try query.time("as_of")
        let horizon = try query.duration("horizon")
        let reaches = try query.number("reaches")
        var rows = JSONList()
        for info in matching {
            guard let served = await running.forecasting.served(info.id) else { continue }
            let row =
                try asOf.map {
                    try running.store.reader.fan(served.grid, asOf: $0 / 1_000_000_000 - served.stepSeconds)
                } ?? served.fan
            var arrival: (Double, ArrivalAnswer, Timestamp)?
            if let reaches {
                let (answer, since) = try await arrive(info, at: reaches, running)
                arrival = (reaches, answer, since)
            }
            guard row != nil || arrival != nil else { continue }
            let answer = ForecastAnswer(
                info: info, served: served, row: row, horizon: horizon, arrival: arrival)
            rows.add { answer.write(to: &$0) }
        }
        return .json(rows.finished())
    }

    /// Time to a value, on 15-minute bins of the six weeks before the newest sample, and when that was.
    private func arrive(
        _ info: SeriesInfo, at value: Double, _ running: Running
    ) async throws -> (ArrivalAnswer, since: Timestamp) {
        guard let summary = try await running.store.reader.summary(of: info.id) else {
            return (.tooLittleHistory(haveSeconds: 0, needSeconds: Arrival.leastSeconds), now())
        }
        let clock = BinClock(stepSeconds: 900)
        let last = clock.bin(containing: summary.last)
        let reach = Int64(Arrival.weeks) * 7 * 96
        let first = max(clock.bin(containing: summary.first), last - reach)
        let bins = try await running.store.reader.bins(
            of: info.id, stepSeconds: 900, range: first..<last + 1, aggregate: info.aggregate)
        let newest = info.kind == .counter ? bins.last { $0.isFinite } ?? .nan : summary.lastValue
        let answer = Arrival.answer(
            ArrivalQuestion(reaching: value, from: newest), bins: bins, stepSeconds: 900, now: newest,
            percentage: info.unit == "percent")
        return (answer, summary.last)
    }
}
