// Moments as a person on this host reads them: local clock, zone named, no more of the date than is needed.
//
// Off a terminal the same moments are RFC 3339 in UTC, because a file outlives the zone it was written in.
internal import CPlatform
package import SeriesStore

/// Writes moments.
package struct ClockText: Sendable {
    /// Local with zone, or UTC in RFC 3339.
    package let isLocal: Bool
    /// The moment that counts as now, nanoseconds since 1970.
    package let now: Timestamp

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    package init(isLocal: Bool, now: Timestamp) {
        self.isLocal = isLocal
        self.now = now
    }

    /// Date, time and zone: `Tue 24 Nov 03:10 CET`, with the year if it is not this one.
    package func full(_ time: Timestamp?) -> String {
        guard let time else { return "-" }
        guard isLocal else { return ClockText.universal(time) }
        let parts = ClockText.parts(time)
        let year = parts.year == ClockText.parts(now).year ? "" : " \(parts.year)"
        let day = ClockText.days[Int(parts.weekday)]
        let month = ClockText.months[max(0, Int(parts.month) - 1)]
        return "\(day) \(parts.day) \(month)\(year) \(clock(parts)) \(ClockText.zone(parts))"
    }

    /// The clock alone within the last and next 12 hours or the same day, else with the day: `03:10`, `Mon 03:10`,
    /// `12 Nov 03:10`.
    package func short(_ time: Timestamp?) -> String {
        guard let time else { return "-" }
        guard isLocal else { return ClockText.universal(time) }
        let parts = ClockText.parts(time)
        let today = ClockText.parts(now)
        let distance = abs(Double(time) - Double(now)) / 1e9
        if parts.day == today.day, distance < 86_400 { return clock(parts) }
        if distance < 6 * 86_400 { return "\(ClockText.days[Int(parts.weekday)]) \(clock(parts))" }
        return "\(parts.day) \(ClockText.months[max(0, Int(parts.month) - 1)]) \(clock(parts))"
    }

    /// `3 min ago`, `in 2 h 10 min`, `now`; seconds only below ten minutes.
    package func relative(_ time: Timestamp?) -> String {
        guard let time else { return "-" }
        let seconds = (Double(time) - Double(now)) / 1e9
        if abs(seconds) < 1 { return "now" }
        let rounded = abs(seconds) < 600 ? abs(seconds) : (abs(seconds) / 60).rounded() * 60
        let length = Wording.duration(seconds: rounded)
        return seconds < 0 ? "\(length) ago" : "in \(length)"
    }

    /// The same in one unit, for columns: `3 min ago`, `in 2 h`.
    package func roughly(_ time: Timestamp?) -> String {
        let parts = relative(time).split(separator: " ")
        guard parts.count > 3 else { return parts.joined(separator: " ") }
        let isAhead = parts[0] == "in"
        return isAhead ? parts[0..<3].joined(separator: " ") : parts[0..<2].joined(separator: " ") + " ago"
    }

    /// To the second: a page is read, and what needs more asks for JSON.
    private static func universal(_ time: Timestamp) -> String {
        let rest = time % 1_000_000_000
        return Instants.format(time - (rest < 0 ? rest + 1_000_000_000 : rest))
    }

    private func clock(_ parts: platform_local_time) -> String { "\(two(Int(parts.hour))):\(two(Int(parts.minute)))" }

    private static func parts(_ time: Timestamp) -> platform_local_time {
        platform_local_time(Instants.seconds(time))
    }

    private static func zone(_ parts: platform_local_time) -> String {
        var bytes: [UInt8] = []
        var left = parts.zone
        while left != 0 {
            bytes.append(UInt8(truncatingIfNeeded: left))
            left >>= 8
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
