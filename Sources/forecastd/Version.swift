// `forecastd version`.
import ArgumentParser
import ForecastDaemon

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Prints the version.",
        discussion: """
            EXAMPLES
              forecastd version
              forecastd version --json
            """)

    @Flag(help: "Write JSON.") var json = false

    func run() {
        output(json ? "{\"version\":\"\(Version.current)\"}\n" : "forecastd \(Version.current)\n")
    }
}
