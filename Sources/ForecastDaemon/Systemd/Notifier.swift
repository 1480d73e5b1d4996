// sd_notify(3) in plain datagrams: what systemd is told of our state. Without NOTIFY_SOCKET every call does nothing, so
// the daemon runs the same under a shell.

import Synchronization

/// Speaks to the service manager. Safe from any thread; a lost datagram is never an error of ours.
final class Notifier: Sendable {
    private let address: String?
    private let lastStatus = Mutex<String>("")
    /// How often `WATCHDOG=1` must come, or nil when systemd does not ask for it.
    let watchdogInterval: Duration?

    /// Reads and clears `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    init(processID: Int32) {
        address = Environment.value("NOTIFY_SOCKET")
        let mine = Environment.value("WATCHDOG_PID").map { $0 == String(processID) } ?? true
        if mine, let microseconds = Environment.value("WATCHDOG_USEC").flatMap({ Int64($0) }), microseconds > 0 {
            watchdogInterval = .microseconds(microseconds)
        } else {
            watchdogInterval = nil
        }
        Environment.remove(["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
    }

    /// `READY=1`: the store is open and the sockets accept. Also the end of a reload.
    func ready(status: String) { send("READY=1\nSTATUS=\(status)") }

    /// `RELOADING=1`, with the time that `Type=notify-reload` needs in the same datagram.
    func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(Environment.monotonicMicroseconds())") }

    /// `STOPPING=1`: the drain has begun.
    func stopping(status: String) { send("STOPPING=1\nSTATUS=\(status)") }

    /// One line for `systemctl status`; sent only when it differs from the last.
    func status(_ line: String) {
        let isNew = lastStatus.withLock { last in
            defer { last = line }
            return last != line
        }
        if isNew { send("STATUS=\(line)") }
    }

    /// `WATCHDOG=1`: writer and ingest have made progress.
    func alive() { send("WATCHDOG=1") }

    /// More time for a long start, such as the replay of a large journal.
    func extendTimeout(by duration: Duration) {
        send("EXTEND_TIMEOUT_USEC=\(duration.components.seconds * 1_000_000)")
    }

    private func send(_ message: String) {
        guard let address else { return }
        UnixSocket.send(Array(message.utf8), to: address)
    }
}
