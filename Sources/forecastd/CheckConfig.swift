// `forecastd check-config`: what a configuration means, before it is used.
import ArgumentParser
import ForecastDaemon

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Reads a configuration and prints what it amounts to, each value with its origin.",
        discussion: """
            EXAMPLES
              forecastd check-config /etc/forecastd/forecastd.yaml

            Errors read FILE:LINE:COLUMN: key: what is wrong (what was meant?). Exit code 78 if there is one.
            """)

    @Argument(help: "The YAML file.")
    var file: String

    func run() throws {
        throw ClientError.usage("not built yet: \(file)")
    }
}
