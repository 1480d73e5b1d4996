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
              forecastd check-config /etc/forecastd/forecastd.yaml --changed      only what differs from the defaults

            Errors read FILE:LINE:COLUMN: key: what is wrong (what was meant?). Exit code 78 if there is one.
            """)

    @Argument(help: "The YAML file.") var file: String
    @Flag(help: "Only values that the file sets.") var changed = false
    @Flag(help: "Write JSON.") var json = false

    func run() throws {
        let effective = try Configuration.load(path: file).effective().filter { !changed || $0.origin != .default }
        if json { return output(ConfigurationPage.json(effective)) }
        output(ConfigurationPage.written(effective, on: Screen(descriptor: 1)))
    }
}
