// The one sentence in which an alert is told: in the log, on the terminal, in the API and later in messages.
//
//     mem_used{host=a}: 92 since 03:10, expected 41–55 (usual for Tue 03:00)
//
// Local time, readable numbers, no jargon: whoever is woken by it must not need to know what an RMSE is.

/// Makes sentences of alerts.
struct AlertSentence: Sendable {
    let zone: LocalTime
    /// The unit of the series, for its numbers; empty for none.
    let unit: String

    /// What an alert says, whatever its state.
    struct Facts: Sendable, Hashable {
        enum State: Sendable, Hashable {
            case firing
            case resolved(at: Int64)
            case accepted(by: String, at: Int64)
        }
        let state: State
        let since: Int64
        let expected: Double
        let lower: Double
        let upper: Double
        let actual: Double
        let rmse: Double

        /// Told by the numbers, so that stored alerts need no column for it: an interval without width is that of a
        /// constant, and a value far beyond the RMSE is the furthest of swings, not a level.
        var kind: DriftKind {
            if lower == upper { return .constant }
            return abs(actual - expected) > 1.6 * rmse && rmse > 0 ? .swings : .level
        }
    }

    /// The sentence.
    ///
    /// - Parameters:
    ///   - series: the series as it is printed.
    ///   - now: seconds since 1970; times on another day are told with their date.
    func text(series: String, facts: Facts, now: Int64) -> String {
        let since = time(facts.since, now: now)
        let value = ReadableNumber.text(facts.actual, unit: unit)
        switch facts.state {
        case .firing:
            switch facts.kind {
            case .level: return "\(series): \(value) since \(since), expected \(band(facts)) (\(usual(facts)))"
            case .swings:
                let swing = facts.actual < facts.expected ? "down" : "up"
                return
                    "\(series): has been \(swing) to \(value) since \(since), expected \(band(facts)) (\(usual(facts)))"
            case .constant:
                return "\(series): \(value) since \(since), had been constant at "
                    + ReadableNumber.text(facts.expected, unit: unit)
            }
        case .resolved(let end):
            return "\(series): back to \(back(facts)) at \(time(end, now: now)), was \(value) since \(since)"
        case .accepted(let who, let end):
            let by = who == DriftDetector.stable ? "stable since then" : "by \(who)"
            return "\(series): \(value) since \(since) accepted at \(time(end, now: now)) (\(by)), "
                + "was expected \(facts.kind == .constant ? ReadableNumber.text(facts.expected, unit: unit) : band(facts))"
        }
    }

    /// `03:10`, on another day `Mon 23 Nov 03:10`.
    func time(_ seconds: Int64, now: Int64) -> String {
        let moment = zone.moment(at: seconds)
        if moment.day == zone.moment(at: now).day { return moment.clock }
        return "\(moment.weekday.abbreviation) \(moment.dayAndMonth) \(moment.clock)"
    }

    private func band(_ facts: Facts) -> String {
        ReadableNumber.range(facts.lower, facts.upper, unit: unit)
    }

    private func back(_ facts: Facts) -> String {
        facts.kind == .constant ? ReadableNumber.text(facts.expected, unit: unit) : band(facts)
    }

    /// The profile's slot: `usual for Tue 03:00`.
    private func usual(_ facts: Facts) -> String {
        let slot = zone.moment(at: facts.since)
        let minutes = slot.minute / 15 * 15
        let clock = "\(slot.hour < 10 ? "0" : "")\(slot.hour):\(minutes < 10 ? "0" : "")\(minutes)"
        return "usual for \(slot.weekday.abbreviation) \(clock)"
    }
}
