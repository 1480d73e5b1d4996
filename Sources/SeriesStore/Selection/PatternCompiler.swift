// From the text of a regular expression to the program that `Pattern` runs: recursive descent, each level of the
// grammar one function, code emitted as fragments with relative positions resolved by moving them.

extension Pattern {
    /// Compiles a regular expression.
    public init(regularExpression text: String) throws(PatternError) {
        var compiler = PatternCompiler(text)
        self.init(text, program: try compiler.program())
    }
}

/// Compiles one regular expression.
struct PatternCompiler {
    private let text: String
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var ignoresCase = false
    /// Open groups; bounded, so that recursion is.
    private var depth = 0

    private typealias Fragment = [Pattern.Instruction]

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    mutating func program() throws(PatternError) -> [Pattern.Instruction] {
        let fragment = try alternatives()
        if at < scalars.count { throw error("`)` without `(`") }
        return fragment + [.match]
    }

    private func error(_ reason: String, at place: Int? = nil) -> PatternError {
        PatternError(pattern: text, column: (place ?? at) + 1, reason: reason)
    }

    private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        at += 1
        return true
    }

    /// Jump targets are absolute within a fragment; a fragment that moves takes its targets along.
    private func moved(_ fragment: Fragment, by offset: Int) -> Fragment {
        fragment.map { instruction in
            switch instruction {
            case .jump(let target): .jump(target + offset)
            case .split(let one, let other): .split(one + offset, other + offset)
            case .scalars, .atStart, .atEnd, .match: instruction
            }
        }
    }

    private func joined(_ first: Fragment, _ second: Fragment) throws(PatternError) -> Fragment {
        if first.count + second.count > Pattern.maximumProgram { throw error("too large") }
        return first + moved(second, by: first.count)
    }

    /// a|b|c
    private mutating func alternatives() throws(PatternError) -> Fragment {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        // From the last branch on: split(this, rest); this; jump(end).
        var result = branches.removeLast()
        while let branch = branches.popLast() {
            var whole: Fragment = [.split(1, branch.count + 2)]
            whole = try joined(whole, branch)
            whole.append(.jump(0))
            let jump = whole.count - 1
            whole = try joined(whole, result)
            whole[jump] = .jump(whole.count)
            // The split's target was absolute already: joining moved only what came behind.
            result = whole
        }
        return result
    }

    /// abc
    private mutating func sequence() throws(PatternError) -> Fragment {
        var result: Fragment = []
        while let scalar = next, scalar != "|", scalar != ")" {
            result = try joined(result, try repetition())
        }
        return result
    }

    /// a* a+ a? a{m,n}
    private mutating func repetition() throws(PatternError) -> Fragment {
        var result = try atom()
        while let scalar = next {
            let place = at
            let counts: (least: Int, most: Int?)
            switch scalar {
            case "*": counts = (0, nil)
            case "+": counts = (1, nil)
            case "?": counts = (0, 1)
            case "{":
                guard let bounds = try bounds() else { return result }
                counts = bounds
                at -= 1
            default: return result
            }
            at += 1
            // Lazy or greedy is one for a match of the whole.
            _ = take("?")
            if case .some("*") = next { throw error("nothing to repeat", at: place + 1) }
            if case .some("+") = next { throw error("nothing to repeat", at: place + 1) }
            result = try repeated(result, counts.least, counts.most)
        }
        return result
    }

    /// `{m}`, `{m,}`, `{m,n}`, read to behind the brace; nil where it is a literal brace, as in RE2.
    private mutating func bounds() throws(PatternError) -> (least: Int, most: Int?)? {
        let start = at
        at += 1
        guard let least = number() else {
            at = start
            return nil
        }
        var most: Int? = least
        if take(",") { most = number() }
        guard take("}") else {
            at = start
            return nil
        }
        if least > 1000 || most ?? 0 > 1000 { throw error("at most 1000 repetitions", at: start) }
        if let most, most < least { throw error("{\(least),\(most)} is empty", at: start) }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar) {
            value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
            at += 1
        }
        return value
    }

    private func repeated(_ fragment: Fragment, _ least: Int, _ most: Int?) throws(PatternError) -> Fragment {
        var result: Fragment = []
        for _ in 0..<least { result = try joined(result, fragment) }
        if let most {
            for _ in least..<max(least, most) {
                result = try joined(result, try joined([.split(1, fragment.count + 1)], fragment))
            }
        } else {
            var loop = try joined([.split(1, fragment.count + 2)], fragment)
            loop.append(.jump(0))
            result = try joined(result, loop)
        }
        return result
    }

    private mutating func atom() throws(PatternError) -> Fragment {
        let start = at
        let scalar = scalars[at]
        at += 1
        switch scalar {
        case "(": return try group(from: start)
        case "[": return [.scalars(try bracket(from: start))]
        case ".": return [.scalars(.any)]
        case "^": return [.atStart]
        case "$": return [.atEnd]
        case "*", "+", "?": throw error("nothing to repeat before `\(scalar)`", at: start)
        case "\\": return try escape(from: start)
        default: return [.scalars(cased(ScalarClass(scalar)))]
        }
    }

    private func cased(_ scalars: ScalarClass) -> ScalarClass {
        ignoresCase ? scalars.ignoringCase : scalars
    }

    private mutating func group(from start: Int) throws(PatternError) -> Fragment {
        let outer = ignoresCase
        if take("?") {
            if take("i") {
                ignoresCase = true
                // `(?i)` holds to the end of the group around it.
                if take(")") { return [] }
            }
            guard take(":") else { throw error("only (?:…), (?i) and (?i:…) are known", at: start) }
        }
        depth += 1
        if depth > 100 { throw error("groups nested too deeply", at: start) }
        let fragment = try alternatives()
        depth -= 1
        guard take(")") else { throw error("`(` without `)`", at: start) }
        ignoresCase = outer
        return fragment
    }

    private mutating func escape(from start: Int) throws(PatternError) -> Fragment {
        guard let scalar = next else { throw error("ends with a backslash", at: start) }
        switch scalar {
        case "A":
            at += 1
            return [.atStart]
        case "z":
            at += 1
            return [.atEnd]
        default:
            return [.scalars(cased(try escaped(from: start)))]
        }
    }

    /// What stands behind a backslash, in a class or outside.
    private mutating func escaped(from start: Int) throws(PatternError) -> ScalarClass {
        guard let scalar = next else { throw error("ends with a backslash", at: start) }
        at += 1
        switch scalar {
        case "d": return .digit
        case "D": return ScalarClass(ranges: ScalarClass.digit.complement)
        case "w": return .word
        case "W": return ScalarClass(ranges: ScalarClass.word.complement)
        case "s": return .space
        case "S": return ScalarClass(ranges: ScalarClass.space.complement)
        case "n": return ScalarClass("\n")
        case "t": return ScalarClass("\t")
        case "r": return ScalarClass("\r")
        case "a"..."z", "A"..."Z", "0"..."9": throw error("`\\\(scalar)` is not known", at: start)
        default: return ScalarClass(scalar)
        }
    }

    /// [a-z_] [^0-9]
    private mutating func bracket(from start: Int) throws(PatternError) -> ScalarClass {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while let scalar = next, isFirst || scalar != "]" {
            isFirst = false
            let place = at
            at += 1
            let low = scalar == "\\" ? try escaped(from: place) : ScalarClass(scalar)
            let isRange = next == "-" && at + 1 < scalars.count && scalars[at + 1] != "]"
            guard isRange, low.ranges.count == 1, low.ranges[0].count == 1 else {
                ranges += low.ranges
                continue
            }
            at += 2
            let last = scalars[at - 1]
            let high = last == "\\" ? try escaped(from: at - 1) : ScalarClass(last)
            guard high.ranges.count == 1, high.ranges[0].count == 1,
                high.ranges[0].lowerBound >= low.ranges[0].lowerBound
            else { throw error("a range runs from low to high", at: place) }
            ranges.append(low.ranges[0].lowerBound...high.ranges[0].lowerBound)
        }
        guard take("]") else { throw error("`[` without `]`", at: start) }
        var result = cased(ScalarClass(ranges: ranges))
        result.isNegated = isNegated
        return result
    }
}
