// Points in time as people write and read them. In: RFC 3339, `YYYY-MM-DD HH:MM:SS` (UTC), a bare date, or epoch
// seconds with a fraction. Out: RFC 3339 in UTC. All of it exact to the nanosecond.

public import SeriesStore

/// Why a text is no point in time.
public enum InstantError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed(String)
    /// A date or time of day that does not exist.
    case impossible(String)
    /// Outside 1677-09-21 to 2262-04-11, which is what 64 bits of nanoseconds hold.
    case outOfRange(String)

    /// What was found and what would do.
    public var description: String {
        switch self {
        case .malformed(let text):
            "`\(text)` is not a time (2026-11-24T13:55:00Z, 2026-11-24 13:55:00 as UTC, or seconds since 1970)"
        case .impossible(let text): "`\(text)`: there is no such date or time of day"
        case .outOfRange(let text): "`\(text)` is outside the years 1678 to 2261"
        }
    }
}

/// Reading and printing of points in time.
public enum Instants {
    /// Reads RFC 3339 (`T` or a space, `Z` or an offset or nothing for UTC, fractions), `YYYY-MM-DD`, or seconds since
    /// 1970 (sign, fraction). Digits beyond the nanosecond are cut off.
    public static func parse(_ text: String) throws(InstantError) -> Timestamp {
        var reader = Reader(text: text, bytes: Array(text.utf8))
        if reader.bytes.count >= 10, reader.bytes[4] == UInt8(ascii: "-") { return try reader.date() }
        return try reader.epoch()
    }

    /// RFC 3339 in UTC: `2026-11-24T13:55:00Z`, with as many digits of a fraction (3, 6 or 9) as there are.
    public static func format(_ timestamp: Timestamp) -> String {
        let nanoseconds = Int(timestamp.quotientAndRemainder(dividingBy: 1_000_000_000).remainder)
        let fraction = nanoseconds < 0 ? nanoseconds + 1_000_000_000 : nanoseconds
        var text = format(seconds: seconds(timestamp))
        if fraction != 0 {
            var digits = padded(fraction, 9)
            while digits.hasSuffix("000") { digits.removeLast(3) }
            text += "." + digits
        }
        return text + "Z"
    }

    /// `YYYY-MM-DDTHH:MM:SS` of seconds since 1970.
    private static func format(seconds: Int64) -> String {
        let (days, second) = split(seconds)
        let date = CivilDate(daysSince1970: Int64(days))
        let time = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(time)"
    }

    /// Whole seconds, rounded down.
    public static func seconds(_ timestamp: Timestamp) -> Int64 {
        let (quotient, remainder) = timestamp.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Days since 1970 and the second of that day.
    private static func split(_ seconds: Int64) -> (days: Int, second: Int) {
        let (quotient, remainder) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
        return remainder < 0 ? (quotient - 1, remainder + 86_400) : (quotient, remainder)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(abs(value))
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }

    /// A cursor over the bytes of one text.
    private struct Reader {
        let text: String
        let bytes: [UInt8]
        var at = 0

        /// Exactly `count` digits.
        private mutating func number(_ count: Int) throws(InstantError) -> Int {
            guard at + count <= bytes.count else { throw .malformed(text) }
            var value = 0
            for _ in 0..<count {
                let digit = bytes[at] &- UInt8(ascii: "0")
                if digit > 9 { throw .malformed(text) }
                value = value * 10 + Int(digit)
                at += 1
            }
            return value
        }

        private mutating func expect(_ choices: String) throws(InstantError) -> UInt8 {
            guard at < bytes.count, choices.utf8.contains(bytes[at]) else { throw .malformed(text) }
            at += 1
            return bytes[at - 1]
        }

        /// `.` and digits, where they are next; nanoseconds.
        private mutating func fraction() throws(InstantError) -> Int64 {
            guard at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return 0 }
            at += 1
            let start = at
            var value: Int64 = 0
            while at < bytes.count, bytes[at] &- UInt8(ascii: "0") <= 9 {
                if at - start < 9 { value = value * 10 + Int64(bytes[at] &- UInt8(ascii: "0")) }
                at += 1
            }
            if at == start { throw .malformed(text) }
            for _ in min(at - start, 9)..<9 { value *= 10 }
            return value
        }

        mutating func date() throws(InstantError) -> Timestamp {
            let year = try number(4)
            _ = try expect("-")
            let month = try number(2)
            _ = try expect("-")
            let date = CivilDate(year: year, month: month, day: try number(2))
            guard date.isValid else { throw .impossible(text) }
            var second = Int(date.daysSince1970) * 86_400
            var nanoseconds: Int64 = 0
            if at < bytes.count {
                _ = try expect("Tt ")
                let hour = try number(2)
                _ = try expect(":")
                let minute = try number(2)
                var seconds = 0
                if at < bytes.count, bytes[at] == UInt8(ascii: ":") {
                    at += 1
                    seconds = try number(2)
                    nanoseconds = try fraction()
                }
                // A leap second is the second after it.
                guard hour < 24, minute < 60, seconds <= 60 else { throw .impossible(text) }
                second += hour * 3600 + minute * 60 + seconds
                second -= try offset()
            }
            return try joined(Int64(second), nanoseconds)
        }

        /// `Z`, `+hh:mm`, `-hhmm`, or nothing; seconds east of UTC.
        private mutating func offset() throws(InstantError) -> Int {
            if at == bytes.count { return 0 }
            let sign = try expect("Zz+-")
            var seconds = 0
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                let hours = try number(2)
                if at < bytes.count, bytes[at] == UInt8(ascii: ":") { at += 1 }
                let minutes = try number(2)
                guard hours < 24, minutes < 60 else { throw .impossible(text) }
                seconds = (hours * 60 + minutes) * 60
            }
            if at != bytes.count { throw .malformed(text) }
            return sign == UInt8(ascii: "-") ? -seconds : seconds
        }

        mutating func epoch() throws(InstantError) -> Timestamp {
            let isNegative = bytes.first == UInt8(ascii: "-")
            if isNegative { at = 1 }
            let start = at
            var seconds: Int64 = 0
            while at < bytes.count, bytes[at] &- UInt8(ascii: "0") <= 9 {
                if at - start >= 18 { throw .outOfRange(text) }
                seconds = seconds * 10 + Int64(bytes[at] &- UInt8(ascii: "0"))
                at += 1
            }
            if at == start { throw .malformed(text) }
            let nanoseconds = try fraction()
            if at != bytes.count { throw .malformed(text) }
            return try joined(isNegative ? -seconds : seconds, isNegative ? -nanoseconds : nanoseconds)
        }

        private func joined(_ seconds: Int64, _ nanoseconds: Int64) throws(InstantError) -> Timestamp {
            // The first second of the range begins before it: only the sum has to fit.
            let sum = Int128(seconds) * 1_000_000_000 + Int128(nanoseconds)
            guard let timestamp = Timestamp(exactly: sum) else { throw .outOfRange(text) }
            return timestamp
        }
    }
}
