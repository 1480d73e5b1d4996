// What is wrong with a configuration, all of it at once: an operator who mends one line at a time is not helped by
// one error at a time.

/// One thing wrong with a configuration file.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// As it was named.
    public let file: String
    /// 1-based; 0 where the file as a whole is meant.
    public let line: Int
    /// 1-based, in characters.
    public let column: Int
    /// `store.retention`; empty where no key is meant.
    public let key: String
    /// What is wrong.
    public let reason: String
    /// What was probably meant; may be empty.
    public let hint: String

    /// `FILE:LINE:COLUMN: key: what is wrong (what was meant?)`
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column): " : "\(file): "
        return place + (key.isEmpty ? "" : key + ": ") + reason + (hint.isEmpty ? "" : " (\(hint))")
    }
}

/// A configuration that is refused. Never empty.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// In the order of the file.
    public let problems: [ConfigurationProblem]

    /// One line for each problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
