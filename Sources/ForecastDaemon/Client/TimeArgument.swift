// Moments and lengths of time as they are typed: `2h`, `-1d`, `now`, `2026-11-24T03:10:00Z`, `2026-11-24 03:10`, `1764.5`.
//
// A bare length is counted back from now where a past moment is asked for: `--from 2h` is what people type. What is
// sent to the daemon is epoch seconds and seconds, which no time zone can bend. A date without a zone is local.
internal import CPlatform
internal import SeriesStore

/// Reads flags that hold times.
package enum TimeArgument {
    /// Seconds since 1970 of a moment.
    ///
    /// - Parameter now: seconds since 1970.
    package static func moment(_ text: String, flag: String, now: Double) throws(ClientError) -> Double {
        if text == "now" { return now }
        if let length = seconds(text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text) {
            return text.hasPrefix("+") ? now + length : now - length
        }
        if let number = Double(text) { return number }
        if let time = ImportTime.parsed(text, unit: 1_000_000_000) {
            let utc = Double(time) / 1e9
            let hasZone = text.hasSuffix("Z") || text.hasSuffix("z") || text.dropFirst(19).contains { "+-".contains($0) }
            // The offset that holds at that moment, found with the offset itself: right but for the hour of a change.
            return hasZone ? utc : utc - Double(platform_local_time(Int64(utc)).offset_seconds)
        }
        throw .usage(
            "\(flag) \(text) is not a time: write a length back from now (2h, 3d), 2026-11-24 03:10, RFC 3339 or epoch seconds"
        )
    }

    /// Seconds of a length such as `90s`, `5m`, `2h`, `1d`, `1w`, `1h30m`.
    package static func length(_ text: String, flag: String) throws(ClientError) -> Double {
        guard let length = seconds(text), length > 0 else {
            throw .usage("\(flag) \(text) is not a length of time: write 90s, 5m, 2h, 1d or 1w")
        }
        return length
    }

    private static func seconds(_ text: String) -> Double? {
        let units: [(String, Double)] = [
            ("ms", 0.001), ("min", 60), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800),
        ]
        var rest = Substring(text)
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            guard let amount = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let unit = units.first(where: { rest.hasPrefix($0.0) }) else { return nil }
            total += amount * unit.1
            rest = rest.dropFirst(unit.0.count)
        }
        return total
    }
}
