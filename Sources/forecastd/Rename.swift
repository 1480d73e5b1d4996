// `forecastd rename`: another name for a series that keeps all it has.
import ArgumentParser
import ForecastDaemon

struct RenameCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename",
        abstract: "Gives series another name or other labels; samples, model, forecasts and alerts stay.",
        discussion: """
            EXAMPLES
              forecastd rename node_load1 system_load1
                  every series of this name, labels stay
              forecastd rename 'load{host=web1}' 'load{host=web9}'
                  this one series
              forecastd rename old new --merge   into a series that is there already

            When two become one, the samples of the one that was there win where both have
            some.
            """)

    @Argument(help: "A name, or a series with its labels.") var old: String
    @Argument(help: "What it is called from now on.") var new: String
    @Flag(help: "Where there is such a series already, both become one.") var merge = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        var query = [(name: "old", value: old), (name: "new", value: new)]
        if merge { query.append(("merge", "1")) }
        var progress = StreamedProgress(json: common.json)
        try common.client().stream("/v1/rename", query, body: nil) { line throws(ClientError) in
            try progress.take(line)
        }
        progress.end()
    }
}
