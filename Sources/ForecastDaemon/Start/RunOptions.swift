// What `forecastd run` is told on its command line.

/// Flags of `run`; nil: found by itself.
public struct RunOptions: Sendable {
    /// `--config`.
    public var configuration: String?
    /// `--state-directory`.
    public var stateDirectory: String?
    /// `--runtime-directory`.
    public var runtimeDirectory: String?

    /// All flags; see there.
    public init(configuration: String? = nil, stateDirectory: String? = nil, runtimeDirectory: String? = nil) {
        self.configuration = configuration
        self.stateDirectory = stateDirectory
        self.runtimeDirectory = runtimeDirectory
    }
}

/// Why the daemon did not start, with the exit code that says so to systemd and scripts (sysexits(3)).
public struct StartError: Error, CustomStringConvertible {
    /// 69 to 78.
    public let exitCode: Int32
    /// One sentence, with the next step where there is one.
    public let description: String

    /// Another daemon has the store or the socket: try again when it is gone.
    static func inUse(_ sentence: String) -> StartError { StartError(exitCode: 75, description: sentence) }
    /// The configuration, or a store that this version cannot read: it would fail the same way again.
    static func configuration(_ sentence: String) -> StartError { StartError(exitCode: 78, description: sentence) }
    /// A place that cannot be used.
    static func permission(_ sentence: String) -> StartError { StartError(exitCode: 77, description: sentence) }
    /// The disk.
    static func disk(_ sentence: String) -> StartError { StartError(exitCode: 74, description: sentence) }
}
