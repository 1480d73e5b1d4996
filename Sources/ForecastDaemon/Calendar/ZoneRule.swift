// The rule at the end of a TZif file, a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3`: what local clocks do
// after the last transition that the file lists. Debian's files list transitions up to 2037, other systems' stop at
// the last change of law and leave everything else to this rule.
//
// Supported: names in letters or <…>, offsets with minutes and seconds, the M, J and plain day forms, times from
// -167 h to 167 h (RFC 8536 §3.3.1).

/// Standard time, and daylight saving time between two days of every year.
struct ZoneRule: Sendable, Hashable {
    private let standard: Int64
    private let daylight: Saving?

    private struct Saving: Sendable, Hashable {
        var offset: Int64
        var start: Turn
        var end: Turn
    }

    /// A day of the year and a local clock time.
    private struct Turn: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// Week 1…5 (5 = last), weekday 0 = Sunday, of a month.
            case month(Int, week: Int, weekday: Int)
            /// 1…365, 29 February is never counted.
            case julian(Int)
            /// 0…365, leap days counted.
            case zeroBased(Int)
        }
        var day: Day
        var seconds: Int64

        /// Local seconds since 1970 of the turn in a year.
        func local(year: Int) -> Int64 {
            let new = CivilDate(year: year, month: 1, day: 1).daysSince1970
            let days: Int64
            switch day {
            case .zeroBased(let n): days = new + Int64(n)
            case .julian(let n):
                let leap = CivilDate(year: year, month: 3, day: 1).daysSince1970 - new == 60
                days = new + Int64(n - 1) + (leap && n > 59 ? 1 : 0)
            case .month(let month, let week, let weekday):
                let begin = CivilDate(year: year, month: month, day: 1).daysSince1970
                let next =
                    month == 12
                    ? CivilDate(year: year + 1, month: 1, day: 1).daysSince1970
                    : CivilDate(year: year, month: month + 1, day: 1).daysSince1970
                let ahead = (weekday - Weekday(daysSince1970: begin).rawValue + 7) % 7
                var d = begin + Int64(ahead + 7 * (week - 1))
                while d >= next { d -= 7 }
                days = d
            }
            return days * 86_400 + seconds
        }
    }

    /// Parses a POSIX TZ string; nil where it is none.
    init?(posix text: String) {
        var parser = Parser(rest: Substring(text))
        guard parser.name(), let west = parser.time() else { return nil }
        standard = -west
        guard !parser.rest.isEmpty else {
            daylight = nil
            return
        }
        guard parser.name() else { return nil }
        var offset = standard + 3600
        if let c = parser.rest.first, c != "," {
            guard let given = parser.time() else { return nil }
            offset = -given
        }
        guard let start = parser.turn(), let end = parser.turn(), parser.rest.isEmpty else { return nil }
        daylight = Saving(offset: offset, start: start, end: end)
    }

    /// Seconds east of UTC at an instant (seconds since 1970).
    func offset(at seconds: Int64) -> Int64 {
        guard let daylight else { return standard }
        let year = LocalMoment(localSeconds: seconds + standard).date.year
        let on = daylight.start.local(year: year) - standard
        let off = daylight.end.local(year: year) - daylight.offset
        // In the south daylight saving time spans the new year.
        let saving = on < off ? (seconds >= on && seconds < off) : (seconds >= on || seconds < off)
        return saving ? daylight.offset : standard
    }

    private struct Parser {
        var rest: Substring

        /// Skips a zone's abbreviation: letters, or anything between < and >.
        mutating func name() -> Bool {
            if rest.first == "<" {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let letters = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        mutating func digits() -> Int? {
            let run = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(run.count)
            return run.count <= 3 ? Int(run) : nil
        }

        mutating func take(_ c: Character) -> Bool {
            guard rest.first == c else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// `[+-]h[:m[:s]]` in seconds.
        mutating func time() -> Int64? {
            let negative = take("-")
            if !negative { _ = take("+") }
            guard let hours = digits(), hours <= 167 else { return nil }
            var seconds = Int64(hours) * 3600
            if take(":") {
                guard let minutes = digits(), minutes < 60 else { return nil }
                seconds += Int64(minutes) * 60
                if take(":") {
                    guard let s = digits(), s < 60 else { return nil }
                    seconds += Int64(s)
                }
            }
            return negative ? -seconds : seconds
        }

        /// `,date[/time]`.
        mutating func turn() -> Turn? {
            guard take(",") else { return nil }
            let day: Turn.Day
            if take("M") {
                guard let month = digits(), take("."), let week = digits(), take("."), let weekday = digits(),
                    (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
                else { return nil }
                day = .month(month, week: week, weekday: weekday)
            } else if take("J") {
                guard let n = digits(), (1...365).contains(n) else { return nil }
                day = .julian(n)
            } else {
                guard let n = digits(), (0...365).contains(n) else { return nil }
                day = .zeroBased(n)
            }
            guard take("/") else { return Turn(day: day, seconds: 7200) }
            return time().map { Turn(day: day, seconds: $0) }
        }
    }
}
