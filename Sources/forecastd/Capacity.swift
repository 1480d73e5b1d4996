// `forecastd capacity`: measures this machine.
import ArgumentParser
import ForecastDaemon

struct CapacityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity",
        abstract: "Measures what this machine can train and store; no daemon is needed or asked.",
        discussion: """
            EXAMPLES
              forecastd capacity
              forecastd capacity --only training --json | jq '.series_per_hour'

            Training is measured beside the peak of the same instructions in the same
            moments, so that a busy machine changes both. Store figures are those of a
            temporary file; --folder says on which disk.
            """)

    @Option(help: "training or store; else both.") var only: String?
    @Option(help: "Where the temporary store goes.") var folder = "/var/tmp"
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        var part: CapacityReport.Part?
        if let only {
            part = CapacityReport.Part(rawValue: only)
            guard part != nil else { throw ClientError.usage("--only \(only) is not known: it is training or store") }
        }
        var bar = ProgressBar(screen: Screen(descriptor: 2))
        bar.show(nil, "measuring for half a minute")
        let report = try await CapacityReport.measure(only: part, folder: folder)
        bar.clear()
        if json { output(report.json) } else { output(report.written(on: Screen(descriptor: 1))) }
    }
}
