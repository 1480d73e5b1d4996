// Moments and lengths of time as they are typed at a prompt: `2h`, `-1d`, `now`, `2026-11-24 03:10`, `1764.5`.
//
// On top of `Durations` and `Instants` it adds what only a prompt needs: a length alone is counted back from now, and
// a date without a zone is local, as the clock on the wall is. What is sent to the daemon is epoch seconds and
// seconds, which no time zone can bend.
internal import CPlatform
package import SeriesStore

/// Reads flags that hold times.
package enum TimeArgument {
    /// A moment in nanoseconds since 1970.
    package static func moment(_ text: String, flag: String, now: Timestamp) throws(ClientError) -> Timestamp {
        if text == "now" { return now }
        let isAhead = text.hasPrefix("+")
        let bare = isAhead || text.hasPrefix("-") ? String(text.dropFirst()) : text
        if bare.last?.isLetter == true, let length = try? Durations.parse(bare) {
            let nanoseconds = Durations.nanoseconds(length)
            return isAhead ? now &+ nanoseconds : now &- nanoseconds
        }
        do throws(InstantError) {
            let time = try Instants.parse(text)
            guard isLocalDate(text) else { return time }
            // The offset that holds at that moment of UTC: right but for the hour of a change.
            return time &- platform_local_time(Instants.seconds(time)).offset_seconds * 1_000_000_000
        } catch {
            throw .usage("\(flag) \(error); a length such as 2h or 3d counts back from now")
        }
    }

    /// `--from` and `--to` as the API takes them; what was not given is not sent.
    package static func range(
        from: String?, to: String?, now: Timestamp
    ) throws(ClientError) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let from { query.append(("from", epoch(try moment(from, flag: "--from", now: now)))) }
        if let to { query.append(("to", epoch(try moment(to, flag: "--to", now: now)))) }
        return query
    }

    /// A length of time: `90s`, `5m`, `2h`, `1d`, `1h30m`. `Durations.compact` writes it as the API takes it.
    package static func length(_ text: String, flag: String) throws(ClientError) -> Duration {
        do throws(DurationError) {
            let length = try Durations.parse(text)
            guard length > .zero else { throw DurationError.malformed(text) }
            return length
        } catch {
            throw .usage("\(flag): \(error)")
        }
    }

    /// A moment as the API takes it: epoch seconds, exact to the nanosecond.
    package static func epoch(_ time: Timestamp) -> String {
        let (seconds, rest) = time.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let nanoseconds = String(rest)
        let sign = time < 0 ? "-" : ""
        return "\(sign)\(seconds).\(String(repeating: "0", count: 9 - nanoseconds.count))\(nanoseconds)"
    }

    private static func isLocalDate(_ text: String) -> Bool {
        guard text.count > 7, text.dropFirst(4).first == "-" else { return false }
        return !text.dropFirst(10).contains { "Zz+-".contains($0) }
    }
}
