// `forecastd alerts`: what no longer behaves as it used to.
import ArgumentParser
import ForecastDaemon

struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Current alerts; with --all also those of the past.",
        discussion: """
            EXAMPLES
              forecastd alerts
              forecastd alerts --all mem_used_percent
              forecastd alerts --fail-if-firing || page-someone
            """)

    @OptionGroup var matcher: MatcherArgument
    @Flag(help: "Also resolved and accepted ones.") var all = false
    @Flag(help: "Exit code 1 if an alert fires.") var failIfFiring = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        var query: [(name: String, value: String)] = []
        if all { query.append(("all", "1")) }
        let body: [UInt8]
        if let match = try matcher.text() {
            body = try common.get("/v1/alerts", match: match, query)
        } else {
            body = try common.get("/v1/alerts", query)
        }
        let alerts = try decoded([AlertReply].self, from: body)
        if common.json {
            output(body)
        } else if alerts.isEmpty {
            output(all ? "no alert so far\n" : "no alert: everything behaves as it used to\n")
        } else {
            output(AlertsPage.written(alerts, on: common.screen))
        }
        if failIfFiring, alerts.contains(where: { $0.state == "firing" }) { throw ExitCode(1) }
    }
}
