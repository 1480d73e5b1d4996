// `forecastd status`: is the daemon well, what does it hold, what does it wait for.
import ArgumentParser
import ForecastDaemon

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Health, store, ingest, training, alerts, and what is waited for.",
        discussion: """
            EXAMPLES
              forecastd status
              forecastd status --json | jq .store.bytes
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let client = try common.client(waits: false)
        let path = client.path
        let body = try client.get("/v1/status")
        if common.json { return output(body) }
        let screen = common.screen
        output(StatusPage.written(try decoded(StatusReply.self, from: body), socket: path, on: screen))
    }
}
