// What somebody who wrote a refused line probably meant. Guesses only: each is a question or a rule in brackets
// behind the error, never a correction that is applied.

enum LineHint {
    /// - Parameters:
    ///   - part: the offending part of the line, at most 200 bytes.
    ///   - before: what stands before it in the line, at most 200 bytes.
    /// - Returns: empty where nothing is likely.
    static func hint(
        for reason: LineProtocolError.Reason, part: String, before: String, rules: LineProtocolParser.Rules
    ) -> String {
        switch reason {
        case .missingMeasurement: "a line is measurement,tag=value field=number timestamp"
        case .missingFields: "a line is measurement,tag=value field=number timestamp"
        case .missingTagKey: "each comma before the first space starts tag=value"
        case .missingTagValue: "leave the tag out where it has no value"
        case .invalidTagFormat: "tag=value was meant? spaces, commas and = inside names are written \\ , \\, and \\="
        case .doubledTag: "a tag can be given once"
        case .reservedTag: "__name__ is made from measurement and field"
        case .missingFieldKey: "field=number was meant?"
        case .missingFieldValue: "leave the field out where it has no value"
        case .invalidFieldFormat: fieldFormat(part, before)
        case .invalidNumber: number(part)
        case .numberOutOfRange:
            part.hasSuffix("i") || part.hasSuffix("u")
                ? "i holds 64 bits with a sign, u without" : "a double ends at 1.8e308"
        case .notFinite: "leave the field out where there is no value"
        case .integerNotExact: "a double holds every integer only up to 2^53; without i or u it is rounded"
        case .invalidBoolean: "t, true, T, True, TRUE, f, false, F, False or FALSE"
        case .unbalancedQuotes: "a string ends with \" on its own line; \\\" inside"
        case .badTimestamp: timestamp(part, rules.precision)
        case .timestampOutOfRange: timestampRange(part, rules.precision)
        case .timestampInFuture: timestampRange(part, rules.precision)
        case .invalidUTF8, .controlCharacter: "names and tags are UTF-8 text"
        case .lineTooLong: "at most \(rules.maximumLine) bytes: limits.line"
        case .refusedSeries: ""
        }
    }

    private static func fieldFormat(_ part: String, _ before: String) -> String {
        let first = before.prefix { $0 != " " && $0 != "," }
        if ["GET", "POST", "HEAD", "PUT", "OPTIONS"].contains(first) {
            return "HTTP? this is the line protocol socket, HTTP goes to api.sock"
        }
        if before.hasSuffix(","), part.allSatisfy({ $0.isASCII && $0.isNumber }), !part.isEmpty {
            return "a decimal comma? write a point"
        }
        if Double(part) != nil { return "name the field: value=\(part)" }
        return "field=number was meant?"
    }

    private static func number(_ part: String) -> String {
        let lower = part.lowercased()
        if ["on", "yes", "off", "no"].contains(lower) { return "true or false was meant?" }
        if lower.hasPrefix("0x") || lower.hasPrefix("-0x") { return "hexadecimal is not read" }
        if ["null", "none", "nil", "n/a"].contains(lower) { return "leave the field out where there is no value" }
        if part.hasPrefix("'") { return "a string stands in double quotes" }
        if lower.hasSuffix("i") || lower.hasSuffix("u") { return "i and u follow whole numbers only" }
        let digits = part.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        if digits.isEmpty { return "a string stands in double quotes" }
        if part.contains(where: \.isLetter) || part.hasSuffix("%") {
            return "a number without a unit, 12i, true, or a string in double quotes"
        }
        return "such as 12, -0.5, 1e-3, 12i"
    }

    private static func timestamp(_ part: String, _ precision: TimestampPrecision) -> String {
        if part.contains(":") || part.dropFirst().contains("-") {
            return "\(precision.words) since 1970, not a date"
        }
        if part.contains(".") || part.lowercased().contains("e") {
            return "whole \(precision.words) since 1970, without point or exponent"
        }
        if part.contains("=") { return "fields are separated by commas, a space ends them" }
        return "whole \(precision.words) since 1970"
    }

    private static func timestampRange(_ part: String, _ precision: TimestampPrecision) -> String {
        switch (precision, part.count) {
        case (.seconds, 13): "milliseconds? seconds are declared"
        case (.seconds, 16), (.milliseconds, 16): "microseconds? \(precision.words) are declared"
        case (_, 19) where precision != .nanoseconds: "nanoseconds? \(precision.words) are declared"
        default: "\(precision.words) since 1970; is the clock right?"
        }
    }
}
