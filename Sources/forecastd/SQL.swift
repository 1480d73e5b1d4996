// `forecastd sql`: read-only SQL on the store file, whether the daemon runs or not.
import ArgumentParser
import ForecastDaemon
import FoundationEssentials
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
    @Option(help: "The store file; else the running daemon's, else the default place.") var store: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        throw ClientError.usage("not built yet: \(statement)")
    }
}
