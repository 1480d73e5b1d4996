// `forecastd run`: the daemon in the foreground.
import ArgumentParser
import ForecastDaemon

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The daemon, in the foreground.",
        discussion: """
            EXAMPLES
              forecastd run   as any user, with no configuration at all
              forecastd run --config /etc/forecastd/forecastd.yaml
              forecastd run --state-directory /var/lib/f --runtime-directory /run/f

            SIGTERM and Ctrl-C commit everything and stop; SIGHUP reads the configuration
            again.
            """)

    @Option(help: "YAML file; else /etc/forecastd/forecastd.yaml if there is one, else defaults.")
    var config: String?

    @Option(help: "Where forecasts.db is kept; else STATE_DIRECTORY, else under XDG_STATE_HOME.")
    var stateDirectory: String?

    @Option(help: "Where the sockets are; else RUNTIME_DIRECTORY, else under XDG_RUNTIME_DIR.")
    var runtimeDirectory: String?

    func run() async throws {
        Descriptor.onBrokenPipe(.isIgnored)
        try await Daemon.run(
            RunOptions(configuration: config, stateDirectory: stateDirectory, runtimeDirectory: runtimeDirectory))
    }
}
