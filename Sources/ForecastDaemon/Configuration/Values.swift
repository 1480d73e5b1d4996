// The text of one value to its type. YAML's own guesses are not used (`no` is not false to everybody, `1e6` no
// number): the key decides what its text means.

import SeriesStore

enum Values {
    static func text(_ text: String) throws(ValueError) -> String {
        if text.isEmpty { throw ValueError("the value is missing", hint: "") }
        return text
    }

    static func flag(_ text: String) throws(ValueError) -> Bool {
        switch text {
        case "true": return true
        case "false": return false
        case "yes", "on", "True", "TRUE", "1": throw ValueError("`\(text)` is neither true nor false", hint: "true?")
        case "no", "off", "False", "FALSE", "0": throw ValueError("`\(text)` is neither true nor false", hint: "false?")
        default: throw ValueError("`\(text)` is neither true nor false", hint: "")
        }
    }

    static func count(_ text: String, in range: ClosedRange<Int>) throws(ValueError) -> Int {
        let digits = text.filter { $0 != "_" }
        guard let value = Int(digits) else {
            throw ValueError("`\(text)` is not a whole number", hint: "such as \(range.lowerBound)")
        }
        guard range.contains(value) else {
            throw ValueError("\(text) is out of range", hint: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    static func duration(_ text: String, atLeast least: Duration) throws(ValueError) -> Duration {
        let value: Duration
        do throws(DurationError) {
            value = try Durations.parse(text)
        } catch {
            throw ValueError(error.description, hint: "")
        }
        if value < least { throw ValueError("`\(text)` is too short", hint: "at least \(Durations.compact(least))") }
        return value
    }

    static func wholeSeconds(_ text: String) throws(ValueError) -> Duration {
        let value = try duration(text, atLeast: .seconds(1))
        if value.components.attoseconds != 0 {
            throw ValueError("`\(text)` is not a whole number of seconds", hint: "")
        }
        return value
    }

    static func size(_ text: String, in range: ClosedRange<Int64>) throws(ValueError) -> Int64 {
        try inside(range, try ByteSizes.parse(text), text, ByteSizes.format)
    }

    static func percentage(_ text: String, in range: ClosedRange<Double>) throws(ValueError) -> Double {
        try inside(range, try Percentages.parse(text), text, Percentages.format)
    }

    private static func inside<Value>(
        _ range: ClosedRange<Value>, _ value: Value, _ text: String, _ format: (Value) -> String
    ) throws(ValueError) -> Value {
        guard range.contains(value) else {
            throw ValueError(
                "`\(text)` is out of range", hint: "\(format(range.lowerBound)) to \(format(range.upperBound))")
        }
        return value
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String, as type: Choice.Type = Choice.self
    ) throws(ValueError) -> Choice {
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        let all = names.joined(separator: ", ")
        throw ValueError("`\(text)` is not one of \(all)", hint: suggestion(text, among: names))
    }

    static func suggestion(_ text: String, among names: [String]) -> String {
        NearestNames.nearest(to: text, among: names, limit: 1).first.map { "\($0)?" } ?? ""
    }

    static func socketPath(_ text: String) throws(ValueError) -> String {
        guard text.hasPrefix("/") || text.hasPrefix("$RUNTIME/") else {
            throw ValueError("`\(text)` is not a path of a socket", hint: "it begins with / or $RUNTIME/")
        }
        // sun_path of unix(7) has 108 bytes, one of them the final zero.
        if text.utf8.count > 107 { throw ValueError("the path of a socket has at most 107 bytes", hint: "") }
        return text
    }
}
