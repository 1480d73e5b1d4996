// Times as files of history write them. Whole nanoseconds come out; nothing is rounded that need not be.
internal import SeriesStore

enum ImportTime {
    /// RFC 3339, `YYYY-MM-DD HH:MM:SS[.fraction]` and `YYYY-MM-DD` in UTC, or a number of `unit` nanoseconds each.
    static func parsed(_ text: String, unit: Int64) -> Timestamp? {
        if let whole = Int64(text) {
            let (time, overflow) = whole.multipliedReportingOverflow(by: unit)
            return overflow ? nil : time
        }
        return date(text) ?? Double(text).flatMap { nanoseconds(seconds: $0 * (Double(unit) / 1e9)) }
    }

    /// Epoch seconds with a fraction; nil outside 64 bits of nanoseconds.
    static func nanoseconds(seconds: Double) -> Timestamp? {
        // The whole seconds exactly, the fraction to the nanosecond: a product of both would lose 100 ns today.
        guard let whole = Int64(exactly: seconds.rounded(.down)) else { return nil }
        let (time, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowToo) = time.addingReportingOverflow(
            Int64(((seconds - Double(whole)) * 1e9).rounded()))
        return overflow || overflowToo ? nil : sum
    }

    private static func date(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard bytes.count >= 10, bytes[4] == 45, bytes[7] == 45, let year = number(0..<4), let month = number(5..<7),
            let day = number(8..<10), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = daysSince1970(year, month, day) * 86_400
        var nanoseconds: Int64 = 0
        if bytes.count > 10 {
            guard bytes.count >= 16, [84, 116, 32].contains(bytes[10]), bytes[13] == 58, let hour = number(11..<13),
                let minute = number(14..<16), hour < 24, minute < 60
            else { return nil }
            seconds += hour * 3600 + minute * 60
            var at = 16
            if at < bytes.count, bytes[at] == 58 {
                guard let second = number(17..<19), second <= 60 else { return nil }
                seconds += second
                at = 19
                if at < bytes.count, bytes[at] == 46 {
                    let start = at + 1
                    at = start
                    while at < bytes.count, bytes[at] >= 48, bytes[at] <= 57 { at += 1 }
                    guard at > start, let digits = number(start..<min(at, start + 9)) else { return nil }
                    nanoseconds = digits
                    for _ in min(at - start, 9)..<9 { nanoseconds *= 10 }
                }
            }
            guard let offset = zone(Array(bytes[at...]), number: number, at: at) else { return nil }
            seconds -= offset
        }
        let (time, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowToo) = time.addingReportingOverflow(nanoseconds)
        return overflow || overflowToo ? nil : sum
    }

    /// Seconds ahead of UTC of `Z`, `+01:00`, `-0330` or nothing.
    private static func zone(_ rest: [UInt8], number: (Range<Int>) -> Int64?, at: Int) -> Int64? {
        if rest.isEmpty || rest == [90] || rest == [122] { return 0 }
        guard rest[0] == 43 || rest[0] == 45, rest.count == 5 || rest.count == 6 && rest[3] == 58,
            let hours = number(at + 1..<at + 3), let minutes = number(at + rest.count - 2..<at + rest.count)
        else { return nil }
        return (rest[0] == 45 ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
