// Log lines as journald reads them: `<priority>` before the message and no time stamp where the output goes to the
// journal (JOURNAL_STREAM), a time and a level where a person reads them. Records that carry a MESSAGE_ID (alerts) go to
// the journal with fields of their own (systemd.journal-fields(7)), so that `journalctl MESSAGE_ID=…` finds them.

import Glibc
import Logging

/// The log handler of the daemon. Its output is one line a record on standard error.
struct DaemonLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let label: String
    private let toJournal: Bool

    /// Where native records go; present wherever journald runs.
    private static let journalSocket = "/run/systemd/journal/socket"

    init(label: String, toJournal: Bool = Environment.standardErrorIsJournal) {
        self.label = label
        self.toJournal = toJournal
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let text = event.message.description
        if toJournal, all["MESSAGE_ID"] != nil, sendToJournal(text, event.level, all) { return }
        let rest = all.isEmpty ? "" : all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        if toJournal {
            StandardError.write(JournalText.lines(text + rest, priority: event.level.priority))
        } else {
            StandardError.write("\(LogTime.text(Environment.now())) \(event.level) \(text)\(rest)\n")
        }
    }

    /// The journal's native protocol: `KEY=value` lines, or the length-prefixed form for values with line breaks.
    private func sendToJournal(_ text: String, _ level: Logger.Level, _ fields: Logger.Metadata) -> Bool {
        var bytes: [UInt8] = []
        func append(_ key: String, _ value: String) {
            bytes += Array(key.utf8)
            let value = Array(value.utf8)
            if value.contains(UInt8(ascii: "\n")) {
                bytes.append(UInt8(ascii: "\n"))
                for shift in stride(from: 0, to: 64, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: UInt64(value.count) >> UInt64(shift)))
                }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += value
            bytes.append(UInt8(ascii: "\n"))
        }
        append("MESSAGE", text)
        append("PRIORITY", String(level.priority))
        append("SYSLOG_IDENTIFIER", "forecastd")
        for (key, value) in fields { append(key.uppercased(), "\(value)") }
        return UnixSocket.send(bytes, to: Self.journalSocket)
    }
}

extension Logger.Level {
    /// The syslog priority (sd-daemon(3)).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
