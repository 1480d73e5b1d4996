// `forecastd backup`: a copy of everything, while everything goes on.
import ArgumentParser
import ForecastDaemon
import SeriesStore

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the whole store to a new file, while the daemon goes on, or when none runs.",
        discussion: """
            EXAMPLES
              forecastd backup /var/lib/forecastd/monday.db
              forecastd sql --store /var/lib/forecastd/monday.db 'select count(*) from v_series'

            A running daemon writes the file, as its own user. To go back: stop the daemon, put the copy in the place
            of forecasts.db, remove forecasts.db-wal and forecasts.db-shm, start it.
            """)

    @Argument(help: "The file to make; it must not be there yet.") var file: String
    @Option(help: "Where no daemon runs: the store file; else the one that `forecastd run` would open.")
    var store: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let target = absolutePath(file)
        var progress = StreamedProgress(json: common.json)
        do throws(ClientError) {
            if store != nil { throw ClientError.noDaemon(tried: []) }
            try common.client().stream("/v1/admin/backup", [("to", target)], body: nil) { line throws(ClientError) in
                try progress.take(line)
            }
            progress.end()
        } catch {
            guard case .noDaemon = error, common.socket == nil else { throw error }
            let copy = FinishedFile(target)
            do {
                try Store.copy(path: store ?? StorePath.ofThisUser, to: copy.unfinished)
                guard !FinishedFile.exists(target) else { throw ClientError.unwritable("\(target) exists") }
                try copy.finish()
            } catch {
                copy.discard()
                throw error
            }
            output("\(target): a copy of \(store ?? StorePath.ofThisUser)\n")
        }
    }
}
