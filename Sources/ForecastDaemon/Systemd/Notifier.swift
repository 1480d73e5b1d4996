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
        watchdogInterval = Self.interval(
            microseconds: Environment.value("WATCHDOG_USEC"), isFor: Environment.value("WATCHDOG_PID"),
            processID: processID)
        Environment.remove(["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
    }

    /// - Parameter address: a path, or `@` and an abstract name; nil tells nobody.
    init(address: String?, watchdogInterval: Duration? = nil) {
        self.address = address
        self.watchdogInterval = watchdogInterval
    }

    /// What the two variables say to this process: sd_watchdog_enabled(3).
    static func interval(microseconds: String?, isFor pid: String?, processID: Int32) -> Duration? {
        guard pid == nil || pid == String(processID), let count = microseconds.flatMap({ Int64($0) }), count > 0
        else { return nil }
        return .microseconds(count)
    }

    /// `READY=1`: the store is open and the sockets accept. Also the end of a reload.
    func ready(status: String) { send("READY=1", status: status) }

    /// `RELOADING=1`, with the time that `Type=notify-reload` needs in the same datagram.
    func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(Environment.monotonicMicroseconds())") }

    /// `STOPPING=1`: the drain has begun.
    func stopping(status: String) { send("STOPPING=1", status: status) }

    /// One line for `systemctl status`; sent only when it differs from the last.
    func status(_ line: String) {
        if lastStatus.withLock({ $0 != line }) { send(nil, status: line) }
    }

    /// `WATCHDOG=1`: writer and ingest have made progress.
    func alive() { send("WATCHDOG=1") }

    /// A state and the sentence to it. The sentence is remembered, so that the next one is compared with what is shown.
    private func send(_ state: String?, status: String) {
        lastStatus.withLock { $0 = status }
        // A line break would begin the next field.
        let line = status.split(separator: "\n").joined(separator: "; ")
        send((state.map { $0 + "\n" } ?? "") + "STATUS=" + line)
    }

    private func send(_ message: String) {
        guard let address else { return }
        UnixSocket.send(Array(message.utf8), to: address)
    }
}
