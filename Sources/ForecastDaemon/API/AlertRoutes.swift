// Alerts: what fires, what has been, and the acceptance of a drift as the new normal.

import HTTPTypes
import Hummingbird
import SeriesStore

/// `GET /v1/alerts` and `POST /v1/alerts/ID/accept`.
struct AlertRoutes: Sendable {
    let readiness: Readiness
    let zone: LocalTime
    let now: @Sendable () -> Timestamp

    func add(to router: Router<APIContext>) {
        router.get("v1/alerts") { request, _ in try await list(request) }
        router.post("v1/alerts/:id/accept") { _, context in try await accept(context) }
    }

    private func list(_ request: Request) async throws -> Response {
        let running = try readiness.running()
        let query = try Query(request, taking: ["match", "all"])
        let wanted = query.text("match") == nil ? nil : Set(try query.series(of: running, required: true).map(\.id))
        let rows = try running.store.reader.alerts(open: query.text("all") != "1")
            .filter { wanted?.contains($0.series) ?? true }
        // What an alert says is of the moment when it fired; whoever is woken wants to know how it is now.
        var newest: [SeriesID: Double] = [:]
        for row in rows where row.resolvedAt == nil {
            newest[row.series] = try await running.store.reader.summary(of: row.series)?.lastValue
        }
        var json = JSONWriter()
        json.array { json in
            for row in rows {
                guard let info = running.store.catalogue[row.series] else { continue }
                write(row, info, newest: info.kind == .counter ? nil : newest[row.series], to: &json)
            }
        }
        return .json(json.bytes)
    }

    private func write(_ row: AlertRow, _ info: SeriesInfo, newest: Double?, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", row.id)
            json.member("series", info.key.description)
            json.member("kind", row.kind)
            json.member("state", row.state)
            json.member("severity", row.severity)
            json.member("since", row.since)
            json.member("fired_at", row.firedAt)
            json.member("resolved", row.resolvedAt)
            json.member("accepted_by", row.acceptedBy)
            json.member("expected", row.expected)
            json.member("lower", row.lower)
            json.member("upper", row.upper)
            json.member("actual", row.actual)
            json.member("newest", newest)
            json.member("rmse", row.rmse)
            json.member("baseline_rmse", row.baselineRMSE)
            json.member("ratio", row.ratio)
            json.member("model", row.model)
            json.member("backfilled", row.backfilled)
            json.member(
                "sentence",
                AlertSentence.text(
                    for: row, series: info.key.description, unit: info.unit, zone: zone, now: now()))
        }
    }

    private func accept(_ context: APIContext) async throws -> Response {
        let running = try readiness.running()
        guard let text = context.parameters.get("id"), let id = Int64(text) else {
            throw APIError(.badRequest, "an alert's id is a number")
        }
        guard let row = try running.store.reader.alerts(open: true).first(where: { $0.id == id }) else {
            throw APIError(.notFound, "no open alert has the id \(id)")
        }
        let who = context.peer.map { "uid \($0.uid)" } ?? "API"
        guard await running.forecasting.accept(row.series, by: who) else {
            throw APIError(.conflict, "the alert \(id) has just ended")
        }
        return .json(#"{"accepted":\#(id)}"#)
    }
}
