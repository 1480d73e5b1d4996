// Flags and arguments that several subcommands share, and the few steps that all clients of the daemon take.
import ArgumentParser
import ForecastDaemon
import FoundationEssentials
import SeriesStore

/// Where the daemon is and how to write.
struct CommonOptions: ParsableArguments {
    @Option(help: "The daemon's API socket; else FORECASTD_SOCKET, $XDG_RUNTIME_DIR/forecastd, /run/forecastd.")
    var socket: String?

    @Flag(help: "Write JSON, as the API answers it.")
    var json = false

    /// Whether a daemon was named, by flag or variable: then it is meant, and no file stands in for it.
    var namesSocket: Bool {
        socket != nil || !(ProcessInfo.processInfo.environment["FORECASTD_SOCKET"] ?? "").isEmpty
    }

    /// Asks the daemon, and mentions once if the choice of the socket needs a word.
    ///
    /// - Parameter waits: for a daemon that is opening its store.
    func client(waits: Bool = true) throws(ClientError) -> DaemonClient {
        let client = try DaemonClient(socket: socket, waits: waits)
        if let note = client.note { Descriptor.write("forecastd: \(note)\n", to: 2) }
        return client
    }

    /// Body of the answer to GET.
    func get(_ route: String, _ query: [(name: String, value: String)] = []) throws(ClientError) -> [UInt8] {
        try client().get(route, query)
    }

    /// Body of the answer to GET about matching series.
    ///
    /// - Throws: `.refused` with names that are like it where none matches.
    func get(_ route: String, match: String, _ query: [(name: String, value: String)] = []) throws(ClientError)
        -> [UInt8]
    {
        try get(route, [(name: "match", value: match)] + query)
    }

    /// What standard output can show.
    var screen: Screen { Screen(descriptor: 1) }

    /// Local times for a person, UTC for a file.
    func clock(on screen: Screen) -> ClockText { ClockText(isLocal: screen.isTerminal, now: currentTime()) }
}

/// Which series are meant.
struct MatcherArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Series: a name, name{label=\"value\"}, or words such as: disk_used path=/srv host=web*.",
            valueName: "matcher"))
    var matcher: [String] = []

    /// As one text for the API; nil where none was given.
    ///
    /// - Throws: what is wrong with it, before anyone is asked.
    func text() throws(ClientError) -> String? {
        guard let first = matcher.first else { return nil }
        do throws(SelectorError) {
            return matcher.count == 1
                ? try Selector(parsing: first).description : try Selector(words: matcher).description
        } catch {
            throw .usage(error.description)
        }
    }

    /// For subcommands that cannot do without.
    func required() throws(ClientError) -> String {
        guard let text = try text() else {
            throw ClientError.usage("which series? Give a name, such as `disk_used_percent path=/`")
        }
        return text
    }
}

/// Nanoseconds since 1970 by the system's clock.
func currentTime() -> Int64 {
    Int64(Date().timeIntervalSince1970 * 1e6) * 1000
}

/// Writes bytes to standard output as they are, with a line end.
func output(_ bytes: [UInt8]) {
    Descriptor.write(String(decoding: bytes, as: UTF8.self), to: 1)
    if bytes.last != UInt8(ascii: "\n") { Descriptor.write("\n", to: 1) }
}

/// Writes a page to standard output: to a file as it is.
///
/// Names come from whoever writes samples. Controls of one byte are refused there; those of two bytes, which a terminal
/// obeys as well, and marks that turn the direction of a line do not get to it.
func output(_ text: String) {
    Descriptor.write(Screen(descriptor: 1).isTerminal ? PrintableText.onTerminal(text) : text, to: 1)
}

/// The store file of a daemon that answers; nil if none does, which is no fault where a file will do.
func daemonsStore(_ common: CommonOptions) throws(ClientError) -> String? {
    do throws(ClientError) {
        // The status is answered before the store is there.
        _ = try common.get("/-/ready")
        return try decoded(StatusReply.self, from: common.get("/v1/status")).store?.path
    } catch {
        if common.namesSocket { throw error }
        return nil
    }
}
