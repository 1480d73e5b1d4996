// Which series are meant: a Prometheus selector, or words as one types them in a shell.
//
//     disk_used                          that name
//     disk_*                             names by glob
//     disk_used{path="/",host=~"web.*"}  Prometheus; values may stand without quotes, as in our own output
//     disk_used path=/ host=web*         words: a name and labels, each value a glob
//     {host="a"}                         any name
//
// A label that a series does not have counts as empty, as in Prometheus: `path!=x` and `path=""` match series without
// `path`. The name can be asked for as the label `__name__`. Pure; reads keys and nothing else.

/// Why a text selects nothing that can be meant.
public enum SelectorError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    /// At a character (1-based) of a Prometheus selector.
    case syntax(selector: String, column: Int, reason: String)
    /// A second word without `=`.
    case secondName(String, after: String)
    case missingLabel(word: String)
    case badPattern(PatternError)

    /// What was found and what would do.
    public var description: String {
        switch self {
        case .empty: "a selector is missing: a name, name{label=\"value\"}, or * for every series"
        case .syntax(let selector, let column, let reason): "selector `\(selector)`, character \(column): \(reason)"
        case .secondName(let word, let first):
            "`\(word)` is a second name after `\(first)` (a label is written label=value)"
        case .missingLabel(let word): "`\(word)` has no label before the operator (label=value)"
        case .badPattern(let error): error.description
        }
    }
}

/// A condition on series keys.
public struct Selector: Sendable, Equatable, CustomStringConvertible {
    enum Condition: Sendable, Equatable {
        case equal(String)
        case notEqual(String)
        /// A regular expression or a glob.
        case matches(Pattern)
        case notMatches(Pattern)

        func accepts(_ value: String) -> Bool {
            switch self {
            case .equal(let wanted): value == wanted
            case .notEqual(let unwanted): value != unwanted
            case .matches(let pattern): pattern.matches(value)
            case .notMatches(let pattern): !pattern.matches(value)
            }
        }
    }

    struct Matcher: Sendable, Equatable {
        /// `__name__` for the name of the series.
        let label: String
        let condition: Condition
    }

    static let nameLabel = "__name__"

    /// As written; words joined by spaces.
    public let description: String
    let matchers: [Matcher]

    init(_ description: String, _ matchers: [Matcher]) {
        self.description = description
        self.matchers = matchers
    }

    /// The series of exactly this name and these labels.
    public init(exactly key: SeriesKey) {
        description = key.description
        matchers =
            [Matcher(label: Self.nameLabel, condition: .equal(key.name))]
            + key.labels.map { Matcher(label: $0.name, condition: .equal($0.value)) }
    }

    /// Whether a series is meant.
    public func matches(_ key: SeriesKey) -> Bool {
        var labels: [SeriesKey.Label]?
        for matcher in matchers {
            if matcher.label == Self.nameLabel {
                if !matcher.condition.accepts(key.name) { return false }
                continue
            }
            let known = labels ?? key.labels
            labels = known
            let value = known.first { $0.name == matcher.label }?.value ?? ""
            if !matcher.condition.accepts(value) { return false }
        }
        return true
    }

    /// The same conditions, however they were written.
    public static func == (a: Selector, b: Selector) -> Bool { a.matchers == b.matchers }
}
