// From a stored alert to its sentence: the one place where a row's state is read back into what happened.

import SeriesStore

extension AlertSentence {
    /// The sentence of a stored alert.
    ///
    /// - Parameters:
    ///   - series: the series as it is printed.
    ///   - now: wall clock; times of another day are told with their date.
    static func text(
        for row: AlertRow, series: String, unit: String, zone: LocalTime, now: Timestamp
    ) -> String {
        let ended = (row.resolvedAt ?? row.firedAt) / 1_000_000_000
        let state: Facts.State =
            if let who = row.acceptedBy { .accepted(by: who, at: ended) } else if row.resolvedAt != nil {
                .resolved(at: ended)
            } else { .firing }
        let facts = Facts(
            state: state, since: row.since / 1_000_000_000, expected: row.expected, lower: row.lower,
            upper: row.upper, actual: row.actual, rmse: row.rmse)
        return AlertSentence(zone: zone, unit: unit).text(series: series, facts: facts, now: now / 1_000_000_000)
    }
}
