// The list of all keys of the configuration, in the order of the documentation: how each is read, how it is printed,
// and whether a reload can change it. Everything else (unknown keys, suggestions, `check-config`, comparing) works
// from this list, so a new key is one entry here and one property in `Configuration`.

/// One key.
struct ConfigurationSetting: Sendable {
    /// `store.retention`
    let path: String
    /// Takes part only when the daemon starts.
    let needsRestart: Bool
    let read: @Sendable (String, inout Configuration) throws(ValueError) -> Void
    let print: @Sendable (Configuration) -> String

    private init<Value>(
        _ path: String, needsRestart: Bool = false,
        _ property: Path<Value>,
        print: @escaping @Sendable (Value) -> String,
        read: @escaping @Sendable (String) throws(ValueError) -> Value
    ) {
        self.path = path
        self.needsRestart = needsRestart
        self.read = { (text, configuration) throws(ValueError) in
            configuration[keyPath: property] = try read(text)
        }
        self.print = { print($0[keyPath: property]) }
    }
}

extension ConfigurationSetting {
    fileprivate typealias Path<Value> = any WritableKeyPath<Configuration, Value> & Sendable

    private static func duration(
        _ path: String, _ property: Path<Duration>, atLeast least: Duration = .zero, needsRestart: Bool = false
    ) -> Self {
        Self(path, needsRestart: needsRestart, property, print: Durations.compact) { text throws(ValueError) in
            try Values.duration(text, atLeast: least)
        }
    }

    private static func size(
        _ path: String, _ property: Path<Int64>, _ range: ClosedRange<Int64>, needsRestart: Bool = false
    ) -> Self {
        Self(path, needsRestart: needsRestart, property, print: ByteSizes.format) { text throws(ValueError) in
            try Values.size(text, in: range)
        }
    }

    private static func percentage(
        _ path: String, _ property: Path<Double>, _ range: ClosedRange<Double>, needsRestart: Bool = false
    ) -> Self {
        Self(path, needsRestart: needsRestart, property, print: Percentages.format) { text throws(ValueError) in
            try Values.percentage(text, in: range)
        }
    }

    private static func count(
        _ path: String, _ property: Path<Int>, _ range: ClosedRange<Int>, needsRestart: Bool = false
    ) -> Self {
        Self(path, needsRestart: needsRestart, property, print: { String($0) }) { text throws(ValueError) in
            try Values.count(text, in: range)
        }
    }

    /// Those that there are take part only when the daemon starts.
    private static func flag(_ path: String, _ property: Path<Bool>) -> Self {
        Self(path, needsRestart: true, property, print: { String($0) }) { text throws(ValueError) in
            try Values.flag(text)
        }
    }

    private static func socket(_ path: String, _ property: Path<String>) -> Self {
        Self(path, needsRestart: true, property, print: { $0 }) { text throws(ValueError) in
            try Values.socketPath(text)
        }
    }

    /// `none` keeps for ever.
    private static func retention(_ path: String, _ property: Path<Duration?>) -> Self {
        Self(path, property, print: { $0.map(Durations.compact) ?? "none" }) { text throws(ValueError) in
            text == "none" ? nil : try Values.duration(text, atLeast: .seconds(3600))
        }
    }

    static let all: [ConfigurationSetting] = [
        .socket("listen.ingest", \.listen.ingest),
        .socket("listen.api", \.listen.api),
        .retention("store.retention", \.store.retention),
        Self("store.tiers", \.store.tiers, print: TierSetting.print, read: TierSetting.parse),
        .size("store.max_size", \.store.maximumSize, 1_000_000...1_000_000_000_000_000),
        .percentage("store.keep_free", \.store.keepFree, 0...90),
        .duration("store.future_skew", \.store.futureSkew),
        .duration("store.group_commit", \.store.groupCommit, atLeast: .milliseconds(10), needsRestart: true),
        .duration("store.flush_age", \.store.flushAge, atLeast: .seconds(10), needsRestart: true),
        .size("store.cache", \.store.cache, 1_000_000...100_000_000_000, needsRestart: true),
        .count("limits.series", \.limits.series, 1...10_000_000),
        .count("limits.new_series_per_minute", \.limits.newSeriesPerMinute, 1...10_000_000),
        .count("limits.trained", \.limits.trained, 0...10_000_000, needsRestart: true),
        .size("limits.line", \.limits.line, 128...16_777_216),
        .size("limits.body", \.limits.body, 1_024...1_073_741_824),
        .count("limits.connections", \.limits.connections, 1...1_000_000, needsRestart: true),
        .flag("training.enabled", \.training.enabled),
        .count("training.threads", \.training.threads, 1...256, needsRestart: true),
        .percentage("training.budget", \.training.budget, 0.1...25_600, needsRestart: true),
        .count("training.every_bins", \.training.everyBins, 1...1_000_000, needsRestart: true),
        .duration("training.at_least_apart", \.training.atLeastApart, needsRestart: true),
        .duration("training.at_most_apart", \.training.atMostApart, atLeast: .seconds(60), needsRestart: true),
        .percentage("forecasts.budget", \.forecasts.budget, 1...10_000),
        .duration("forecasts.fine", \.forecasts.fine),
        .duration("forecasts.coarse", \.forecasts.coarse),
        .duration("forecasts.record", \.forecasts.record),
        .flag("alerts.drift.enabled", \.alerts.driftEnabled),
        .duration("alerts.accept_after", \.alerts.acceptAfter, atLeast: .seconds(60), needsRestart: true),
        .size("memory.models", \.memory.models, 1_000_000...1_000_000_000_000, needsRestart: true),
        Self("time_zone", needsRestart: true, \.timeZone, print: { $0.description }) { text throws(ValueError) in
            text == "local" ? .local : .named(try Values.text(text))
        },
        Self("log.level", needsRestart: true, \.logLevel, print: { $0.rawValue }) { text throws(ValueError) in
            try Values.choice(text)
        },
    ]

    static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

    /// The keys that may stand inside a mapping: `store` has `retention`, the root ("") has `store`.
    static func keys(in section: String) -> [String] {
        var keys: [String] = []
        for path in all.map(\.path) + ["series"] {
            guard section.isEmpty || path.hasPrefix(section + ".") else { continue }
            let rest = section.isEmpty ? path[...] : path.dropFirst(section.count + 1)
            let key = String(rest.prefix { $0 != "." })
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }
}

extension Configuration.TimeZone: CustomStringConvertible {
    /// `local`, or the name.
    public var description: String {
        switch self {
        case .local: "local"
        case .named(let name): name
        }
    }
}
