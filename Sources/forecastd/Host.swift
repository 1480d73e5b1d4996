// `forecastd host`: this host's own metrics, streamed to the daemon.
import ArgumentParser
import ForecastDaemon

struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Streams this host's load, memory, disks and network from /proc to the daemon.",
        discussion: """
            EXAMPLES
              forecastd host          every 10 s, until it is stopped
              forecastd host --every 1m
              forecastd host --once   prints one round of line protocol, sends nothing

            Names are Telegraf's, so that moving to Telegraf keeps series and models.
            """)

    @Option(help: "Time between two rounds.") var every = "10s"
    @Flag(help: "Print one round and stop.") var once = false
    @Option(help: "The daemon's ingest socket.") var socket: String?
    @Flag(help: "Say nothing but errors.") var quiet = false

    func run() throws {
        let length = try TimeArgument.length(every, flag: "--every")
        var feeder = HostFeeder(every: length, socket: socket, isQuiet: quiet)
        if once { return output(feeder.once()) }
        Descriptor.onBrokenPipe(.isIgnored)
        try feeder.run()
    }
}
