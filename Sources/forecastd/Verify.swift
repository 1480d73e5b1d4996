// `forecastd verify`: is all that is stored what was written? And if not: all that is good into a new file.
import ArgumentParser
import ForecastDaemon
import SeriesStore

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks checksums, order and decoding of all that is stored; --salvage saves what is good.",
        discussion: """
            EXAMPLES
              forecastd verify             the daemon's store, or the one it would open
              forecastd verify monday.db   a file, no daemon needed
              forecastd verify forecasts.db --salvage saved.db
                  all that is good; what is gone, and how much of each table is saved

            Exit code 1 if something is damaged; with --salvage 65 if something is gone. The file is only read.
            """)

    @Argument(help: "A store file; else the running daemon's, else the one it would open.") var file: String?
    @Option(help: "A new file for all that is good.") var salvage: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        if let salvage { return try save(file ?? daemonsStore(common) ?? StorePath.ofThisUser, to: salvage) }
        let found: [UInt8]
        if let file {
            found = try VerifyPage.json(Store.verify(path: StorePath.checked(file)), path: file)
        } else if let asked = try askDaemon() {
            found = asked
        } else {
            let path = try StorePath.checked(StorePath.ofThisUser)
            found = try VerifyPage.json(Store.verify(path: path), path: path)
        }
        let reply = try decoded(VerifiedReply.self, from: found)
        if common.json { output(found) } else { output(VerifyPage.written(reply)) }
        if !reply.damaged.isEmpty { throw ExitCode(1) }
    }

    /// The last line of the daemon's answer; nil if no daemon answers.
    private func askDaemon() throws(ClientError) -> [UInt8]? {
        var last: [UInt8] = []
        var progress = StreamedProgress(json: false)
        do throws(ClientError) {
            try common.client().stream("/v1/admin/verify", [], body: nil) { line throws(ClientError) in
                if line.isEmpty { return }
                let reply = try decoded(ProgressReply.self, from: line)
                if reply.done == true { last = line } else { try progress.take(line) }
            }
        } catch {
            if case .noDaemon = error, !common.namesSocket { return nil }
            throw error
        }
        progress.end()
        return last
    }

    private func save(_ path: String, to target: String) throws {
        let found = try Store.salvage(path: StorePath.checked(path), to: target)
        if common.json {
            output(VerifyPage.json(found, of: path, to: target))
        } else {
            output(VerifyPage.written(found, of: path, to: target))
        }
        // EX_DATAERR: a script that goes on with the new file should know.
        if !found.isWhole { throw ExitCode(65) }
    }
}
