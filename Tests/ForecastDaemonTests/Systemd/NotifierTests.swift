// The datagrams of sd_notify(3), received on a socket of the test as systemd would.

import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("What systemd is told") struct NotifierTests {
    @Test("a state and its sentence come in one datagram")
    func states() throws {
        try TemporaryFolder.with { folder in
            let systemd = try DatagramSocket(at: folder + "/notify")
            let notifier = Notifier(address: folder + "/notify")
            notifier.ready(status: "2 series")
            notifier.alive()
            notifier.stopping(status: "committing")
            #expect(systemd.received() == ["READY=1\nSTATUS=2 series", "WATCHDOG=1", "STOPPING=1\nSTATUS=committing"])
        }
    }

    @Test("an abstract address is served as well")
    func abstract() throws {
        let systemd = try DatagramSocket(at: "@forecastd-notifier-tests")
        Notifier(address: "@forecastd-notifier-tests").alive()
        #expect(systemd.received() == ["WATCHDOG=1"])
    }

    @Test("a reload carries the time that Type=notify-reload compares, in the same datagram")
    func reload() throws {
        try TemporaryFolder.with { folder in
            let systemd = try DatagramSocket(at: folder + "/notify")
            let before = Environment.monotonicMicroseconds()
            Notifier(address: folder + "/notify").reloading()
            let lines = systemd.received().flatMap { $0.split(separator: "\n").map(String.init) }
            #expect(lines.first == "RELOADING=1")
            let sent = lines.last.flatMap { Int64($0.dropFirst("MONOTONIC_USEC=".count)) }
            #expect(sent.map { (before...Environment.monotonicMicroseconds()).contains($0) } == true)
        }
    }

    @Test("a status is sent when it differs from what is shown, whoever showed that")
    func status() throws {
        try TemporaryFolder.with { folder in
            let systemd = try DatagramSocket(at: folder + "/notify")
            let notifier = Notifier(address: folder + "/notify")
            notifier.status("2 series")
            notifier.status("2 series")
            notifier.ready(status: "configuration reloaded")
            notifier.status("2 series")
            #expect(
                systemd.received() == ["STATUS=2 series", "READY=1\nSTATUS=configuration reloaded", "STATUS=2 series"])
        }
    }

    @Test("a sentence of several lines stays one field")
    func lines() throws {
        try TemporaryFolder.with { folder in
            let systemd = try DatagramSocket(at: folder + "/notify")
            Notifier(address: folder + "/notify").ready(status: "a.yaml:1:1: x\nREADY=0")
            #expect(systemd.received() == ["READY=1\nSTATUS=a.yaml:1:1: x; READY=0"])
        }
    }

    @Test("nobody listening is no error")
    func nobody() {
        Notifier(address: nil).ready(status: "")
        Notifier(address: "/nonexistent/notify").ready(status: "")
    }

    @Test(
        "the watchdog's interval is ours only when it names us or nobody",
        arguments: [
            ("2000000", nil, Duration.seconds(2)), ("2000000", "7", .seconds(2)), ("2000000", "8", nil),
            ("0", nil, nil), ("soon", nil, nil), (nil, "7", nil),
        ] as [(String?, String?, Duration?)])
    func interval(microseconds: String?, pid: String?, expected: Duration?) {
        #expect(Notifier.interval(microseconds: microseconds, isFor: pid, processID: 7) == expected)
    }
}
