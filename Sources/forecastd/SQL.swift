// `forecastd sql`: read-only SQL on the store file, whether the daemon runs or not.
import ArgumentParser
import ForecastDaemon
import SeriesStore

struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Reads the store with SQL: series, forecasts, models, alerts, skill. The daemon may run.",
        discussion: """
            EXAMPLES
              forecastd sql 'select * from v_series limit 5'
              forecastd sql "select name from sqlite_schema where type = 'view'"
              forecastd sql --store backup.db 'select count(*) from v_alert' --json
            """)

    @Argument(help: "One statement; it cannot change anything.") var statement: String
    @Option(help: "The store file; else the running daemon's, else the one it would open.") var store: String?
    @Option(help: "Most rows to print.") var limit = 10_000
    @OptionGroup var common: CommonOptions

    func run() throws {
        let path = try store ?? daemonsStore(common) ?? StorePath.ofThisUser
        let result = try Store.query(path: StorePath.checked(path), sql: statement, limit: limit)
        if common.json { return output(SQLPage.json(result)) }
        output(SQLPage.written(result, on: common.screen))
        if result.isCutOff { Descriptor.write("forecastd: only the first \(limit) rows (--limit)\n", to: 2) }
    }
}
