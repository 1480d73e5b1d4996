// Days, months and weekdays of the proleptic Gregorian calendar, counted from 1970-01-01.
//
// Forecasts need the time of the day and the kind of the day, alert sentences need a weekday and a clock time.
// That is little enough arithmetic to own; a calendar library would bring locales and time zone databases that
// differ between hosts, and the same values would no longer give the same alerts. No time zones here: `LocalTime`
// adds the offset first.

/// A day of the Gregorian calendar.
struct CivilDate: Hashable, Sendable {
    /// The year; 1 BC is 0.
    let year: Int
    /// 1…12.
    let month: Int
    /// 1…31.
    let day: Int

    /// The date a number of days after 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
    init(daysSince1970 days: Int64) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Months are counted from March, so that the leap day is the last of its year.
        let shifted = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
        month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// A date by its parts; the parts are not checked.
    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days since 1970-01-01; the inverse of `init(daysSince1970:)`.
    var daysSince1970: Int64 {
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Whether the calendar has this date.
    var isValid: Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= lengths[month - 1]
    }
}

/// A day of the week, 0 = Sunday as in POSIX time zone rules.
enum Weekday: Int, Sendable, CaseIterable {
    case sunday, monday, tuesday, wednesday, thursday, friday, saturday

    /// The weekday a number of days after 1970-01-01, which was a Thursday.
    init(daysSince1970 days: Int64) {
        let index = (days % 7 + 7 + 4) % 7
        self = Weekday.allCases[Int(index)]
    }

    /// Saturday and Sunday. Countries with another weekend, and holidays, are not known here.
    var isWeekend: Bool { self == .saturday || self == .sunday }

    /// `Mon`, `Tue`, … for sentences.
    var abbreviation: String {
        switch self {
        case .sunday: "Sun"
        case .monday: "Mon"
        case .tuesday: "Tue"
        case .wednesday: "Wed"
        case .thursday: "Thu"
        case .friday: "Fri"
        case .saturday: "Sat"
        }
    }
}
