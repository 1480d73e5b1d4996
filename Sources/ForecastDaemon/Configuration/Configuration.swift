// Everything that can be set, typed, with its defaults. Where each value came from is kept beside it, so that
// `check-config` can say so. Reading a file: `ConfigurationReader`; the list of all keys: `ConfigurationSettings`.
//
// A value: a reload makes another one and compares (`differences(from:)`). Nothing here reads the clock, the network
// or the environment.

public import SeriesStore

/// The configuration of the daemon. `Configuration()` is the default and works without any file.
public struct Configuration: Sendable {
    /// Sockets of our own; under systemd the inherited ones come first.
    public struct Listen: Sendable, Equatable {
        /// Path of the line protocol socket; a leading `$RUNTIME` is the runtime directory.
        public var ingest = "$RUNTIME/ingest.sock"
        /// The HTTP socket, as `ingest`.
        public var api = "$RUNTIME/api.sock"
    }

    /// What is kept and how it is committed.
    public struct Store: Sendable, Equatable {
        /// Age of samples, counted from each series' newest; nil keeps them for ever.
        public var retention: Duration? = .seconds(400 * 86_400)
        /// Bins that stay when samples go.
        public var tiers: [TierSetting] = []
        /// Bytes of the file.
        public var maximumSize: Int64 = 5_000_000_000
        /// Percent of the file system that is never used.
        public var keepFree = 10.0
        /// Samples later than now plus this are refused.
        public var futureSkew: Duration = .seconds(600)
        /// Lines that nobody waits for are committed together within this time.
        public var groupCommit: Duration = .seconds(1)
        /// No point stays in the journal longer.
        public var flushAge: Duration = .seconds(3600)
        /// Bytes of SQLite's page cache.
        public var cache: Int64 = 8_000_000
    }

    /// What one client can cost.
    public struct Limits: Sendable, Equatable {
        /// Series in the store.
        public var series = 10_000
        /// New series in any minute.
        public var newSeriesPerMinute = 1_000
        /// Series that may have a trained model.
        public var trained = 2_000
        /// Bytes of one line.
        public var line: Int64 = 65_536
        /// Bytes of one HTTP body, unpacked.
        public var body: Int64 = 67_108_864
        /// Connections at the same time, on each of the two sockets: a flood of lines must not shut out `status`.
        public var connections = 1_024
    }

    /// When models are trained.
    public struct Training: Sendable, Equatable {
        /// Off: simple models only.
        public var enabled = true
        /// Threads that train.
        public var threads = 1
        /// Percent of one core, over an hour.
        public var budget = 5.0
        /// New bins that make a retraining due.
        public var everyBins = 240
        /// A series is not trained more often.
        public var atLeastApart: Duration = .seconds(6 * 3600)
        /// A series that gets data is trained at least so often.
        public var atMostApart: Duration = .seconds(7 * 86_400)
    }

    /// What is kept of forecasts.
    public struct Forecasts: Sendable, Equatable {
        /// Percent of the bytes of the samples.
        public var budget = 50.0
        /// Age up to which a fan every half horizon is kept.
        public var fine: Duration = .seconds(2 * 86_400)
        /// Age up to which a fan every 3 h is kept.
        public var coarse: Duration = .seconds(30 * 86_400)
        /// Age of the record of what had been forecast for each past bin.
        public var record: Duration = .seconds(30 * 86_400)
    }

    /// When somebody is told.
    public struct Alerts: Sendable, Equatable {
        /// Whether drift alerts are raised at all.
        public var driftEnabled = true
        /// A drift that has been stable for so long is the new normal.
        public var acceptAfter: Duration = .seconds(86_400)
    }

    /// What stays resident.
    public struct Memory: Sendable, Equatable {
        /// Bytes of models held.
        public var models: Int64 = 64_000_000
    }

    /// The zone whose days the season of a series follows.
    public enum TimeZone: Sendable, Equatable {
        case local
        /// An IANA name, such as `Europe/Berlin`.
        case named(String)
    }

    /// From which level on messages are logged.
    public enum LogLevel: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// `listen:`
    public var listen = Listen()
    /// `store:`
    public var store = Store()
    /// `limits:`
    public var limits = Limits()
    /// `training:`
    public var training = Training()
    /// `forecasts:`
    public var forecasts = Forecasts()
    /// `alerts:`
    public var alerts = Alerts()
    /// `memory:`
    public var memory = Memory()
    /// `time_zone:`
    public var timeZone = TimeZone.local
    /// `log.level:`
    public var logLevel = LogLevel.info
    /// Rules for single series, in the order written.
    public var series: [SeriesRule] = []
    /// Where each key that is not default was set; keys as in `store.retention`.
    var origins: [String: ConfigurationOrigin] = [:]

    /// All defaults.
    public init() {}

    /// All defaults.
    public static let `default` = Configuration()

    /// A path of `listen` with the runtime directory in place of `$RUNTIME`.
    public static func path(_ path: String, runtimeDirectory: String) -> String {
        path.hasPrefix("$RUNTIME") ? runtimeDirectory + path.dropFirst("$RUNTIME".count) : path
    }

    /// What the rules say of a series: for each key the first rule that matches and has it.
    public func settings(for key: SeriesKey) -> SeriesSettings {
        var result = SeriesSettings()
        for rule in series where rule.matches.matches(key) { result.fill(from: rule.settings) }
        return result
    }

    /// Kind, unit and aggregate of a new series: rules first, then its name.
    public func describe(_ key: SeriesKey) -> (kind: SeriesKind, unit: String, aggregate: Aggregate) {
        let byName = KindTable.describe(key)
        let rules = settings(for: key)
        let kind = rules.kind ?? byName.kind
        // A kind that the rules changed brings its own unit and aggregate.
        let unit = kind == byName.kind ? byName.unit : kind == .counter ? "per_second" : ""
        let aggregate = kind == byName.kind ? byName.aggregate : kind == .counter ? .rate : .mean
        return (kind, unit, rules.aggregate ?? aggregate)
    }
}

/// Where a value came from.
public enum ConfigurationOrigin: Sendable, Equatable, CustomStringConvertible {
    case `default`
    case file(String, line: Int)

    /// `default`, or `FILE:LINE`.
    public var description: String {
        switch self {
        case .default: "default"
        case .file(let file, let line): "\(file):\(line)"
        }
    }
}
