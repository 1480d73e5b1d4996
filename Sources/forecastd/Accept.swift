// `forecastd accept`: a drift is the new normal; the model may learn it.
import ArgumentParser
import ForecastDaemon

struct AcceptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Says that a drift is the new normal, so that it is learned.",
        discussion: """
            EXAMPLES
              forecastd accept 474989023239   by the number that `forecastd alerts` shows
              forecastd accept mem_used_percent
                  the open alert of this series
            """)

    @OptionGroup var matcher: MatcherArgument
    @Flag(help: "Accept several at once where several match.") var all = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        if matcher.matcher.count == 1, let id = Int64(matcher.matcher[0]) {
            let body = try common.client().post("/v1/alerts/\(id)/accept")
            return common.json ? output(body) : output("accepted \(id)\n")
        }
        let text = try matcher.required()
        let open = try decoded([AlertReply].self, from: common.get("/v1/alerts", match: text))
            .filter { $0.state == "firing" || $0.state == "pending" }
        guard !open.isEmpty else {
            throw ClientError.refused(status: 404, sentence: "no open alert for \(text): nothing to accept")
        }
        if open.count > 1, !all {
            output(AlertsPage.written(open, on: common.screen))
            throw ClientError.usage("\(open.count) alerts match: name one by its number, or add --all")
        }
        for alert in open {
            let body = try common.client().post("/v1/alerts/\(alert.id)/accept")
            common.json ? output(body) : output("accepted \(alert.id): \(alert.series)\n")
        }
    }
}
