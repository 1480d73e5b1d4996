// The list `series:` of the configuration: what holds for single series. For each key the first rule wins that
// matches the series and has the key.

public import SeriesStore

/// How bins without samples of an irregular series are taken.
public enum AbsentBins: String, Sendable, CaseIterable {
    /// As missing.
    case gap
    /// As 0: nothing happened.
    case zero
    /// As the last value: nothing changed.
    case last
}

/// What rules say of a series; nil where none says anything.
public struct SeriesSettings: Sendable, Equatable {
    /// Gauge or counter, against what the name says.
    public var kind: SeriesKind?
    /// How bins are made.
    public var aggregate: Aggregate?
    /// Makes a series of events one with bins: what a bin without samples is.
    public var absent: AbsentBins?
    /// Of the near grid; whole seconds.
    public var step: Duration?
    /// Of the near grid.
    public var horizon: Duration?
    /// Whether drift alerts are raised.
    public var drift: Bool?
    /// Whether a model is trained.
    public var train: Bool?
    /// Age of samples, counted from each series' newest.
    public var retention: Duration?
    /// Bytes that all series of the rule may hold together.
    public var maximumSize: Int64?

    /// Nothing said.
    public init() {}

    /// Takes from `other` what is not said yet.
    mutating func fill(from other: SeriesSettings) {
        kind = kind ?? other.kind
        aggregate = aggregate ?? other.aggregate
        absent = absent ?? other.absent
        step = step ?? other.step
        horizon = horizon ?? other.horizon
        drift = drift ?? other.drift
        train = train ?? other.train
        retention = retention ?? other.retention
        maximumSize = maximumSize ?? other.maximumSize
    }

    /// `key: value` for each key said, in the order of the documentation.
    var lines: [(key: String, value: String)] {
        let values: [(String, String?)] = [
            ("kind", kind?.rawValue), ("aggregate", aggregate?.rawValue), ("absent", absent?.rawValue),
            ("step", step.map(Durations.compact)), ("horizon", horizon.map(Durations.compact)),
            ("drift", drift.map(String.init)), ("train", train.map(String.init)),
            ("retention", retention.map(Durations.compact)), ("max_size", maximumSize.map(ByteSizes.format)),
        ]
        return values.compactMap { key, value in value.map { (key, $0) } }
    }

    static let keys = [
        "match", "kind", "aggregate", "absent", "step", "horizon", "drift", "train", "retention", "max_size",
    ]

    /// Sets one key from its text.
    mutating func set(_ key: String, _ text: String) throws(ValueError) {
        switch key {
        case "kind": kind = try Values.choice(text)
        case "aggregate": aggregate = try Values.choice(text)
        case "absent": absent = try Values.choice(text)
        case "step": step = try Values.wholeSeconds(text)
        case "horizon": horizon = try Values.wholeSeconds(text)
        case "drift": drift = try Values.flag(text)
        case "train": train = try Values.flag(text)
        case "retention": retention = try Values.duration(text, atLeast: .seconds(3600))
        case "max_size": maximumSize = try Values.size(text, in: 100_000...1_000_000_000_000_000)
        default: preconditionFailure("the reader lets only known keys through")
        }
    }
}

/// One entry of `series:`.
public struct SeriesRule: Sendable, Equatable {
    /// Which series it is for.
    public let matches: Selector
    /// What it says of them.
    public let settings: SeriesSettings

    /// As given.
    public init(matches: Selector, settings: SeriesSettings) {
        self.matches = matches
        self.settings = settings
    }
}
