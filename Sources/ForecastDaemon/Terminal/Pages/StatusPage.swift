// The daemon's health on one screen: what it holds, what it does, what it waits for, and what is wrong first.
internal import SeriesStore

/// Writes `forecastd status`.
package enum StatusPage {
    /// - Parameter socket: the path the answer came from.
    package static func written(_ status: StatusReply, socket: String, on screen: Screen) -> String {
        var rows: [(String, String)] = []
        let firing = status.alerts?.firing ?? 0
        let state = status.state ?? "running"
        let uptime = Wording.duration(seconds: status.uptimeSeconds)
        var daemon = "\(state), version \(status.version ?? "?"), up \(uptime)"
        if let resident = status.residentBytes { daemon += ", \(Wording.bytes(resident)) of memory" }
        rows.append(("daemon", "\(daemon), \(socket)"))
        if let store = status.store { rows += storeRows(store) }
        if let keeps = status.store?.keeps { rows.append(("keeps", keepsText(keeps))) }
        if let ingest = status.ingest { rows.append(("ingest", ingestText(ingest))) }
        if let refused = status.ingest?.refused, !refused.isEmpty {
            let parts = refused.sorted { $0.value > $1.value }.map { "\(Wording.count($0.value)) \($0.key)" }
            rows.append(("refused", parts.joined(separator: ", ")))
        }
        if let training = status.training { rows.append(("training", trainingText(training))) }
        if let forecasts = status.forecasts {
            rows.append(
                ("forecasts", "\(Wording.count(forecasts.grids)) grids, \(Wording.count(forecasts.issued)) issued"))
        }
        if let alerts = status.alerts {
            let text = "\(Wording.count(alerts.firing)) firing, \(Wording.count(alerts.pending)) pending"
            rows.append(("alerts", firing > 0 ? screen.ink(text, .bad) + " (`forecastd alerts`)" : text))
        }
        var out = ""
        for warning in status.warnings ?? [] { out += screen.ink("warning: \(warning)", .warning) + "\n" }
        for (name, text) in rows { out += line(name, text, screen) }
        for (index, waiting) in (status.waiting ?? []).enumerated() {
            out += line(index == 0 ? "waiting" : "", waiting, screen)
        }
        return out
    }

    private static func line(_ name: String, _ text: String, _ screen: Screen) -> String {
        screen.ink(name, .faint) + String(repeating: " ", count: 11 - name.count) + text + "\n"
    }

    private static func storeRows(_ store: StatusReply.Store) -> [(String, String)] {
        let held = "\(Wording.count(store.points)) points of \(Wording.count(store.series)) series"
        var rows = [("store", store.path.map { "\(held), \($0)" } ?? held)]
        guard let bytes = store.bytes else { return rows }
        let perPoint: String
        if let samples = bytes.samples, let points = store.points, points > 0 {
            perPoint = " (\(Wording.number(Double(samples) / Double(points))) a point)"
        } else {
            perPoint = ""
        }
        let tiers = bytes.tiers.map { $0 > 0 ? "tiers \(Wording.bytes($0)), " : "" } ?? ""
        rows.append(
            (
                "bytes",
                "samples \(Wording.bytes(bytes.samples))\(perPoint), \(tiers)forecasts \(Wording.bytes(bytes.forecasts)), "
                    + "models \(Wording.bytes(bytes.models)), overhead \(Wording.bytes(bytes.overhead)), "
                    + "file \(Wording.bytes(bytes.file))"
            ))
        return rows
    }

    private static func keepsText(_ keeps: StatusReply.Store.Keeps) -> String {
        let age = keeps.retentionSeconds.map { Wording.duration(seconds: Double($0)) } ?? "for ever"
        let size = keeps.maxBytes.map { ", at most \(Wording.limit($0))" } ?? ""
        let text = "samples \(age)\(size); now \(Wording.duration(seconds: keeps.coversSeconds))"
        guard let daily = keeps.bytesPerDay, let held = keeps.willHoldBytes else { return text }
        let limit = keeps.limitedBy == "size" ? ", where its size limits it" : ""
        return "\(text), \(Wording.bytes(Int64(daily))) a day: will hold \(Wording.bytes(held))\(limit)"
    }

    private static func ingestText(_ ingest: StatusReply.Ingest) -> String {
        var parts = ["\(Wording.count(ingest.points)) points since the start"]
        if let rate = ingest.pointsPerSecond { parts.append("\(Wording.number(rate)) points/s") }
        if let open = ingest.connections { parts.append(Wording.plural(Int(open), "connection", "connections")) }
        if let bad = ingest.badLines, bad > 0 { parts.append("\(Wording.count(bad)) bad lines") }
        return parts.joined(separator: ", ")
    }

    private static func trainingText(_ training: StatusReply.Training) -> String {
        guard training.enabled ?? true else { return "switched off" }
        var parts = [
            "\(Wording.count(training.running)) running", "\(Wording.count(training.queued)) queued",
            "\(Wording.count(training.done)) models taken into service",
        ]
        if let rejected = training.rejected { parts.append("\(Wording.count(rejected)) not better than what serves") }
        if let debt = training.debtSeconds, debt > 0 { parts.append("debt \(Wording.duration(seconds: debt))") }
        return parts.joined(separator: ", ")
    }
}
