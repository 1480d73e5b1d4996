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
              forecastd sql \\
                  --store /var/lib/forecastd/monday.db 'select count(*) from v_series'

            A running daemon writes the file, as its own user. To go back: stop the
            daemon, put the copy in the place of forecasts.db, remove forecasts.db-wal and
            forecasts.db-shm, start it.
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
            // There it is a conflict of names, here a file that cannot be written.
            if case .refused(409, let sentence) = error { throw ClientError.unwritable(sentence) }
            guard case .noDaemon = error, store != nil || !common.namesSocket else { throw error }
            try copyWithoutDaemon(to: target)
        }
    }

    private func copyWithoutDaemon(to target: String) throws {
        guard !FinishedFile.exists(target) else {
            throw ClientError.unwritable("\(target) exists; a backup replaces nothing")
        }
        let source = try StorePath.checked(store ?? StorePath.ofThisUser)
        let copy = FinishedFile(target)
        do {
            do throws(DescriptorError) { _ = try copy.create() } catch { throw ClientError.unwritable("\(error)") }
            try Store.copy(path: source, to: copy.unfinished)
            try copy.finish()
        } catch {
            copy.discard()
            throw error
        }
        output("\(target): a copy of \(source)\n")
    }
}
