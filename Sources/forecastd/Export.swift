// `forecastd export`: samples as text, for other programs, for another daemon, for ever.
import ArgumentParser
import ForecastDaemon

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes samples as CSV, JSON lines or line protocol; import reads them back bit by bit.",
        discussion: """
            EXAMPLES
              forecastd export disk_used_percent path=/ > disk.csv
              forecastd export '{__name__=~".+"}' --format jsonl -o everything.jsonl
              forecastd export 'cpu_*' --from 7d --format influx | other-database

            jsonl is what VictoriaMetrics imports and exports. Line protocol has no form
            for NaN and infinities: a comment line says how many were left out.
            """)

    @OptionGroup var matcher: MatcherArgument
    @Option(help: "csv, jsonl or influx.") var format = "csv"
    @Option(help: "Start: a length back from now (2h) or a time; the beginning, unless told.") var from: String?
    @Option(help: "End, not included.") var to: String?
    @Option(
        name: .shortAndLong,
        help: "File to write, in place of one that is there, or a pipe; else standard output.")
    var output: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let match = try matcher.required()
        guard let format = ExportFormat(rawValue: format) else {
            throw ClientError.usage(
                "--format \(format) is not known: it is one of "
                    + ExportFormat.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let query = try TimeArgument.range(from: from, to: to, now: currentTime()) + [("format", format.rawValue)]
        guard let output else {
            return try download(
                match, query, to: opened { () throws(DescriptorError) in try Descriptor.standardOutput() })
        }
        if FinishedFile.isStream(output) {
            return try download(
                match, query, to: opened { () throws(DescriptorError) in try Descriptor.open(writing: output) })
        }
        let file = FinishedFile(output)
        do {
            try download(match, query, to: opened { () throws(DescriptorError) in try file.create() })
            do throws(DescriptorError) { try file.finish() } catch { throw ClientError.unwritable("\(error)") }
        } catch {
            file.discard()
            throw error
        }
    }

    private func opened(
        _ open: () throws(DescriptorError) -> Descriptor
    ) throws(ClientError) -> Descriptor {
        do throws(DescriptorError) { return try open() } catch { throw .unwritable(error.description) }
    }

    private func download(
        _ match: String, _ query: [(name: String, value: String)], to target: consuming Descriptor
    ) throws(ClientError) {
        let target = target
        try common.client().download("/v1/export", [("match", match)] + query) { piece throws(ClientError) in
            do throws(DescriptorError) { try target.write(piece) } catch {
                throw .unwritable(output.map { "\($0): \(error)" } ?? error.description)
            }
        }
    }
}
