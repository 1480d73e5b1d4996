// `forecastd check-config`: what a configuration means, before it is used.
import ArgumentParser
import ForecastDaemon

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Reads a configuration and prints what it amounts to, each value with its origin.",
        discussion: """
            EXAMPLES
              forecastd check-config
                  /etc/forecastd/forecastd.yaml, as `run` would read it
              forecastd check-config new.yaml --changed
                  only what differs from the defaults
              forecastd check-config new.yaml --quiet && echo fine

            Errors read FILE:LINE:COLUMN: key: what is wrong (what was meant?). Exit code
            78 if there is one.
            """)

    @Argument(help: "The YAML file; else /etc/forecastd/forecastd.yaml if there is one, else defaults.")
    var file: String?
    @Flag(help: "Only values that the file sets.") var changed = false
    @Flag(help: "Write JSON.") var json = false
    @Flag(help: "Write nothing but errors.") var quiet = false

    func run() throws {
        let effective = try Configuration.load(flag: file).effective().filter { !changed || $0.origin != .default }
        if quiet { return }
        if json { return output(ConfigurationPage.json(effective)) }
        output(ConfigurationPage.written(effective, on: Screen(descriptor: 1)))
    }
}
