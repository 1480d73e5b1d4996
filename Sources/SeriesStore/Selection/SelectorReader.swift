// The text of a selector to its matchers.

extension Selector {
    /// Reads a Prometheus selector where there is a brace, else words separated by spaces.
    public init(parsing text: String) throws(SelectorError) {
        var reader = SelectorReader(text)
        self.init(text, try reader.selector())
    }

    /// Reads words: a name and `label=value` in any order; or one Prometheus selector, whole or split at spaces.
    public init(words: [String]) throws(SelectorError) {
        let text = words.joined(separator: " ")
        if SelectorReader.hasBrace(text) {
            try self.init(parsing: text)
        } else {
            self.init(text, try SelectorReader.matchers(words: words.filter { !$0.isEmpty }))
        }
    }
}

/// A cursor over one selector.
struct SelectorReader {
    private let text: String
    private let scalars: [Unicode.Scalar]
    private var at = 0

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    /// Whether a text is in Prometheus' form: a brace outside quotes.
    static func hasBrace(_ text: String) -> Bool {
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" {
                quote = character
            } else if character == "{" {
                return true
            }
        }
        return false
    }

    mutating func selector() throws(SelectorError) -> [Selector.Matcher] {
        guard Self.hasBrace(text) else { return try Self.matchers(words: words()) }
        var matchers: [Selector.Matcher] = []
        var name = String.UnicodeScalarView()
        while let scalar = next, scalar != "{" {
            name.append(scalar)
            at += 1
        }
        let trimmed = String(name).trimmingBlanks()
        if !trimmed.isEmpty {
            matchers.append(Selector.Matcher(label: Selector.nameLabel, condition: Self.globOrEqual(trimmed)))
        }
        at += 1
        while true {
            skipBlanks()
            if next == "}" { break }
            matchers.append(try matcher())
            skipBlanks()
            if next == "," {
                at += 1
            } else if next != "}" {
                throw syntax(next == nil ? "`{` without `}`" : "a comma or } is expected")
            }
        }
        at += 1
        skipBlanks()
        if at < scalars.count { throw syntax("something follows the closing }") }
        if matchers.isEmpty { throw .empty }
        return matchers
    }

    /// Words to matchers; see `Selector`.
    static func matchers(words: [String]) throws(SelectorError) -> [Selector.Matcher] {
        var matchers: [Selector.Matcher] = []
        var name: String?
        for word in words {
            guard let (label, operation, value) = split(word) else {
                if let name { throw .secondName(word, after: name) }
                name = word
                matchers.append(Selector.Matcher(label: Selector.nameLabel, condition: globOrEqual(word)))
                continue
            }
            if label.isEmpty { throw .missingLabel(word: word) }
            let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            let plain = isQuoted ? String(value.dropFirst().dropLast()) : value
            matchers.append(
                Selector.Matcher(label: label, condition: try condition(operation, plain, isQuoted: isQuoted)))
        }
        if matchers.isEmpty { throw .empty }
        return matchers
    }

    private enum Operation: String {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case notMatches = "!~"
    }

    private static func globOrEqual(_ value: String) -> Selector.Condition {
        Pattern.isGlob(value) ? .matches(Pattern(glob: value)) : .equal(value)
    }

    /// Quotes make a value literal; without them `*` and `?` make it a glob.
    private static func condition(
        _ operation: Operation, _ value: String, isQuoted: Bool
    ) throws(SelectorError) -> Selector.Condition {
        switch operation {
        case .equal: return isQuoted ? .equal(value) : globOrEqual(value)
        case .notEqual:
            return isQuoted || !Pattern.isGlob(value) ? .notEqual(value) : .notMatches(Pattern(glob: value))
        case .matches, .notMatches:
            do throws(PatternError) {
                let pattern = try Pattern(regularExpression: value)
                return operation == .matches ? .matches(pattern) : .notMatches(pattern)
            } catch {
                throw .badPattern(error)
            }
        }
    }

    /// `label=value` at its first operator; nil where there is none.
    private static func split(_ word: String) -> (label: String, operation: Operation, value: String)? {
        guard let place = word.firstIndex(where: { $0 == "=" || $0 == "!" }) else { return nil }
        let rest = word[place...]
        let label = String(word[..<place])
        for operation in [Operation.notEqual, .notMatches, .matches, .equal] where rest.hasPrefix(operation.rawValue) {
            return (label, operation, String(rest.dropFirst(operation.rawValue.count)))
        }
        return nil
    }

    private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func skipBlanks() {
        while next == " " || next == "\t" || next == "\n" { at += 1 }
    }

    private func syntax(_ reason: String) -> SelectorError {
        .syntax(selector: text, column: at + 1, reason: reason)
    }

    /// The text at spaces that are not inside double quotes.
    private func words() -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        var isQuoted = false
        for scalar in scalars {
            if scalar == "\"" { isQuoted.toggle() }
            if (scalar == " " || scalar == "\t" || scalar == "\n") && !isQuoted {
                if !word.isEmpty { words.append(String(word)) }
                word = String.UnicodeScalarView()
            } else {
                word.append(scalar)
            }
        }
        if !word.isEmpty { words.append(String(word)) }
        return words
    }

    /// `label="value"` inside braces.
    private mutating func matcher() throws(SelectorError) -> Selector.Matcher {
        var label = String.UnicodeScalarView()
        if next == "\"" {
            label = String.UnicodeScalarView(try quoted().unicodeScalars)
        } else {
            while let scalar = next, !"=!{},\" \t\n".unicodeScalars.contains(scalar) {
                label.append(scalar)
                at += 1
            }
        }
        if label.isEmpty { throw syntax(next == nil ? "`{` without `}`" : "a label is expected") }
        skipBlanks()
        let first = next
        let second = at + 1 < scalars.count ? scalars[at + 1] : nil
        let operation: Operation
        switch (first, second) {
        case ("=", "~"): operation = .matches
        case ("!", "~"): operation = .notMatches
        case ("!", "="): operation = .notEqual
        case ("=", _): operation = .equal
        default: throw syntax("one of = != =~ !~ is expected after `\(String(label))`")
        }
        at += operation.rawValue.count
        skipBlanks()
        let isQuoted = next == "\"" || next == "'" || next == "`"
        let value = isQuoted ? try quoted() : unquoted()
        return Selector.Matcher(
            label: String(label), condition: try Self.condition(operation, value, isQuoted: isQuoted))
    }

    private mutating func unquoted() -> String {
        var value = String.UnicodeScalarView()
        while let scalar = next, scalar != ",", scalar != "}" {
            value.append(scalar)
            at += 1
        }
        return String(value).trimmingBlanks()
    }

    /// `"…"` or `'…'` with escapes, or a raw string in backticks.
    private mutating func quoted() throws(SelectorError) -> String {
        let quote = scalars[at]
        let start = at
        at += 1
        var value = String.UnicodeScalarView()
        while let scalar = next {
            at += 1
            if scalar == quote { return String(value) }
            guard scalar == "\\", quote != "`" else {
                value.append(scalar)
                continue
            }
            guard let escaped = next else { break }
            at += 1
            switch escaped {
            case "n": value.append("\n")
            case "t": value.append("\t")
            case "\"", "'", "\\": value.append(escaped)
            default:
                // Prometheus refuses `\d` in a string; people write it all the same and mean the regular expression.
                value.append("\\")
                value.append(escaped)
            }
        }
        at = start
        throw syntax("the quote is not closed")
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" || first == "\n" { rest = rest.dropFirst() }
        while let last = rest.last, last == " " || last == "\t" || last == "\n" { rest = rest.dropLast() }
        return String(rest)
    }
}
