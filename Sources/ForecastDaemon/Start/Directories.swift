// Where the daemon keeps its store and makes its sockets: flags first, then what systemd says, then the XDG folders of
// a user, then a sensible default. HOME is not set under DynamicUser=, so no path is taken from it alone.

import Glibc

/// The two directories of a running daemon, from the root on, since clients are told of them. The one for the state exists when this is made.
struct Directories: Sendable {
    /// Holds `forecasts.db`.
    let state: String
    /// Holds the sockets, unless systemd passed them: then it is not made.
    let runtime: String

    /// The store file.
    var store: String { state + "/forecasts.db" }

    /// Finds the directories, and creates the one for the state.
    ///
    /// - Throws: `SystemError`, naming the directory that cannot be made.
    static func resolve(state: String?, runtime: String?) throws(SystemError) -> Directories {
        let directories = Directories(
            state: absolutePath(state ?? defaultState()), runtime: absolutePath(runtime ?? defaultRuntime()))
        try Environment.makeDirectory(directories.state, mode: 0o750)
        return directories
    }

    /// Creates the one for the sockets.
    func makeRuntime() throws(SystemError) { try Environment.makeDirectory(runtime, mode: 0o755) }

    /// `$STATE_DIRECTORY`, `$XDG_STATE_HOME/forecastd`, `~/.local/state/forecastd`; for root `/var/lib/forecastd`.
    static func defaultState() -> String {
        if let given = first(Environment.value("STATE_DIRECTORY")) { return given }
        if let xdg = Environment.value("XDG_STATE_HOME") { return xdg + "/forecastd" }
        if geteuid() != 0, let home = Environment.value("HOME") { return home + "/.local/state/forecastd" }
        return "/var/lib/forecastd"
    }

    /// `$RUNTIME_DIRECTORY`, `$XDG_RUNTIME_DIR/forecastd`; for root `/run/forecastd`, else a folder in the temporary one.
    static func defaultRuntime() -> String {
        if let given = first(Environment.value("RUNTIME_DIRECTORY")) { return given }
        if geteuid() == 0 { return "/run/forecastd" }
        if let xdg = Environment.value("XDG_RUNTIME_DIR") { return xdg + "/forecastd" }
        return (Environment.value("TMPDIR") ?? "/tmp") + "/forecastd-\(geteuid())"
    }

    /// systemd joins several directories with colons; the first is ours.
    private static func first(_ list: String?) -> String? {
        list?.split(separator: ":").first.map(String.init)
    }
}
