// Regular expressions and globs over names and label values, always anchored at both ends, as in Prometheus.
//
// Not Swift's `Regex`: that one backtracks, so `(a+)+b` from any client would hold a thread for hours, and it is not
// Sendable. This one is Thompson's construction (1968): all alternatives advance together, one scalar at a time, so
// the time is at most (length of text) x (size of pattern), whatever is asked. The syntax is the part of RE2 that
// Prometheus users write: literals, `.`, classes, `\d \w \s`, groups, `|`, `* + ? {m,n}` (lazy forms mean the same
// when only the whole matters), `(?i)` for ASCII. No back references, no look-around: RE2 has none either.

/// Why a text is no regular expression, and at which character (1-based).
public struct PatternError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The regular expression.
    public let pattern: String
    /// 1-based, in Unicode scalars.
    public let column: Int
    /// What is wrong, without the place.
    public let reason: String

    /// What, and where.
    public var description: String { "regular expression `\(pattern)`, character \(column): \(reason)" }
}

/// A compiled pattern. Immutable; matching allocates a little and shares nothing.
public struct Pattern: Sendable, Equatable {
    /// As written.
    public let text: String
    private let program: [Instruction]

    /// A program longer than this (about 16 bytes an entry) is refused; `{1000}` of a long group would make one.
    static let maximumProgram = 10_000

    enum Instruction: Sendable, Equatable {
        case scalars(ScalarClass)
        case jump(Int)
        case split(Int, Int)
        case atStart
        case atEnd
        case match
    }

    init(_ text: String, program: [Instruction]) {
        self.text = text
        self.program = program
    }

    /// Compiles a glob: `*` is any text, `?` one character, all else itself.
    public init(glob text: String) {
        self.text = text
        var program: [Instruction] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case "*":
                program.append(.split(program.count + 1, program.count + 3))
                program.append(.scalars(.any))
                program.append(.jump(program.count - 2))
            case "?": program.append(.scalars(.any))
            default: program.append(.scalars(ScalarClass(scalar)))
            }
        }
        self.program = program + [.match]
    }

    /// Whether a text would be a glob rather than a plain name.
    public static func isGlob(_ text: String) -> Bool {
        text.contains("*") || text.contains("?")
    }

    /// Whether all of `text` matches.
    ///
    /// - Complexity: (length of text) x (size of pattern).
    public func matches(_ text: String) -> Bool {
        var states = StateSet(count: program.count)
        var next = StateSet(count: program.count)
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        add(0, to: &states, atStart: true, atEnd: index == scalars.endIndex)
        while index != scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            next.removeAll()
            for state in states.members {
                if case .scalars(let wanted) = program[state], wanted.contains(scalar) {
                    add(state + 1, to: &next, atStart: false, atEnd: index == scalars.endIndex)
                }
            }
            if next.members.isEmpty { return false }
            swap(&states, &next)
        }
        return states.members.contains { program[$0] == .match }
    }

    /// Adds a state and all that it leads to without a scalar. A stack of its own: patterns may nest deeply.
    private func add(_ first: Int, to states: inout StateSet, atStart: Bool, atEnd: Bool) {
        var waiting = [first]
        while let state = waiting.popLast() {
            guard states.insert(state) else { continue }
            switch program[state] {
            case .jump(let target): waiting.append(target)
            case .split(let one, let other):
                waiting.append(other)
                waiting.append(one)
            case .atStart: if atStart { waiting.append(state + 1) }
            case .atEnd: if atEnd { waiting.append(state + 1) }
            case .scalars, .match: break
            }
        }
    }

    /// A set of instruction numbers that remembers its members in order.
    private struct StateSet {
        private(set) var members: [Int] = []
        private var isMember: [Bool]

        init(count: Int) { isMember = Array(repeating: false, count: count) }

        mutating func insert(_ state: Int) -> Bool {
            if isMember[state] { return false }
            isMember[state] = true
            members.append(state)
            return true
        }

        mutating func removeAll() {
            for member in members { isMember[member] = false }
            members.removeAll(keepingCapacity: true)
        }
    }
}
