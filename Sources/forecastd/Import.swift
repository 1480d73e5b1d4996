// `forecastd import`: history from a file, so that a model is there today and not in three weeks.
//
// The file is read here only where something must be known of it first (`--dry-run`, `--ends-now`); what is sent is
// the file as it is, with the changes as options, and the daemon reads it with the same reader.
import ArgumentParser
import ForecastDaemon
import SeriesStore

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Reads history: line protocol, CSV, JSON lines, dumps of Prometheus, InfluxDB and RRDtool.",
        discussion: """
            EXAMPLES
              forecastd import history.csv   series,timestamp,value
              forecastd import load.csv --series 'system_load1{host="web1"}'
                  timestamp,value
              forecastd import export.jsonl --dry-run
                  what is in it: series, range, interval
              forecastd import old.jsonl --rename node_load1=system_load1
              zcat dump.lp.gz | forecastd import - --format influx
              promtool tsdb dump /var/lib/prometheus/metrics2 | forecastd import -
              influx_inspect export -datadir D -waldir W -out - -lponly \\
                  | forecastd import -
              rrdtool xport --json --start -1y DEF:a=load.rrd:load:AVERAGE \\
                  XPORT:a:system_load1 | forecastd import -
              forecastd import deploy/demo/history.jsonl --ends-now

            What is imported is trained at once; alerts of the past are recorded, not
            sent. Importing a file twice changes nothing. Rows that make no sense are named
            and left out: exit code 65, however many others are stored.
            """)

    @Argument(help: "The file; - is standard input.") var file: String
    @Option(help: "influx, csv, jsonl, series, promtool or rrdtool; else by name and first line.") var format: String?
    @Option(help: "Name of the series of a CSV without a column for it.") var series: String?
    @Option(help: "OLD=NEW: another name for a series; may be given several times.") var rename: [String] = []
    @Option(help: "Unit of bare timestamps in line protocol and CSV: ns, us, ms or s.") var precision: String?
    @Flag(help: "Move all times so that the newest is now.") var endsNow = false
    @Flag(name: [.customShort("n"), .long], help: "Only say what is in the file.") var dryRun = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        if file == "-", endsNow { throw ClientError.usage("--ends-now reads the file twice: give a file, not -") }
        let pieces = try FilePieces(file)
        let beginning = try pieces.next()
        var options = try options(beginning)
        if dryRun || endsNow {
            let (summary, refused) = try summary(options)
            guard let last = summary.last else { throw ClientError.badInput("\(file): there is no sample in it") }
            if endsNow { options.shift = currentTime() - last }
            if dryRun {
                show(summary, shift: options.shift)
                guard refused == 0 else {
                    throw ClientError.badInput("\(Wording.plural(refused, "row", "rows")) would be refused")
                }
                return
            }
        }
        var progress = StreamedProgress(json: common.json)
        progress.tellIfInterrupted()
        var begun: [UInt8]? = beginning
        try common.client().stream(
            "/v1/import", options.query,
            body: { () throws(ClientError) in
                // Read when it is wanted: of a pipe the next piece may be long in coming.
                let piece = if let begun { begun } else { try pieces.next() }
                begun = nil
                progress.show(pieces.share, "sending \(file)")
                return piece.isEmpty ? nil : piece
            },
            line: { line throws(ClientError) in try progress.take(line) })
        progress.end()
    }

    private func options(_ beginning: [UInt8]) throws(ClientError) -> ImportOptions {
        var query: [(name: String, value: String)] = [
            ("format", format ?? ImportFormat.guessed(path: file, beginning: beginning).rawValue)
        ]
        if let series { query.append(("series", series)) }
        for text in rename { query.append(("rename", text)) }
        if let precision {
            guard let unit = TimestampPrecision(precision) else {
                throw .usage("--precision \(precision) is not known: it is ns, us, ms or s")
            }
            query.append(("unit", "\(unit.nanoseconds)"))
        }
        do throws(ImportProblem) { return try ImportOptions(query: query) } catch {
            throw .usage(error.description)
        }
    }

    /// Reads the whole file and says what is in it; problems go to standard error.
    private func summary(_ options: ImportOptions) throws(ClientError) -> (ImportSummary, refused: Int) {
        let pieces = try FilePieces(file)
        var reader = ImportReader(options)
        var summary = ImportSummary()
        var told = 0
        while true {
            let piece = try pieces.next()
            let batch = reader.read(piece, isLast: piece.isEmpty)
            summary.add(batch)
            for problem in batch.problems where told < 20 && dryRun {
                Descriptor.write("\(file): \(problem)\n", to: 2)
                told += 1
            }
            if piece.isEmpty { break }
        }
        if dryRun, reader.problems > told {
            Descriptor.write("\(file): \(reader.problems - told) more problems\n", to: 2)
        }
        return (summary, reader.problems)
    }

    private func show(_ summary: ImportSummary, shift: Int64) {
        let screen = common.screen
        let clock = common.clock(on: screen)
        output(ImportPage.written(summary, shift: shift, json: common.json, on: screen, clock: clock))
    }
}
