// Alerts as sentences: what is, since when, and what would have been usual. The sentence is the daemon's own, the same
// in its log and everywhere, with its local time.
internal import SeriesStore

/// Writes `forecastd alerts`.
package enum AlertsPage {
    /// One line for each alert, firing ones first, then the newest.
    package static func written(_ alerts: [AlertReply], on screen: Screen) -> String {
        let order = ["firing": 0, "pending": 1]
        let sorted = alerts.sorted {
            (order[$0.state] ?? 2, -$0.since, $0.series) < (order[$1.state] ?? 2, -$1.since, $1.series)
        }
        var out = ""
        for alert in sorted {
            out += screen.ink(padded(alert.state), ink(alert.state)) + "  " + alert.sentence + "\n"
            out += screen.ink("          \(detail(alert))\n", .faint)
        }
        return out
    }

    private static func detail(_ alert: AlertReply) -> String {
        var parts = alert.newest.map { ["now \(Wording.number($0.value))"] } ?? []
        parts.append("\(alert.kind) \(alert.id)")
        // A constant has no usual error.
        if alert.ratio.value > 0 {
            parts.append(
                "error \(Wording.number(alert.ratio.value)) times its usual size "
                    + "(RMSE \(Wording.number(alert.rmse.value)), before \(Wording.number(alert.baselineRmse.value)))")
        }
        if let by = alert.acceptedBy { parts.append("accepted by \(by)") }
        if alert.state == "firing" { parts.append("is it the new normal? `forecastd accept \(alert.id)`") }
        return parts.joined(separator: " · ")
    }

    private static func padded(_ state: String) -> String {
        state + String(repeating: " ", count: max(0, 8 - state.count))
    }

    private static func ink(_ state: String) -> Screen.Ink {
        switch state {
        case "firing": .bad
        case "pending": .warning
        case "resolved", "accepted": .good
        default: .plain
        }
    }
}
