// Every transition to and from firing is one warning in the log, with a fixed MESSAGE_ID, so that
// `journalctl MESSAGE_ID=…` shows the alerts of a host, and SERIES= and ALERT= for whoever acts on them.

import Logging
import SeriesStore

/// Writes alerts to the log.
struct AlertLog: Sendable {
    /// Made once with `systemd-id128 new`; never to change.
    static let messageID = "5f6d1c0e8f0c4a35b1d8d57c2a0ce97b"

    let logger: Logger
    let zone: LocalTime
    let now: @Sendable () -> Timestamp

    /// Tells one committed transition.
    @Sendable func tell(_ row: AlertRow, _ transition: AlertTransition, _ series: SeriesKey, unit: String) {
        let sentence = AlertSentence.text(
            for: row, series: series.description, unit: unit, zone: zone, now: now())
        logger.warning(
            "\(transition.rawValue): \(sentence)",
            metadata: [
                "MESSAGE_ID": "\(Self.messageID)", "SERIES": "\(series)", "ALERT": "\(row.id)",
                "STATE": "\(transition.rawValue)",
            ])
    }
}
