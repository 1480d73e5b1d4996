// Texts in the forms of /proc into lines of Telegraf's names: shares, what is left out, escapes; one test reads this
// host's own.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("What /proc says") struct ProcTextTests {
    @Test("CPU usage is the share of the time passed, and no time is counted twice")
    func cpu() throws {
        let before = try #require(CPUTimes("cpu  100 0 50 800 10 0 0 0 40 0\ncpu0 1 2 3 4\n"))
        let after = try #require(CPUTimes("cpu  160 0 70 900 30 0 0 0 60 0\n"))
        let usage = Dictionary(after.usage(since: before)) { first, _ in first }
        // 60 user of which 20 guest, 20 system, 100 idle, 20 iowait: 200 ticks in all.
        #expect(usage["usage_user"] == 20)
        #expect(usage["usage_guest"] == 10)
        #expect(usage["usage_idle"] == 50)
        #expect(abs(usage.values.reduce(0, +) - 100) < 1e-9)
    }

    @Test("no time passed gives no usage rather than a division by zero")
    func cpuStill() throws {
        let times = try #require(CPUTimes("cpu  1 2 3 4 5 6 7 8 9 10"))
        #expect(times.usage(since: times).isEmpty)
    }

    @Test("loop devices, snaps, tmpfs and second mounts of a device are left out")
    func mounts() {
        let mounts = Mount.all(
            """
            /dev/sda1 / ext4 rw,relatime 0 0
            /dev/sda1 /var/lib/docker/x ext4 rw 0 0
            tmpfs /tmp tmpfs rw 0 0
            /dev/loop3 /snap/core/1 squashfs ro 0 0
            overlay /var/lib/docker/overlay2/merged overlay rw 0 0
            /dev/sdb1 /srv/my\\040data xfs ro,noatime 0 0
            """)
        #expect(mounts.map(\.path) == ["/", "/srv/my data"])
        #expect(mounts.map(\.device) == ["sda1", "sdb1"])
        #expect(mounts.map(\.mode) == ["rw", "ro"])
    }

    @Test("loopback, virtual pairs and interfaces that never saw a byte are left out")
    func network() {
        let head = "Inter-|   Receive |  Transmit\n face |bytes packets\n"
        let interfaces = NetworkInterface.all(
            head + "    lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n  eth0: 100 5 1 2 0 0 0 0 200 6 3 4 0 0 0 0\n"
                + "veth12: 5 5 0 0 0 0 0 0 5 5 0 0 0 0 0 0\n  ifb0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n")
        #expect(interfaces == [NetworkInterface(name: "eth0", received: [100, 5, 1, 2], sent: [200, 6, 3, 4])])
    }

    @Test("block devices that never did anything are left out, sectors are 512 bytes")
    func devices() {
        let devices = BlockDevice.all(
            """
               7       0 loop0 5 0 5 0 0 0 0 0 0 0 0
             254       0 vda 10 1 20 3 30 4 40 5 0 6 7
             253       0 sdb 0 0 0 0 0 0 0 0 0 0 0
            """)
        #expect(devices.map(\.name) == ["vda"])
        #expect(devices.first?.readBytes == 10_240)
        #expect(devices.first?.writeBytes == 20_480)
    }

    @Test("a process whose name holds brackets and blanks is counted by its state")
    func processes() {
        var counts = ProcessCounts()
        counts.add("17 (a) b) D 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 100")
        #expect(counts.blocked == 1)
        #expect(counts.threads == 3)
    }

    @Test("tags with blanks, commas and equals signs are escaped; values that are not finite are left out")
    func line() {
        var line = MetricLine("disk", [("path", "/my data,a=b"), ("empty", "")])
        line.add("used", Int64(7))
        line.add("share", Double.nan)
        #expect(line.written(at: 5) == "disk,path=/my\\ data\\,a\\=b used=7i 5\n")
    }

    @Test("every line of a round on this host is line protocol that our own parser takes whole")
    func parses() {
        var round = HostRound(host: "web 1")
        let text = round.lines(at: 1_764_000_000_000_000_000)
        var reader = ImportReader(ImportOptions(format: .lineProtocol))
        let batch = reader.read(Array(text.utf8), isLast: true)
        #expect(batch.problems.isEmpty)
        let names = Set(batch.runs.map(\.key.name))
        #expect(names.isSuperset(of: ["system_load1", "mem_used_percent", "processes_total"]))
        #expect(batch.runs.allSatisfy { $0.key.labels.contains { $0.name == "host" && $0.value == "web 1" } })
    }
}
