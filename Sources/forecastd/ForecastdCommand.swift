// The root of the command line: the list of subcommands, and how any failure becomes a sentence and an exit code.
//
// One file beside this for each subcommand. `run` is the daemon; all others are clients of its API socket or work on
// files, and start in milliseconds because nothing of the daemon is touched by them.
import ArgumentParser
import ForecastDaemon
import SeriesStore

@main
struct ForecastdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecastd",
        abstract: "Forecasts and drift alerts for the metrics of this host.",
        discussion: """
            EXAMPLES
              forecastd run      the daemon, as any user, without configuration
              forecastd host     stream this host's load, memory, disks to it
              forecastd forecast mem_used_percent
                  what comes next
              forecastd forecast disk_used_percent path=/ --reaches 95
                  when is the disk full
              forecastd alerts   what no longer behaves as it used to
              forecastd status   is it well, what does it wait for

            A MATCHER names series: disk_used, disk_used{host="web1",path=~"/srv.*"}, or
            words: disk_used path=/srv. Exit codes are those of sysexits(3): 69 no daemon,
            77 no permission, 78 configuration; 1 is a plain no.
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, CheckConfigCommand.self, StatusCommand.self, SeriesCommand.self, QueryCommand.self,
            ForecastCommand.self, AlertsCommand.self, AcceptCommand.self, TrainCommand.self, ImportCommand.self,
            ExportCommand.self, DeleteCommand.self, RenameCommand.self, BackupCommand.self, VerifyCommand.self,
            CompactCommand.self, HostCommand.self, SQLCommand.self, ReplayCommand.self, BacktestCommand.self,
            CapacityCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        Descriptor.onBrokenPipe(.ends)
        do {
            try checkName()
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as any CommandFailure {
            Descriptor.write(JournalText.failure("forecastd: \(failure)"), to: 2)
            Self.exit(withError: ExitCode(failure.exitCode))
        } catch {
            exit(withError: error)
        }
    }

    /// A command that is none is answered with those like it.
    private static func checkName() throws(ClientError) {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), word != "help",
            !names.contains(word)
        else { return }
        let near = NearestNames.nearest(to: word, among: names)
        let hint = near.isEmpty ? "`forecastd --help` lists them" : "near: \(near.joined(separator: ", "))"
        throw .usage("\(word) is no command; \(hint)")
    }
}
