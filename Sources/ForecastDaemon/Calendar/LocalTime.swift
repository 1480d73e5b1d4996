// Local time as a value: how far a place's clocks are ahead of UTC at an instant.
//
// People work, sleep and start their cron jobs by the local clock, so the season profile is kept in local time, and
// sentences speak it. The zone is a value that is passed in (never the process's own `TZ`, which `localtime_r` would
// use), so that a replay on another machine gives the same rows. It is read once from a TZif file
// (`ZoneTable`); a fixed offset serves tests and hosts without zone files.

/// A time zone.
enum LocalTime: Sendable, Hashable {
    /// The same offset all year round, in seconds east of UTC.
    case fixed(seconds: Int64)
    /// The rules of a place. Indirect: every series holds its zone.
    indirect case zone(ZoneTable)

    /// What is used when a host has no zone file.
    static let utc = LocalTime.fixed(seconds: 0)

    /// Seconds that local clocks are ahead of UTC at an instant (seconds since 1970). A binary search.
    func offset(at seconds: Int64) -> Int64 {
        switch self {
        case .fixed(let offset): offset
        case .zone(let table): table.offset(at: seconds)
        }
    }

    /// The local clock at an instant (seconds since 1970).
    func moment(at seconds: Int64) -> LocalMoment {
        LocalMoment(localSeconds: seconds &+ offset(at: seconds))
    }
}

/// What a wall calendar and a wall clock show.
struct LocalMoment: Hashable, Sendable {
    /// Local days since 1970-01-01.
    let day: Int64
    /// 0 ..< 86 400.
    let secondOfDay: Int

    /// From local seconds since 1970 (UTC seconds plus the zone's offset).
    init(localSeconds: Int64) {
        let second = ((localSeconds % 86_400) + 86_400) % 86_400
        secondOfDay = Int(second)
        day = (localSeconds - second) / 86_400
    }

    var weekday: Weekday { Weekday(daysSince1970: day) }
    var date: CivilDate { CivilDate(daysSince1970: day) }
    var hour: Int { secondOfDay / 3600 }
    var minute: Int { secondOfDay / 60 % 60 }

    /// `03:10`.
    var clock: String { Self.twoDigits(hour) + ":" + Self.twoDigits(minute) }

    /// `24 Nov`.
    var dayAndMonth: String {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(date.day) \(names[date.month - 1])"
    }

    private static func twoDigits(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
}
