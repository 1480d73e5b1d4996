// One round of this host's metrics as line protocol, under Telegraf's names: plugins system, mem, swap, cpu, disk,
// diskio, net and processes with their default fields, as far as /proc tells them. Whoever moves to Telegraf later
// keeps series and models.
//
// A file that is missing or makes no sense costs its own fields only: containers and old kernels hide some.
internal import CPlatform
internal import FoundationEssentials

/// Reads the host again and again; keeps the last CPU times, since usage is a difference.
struct HostRound {
    private let host: String
    private var cpu: CPUTimes?

    init(host: String) { self.host = host }

    /// All lines of now.
    ///
    /// - Parameter time: nanoseconds since 1970, written on every line.
    mutating func lines(at time: Int64) -> String {
        var out = system().map { $0.written(at: time) }.joined()
        out += memory().map { $0.written(at: time) }.joined()
        if let line = processors() { out += line.written(at: time) }
        out += disks().map { $0.written(at: time) }.joined()
        out += network().map { $0.written(at: time) }.joined()
        return out + processes().written(at: time)
    }

    private func text(_ path: String) -> String? {
        (try? Descriptor.contents(of: path)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func line(_ measurement: String, _ tags: [(String, String)] = []) -> MetricLine {
        MetricLine(measurement, ([("host", host)] + tags).sorted { $0.0 < $1.0 })
    }

    private func system() -> [MetricLine] {
        var load = line("system")
        if let text = text("/proc/loadavg") {
            for (name, part) in zip(["load1", "load5", "load15"], text.split(separator: " ")) {
                if let value = Double(part) { load.add(name, value) }
            }
        }
        load.add("n_cpus", Int64(ProcessInfo.processInfo.activeProcessorCount))
        // On a line of its own, as Telegraf writes it.
        var uptime = line("system")
        if let first = text("/proc/uptime")?.split(separator: " ").first, let seconds = Double(first) {
            uptime.add("uptime", Int64(seconds))
        }
        return [load, uptime]
    }

    private func memory() -> [MetricLine] {
        guard let text = text("/proc/meminfo") else { return [] }
        let info = MemoryInfo(text)
        var memory = line("mem")
        if let total = info["MemTotal"], let free = info["MemFree"], total > 0 {
            let buffered = info["Buffers"] ?? 0
            let cached = (info["Cached"] ?? 0) + (info["SReclaimable"] ?? 0)
            let available = info["MemAvailable"] ?? free + buffered + cached
            let used = total - free - buffered - cached
            memory.add("total", total)
            memory.add("available", available)
            memory.add("used", used)
            memory.add("free", free)
            memory.add("buffered", buffered)
            memory.add("cached", cached)
            memory.add("used_percent", Double(used) / Double(total) * 100)
            memory.add("available_percent", Double(available) / Double(total) * 100)
        }
        var swap = line("swap")
        if let total = info["SwapTotal"], let free = info["SwapFree"], total > 0 {
            swap.add("total", total)
            swap.add("used", total - free)
            swap.add("free", free)
            swap.add("used_percent", Double(total - free) / Double(total) * 100)
        }
        return [memory, swap]
    }

    private mutating func processors() -> MetricLine? {
        guard let text = text("/proc/stat"), let times = CPUTimes(text) else { return nil }
        defer { cpu = times }
        guard let cpu else { return nil }
        var usage = line("cpu", [("cpu", "cpu-total")])
        for (name, value) in times.usage(since: cpu) { usage.add(name, value) }
        return usage
    }

    private func disks() -> [MetricLine] {
        var lines: [MetricLine] = []
        for mount in Mount.all(text("/proc/mounts") ?? "") {
            guard let folder = try? Descriptor.open(asking: mount.path) else { continue }
            let space = platform_space(folder.raw)
            guard space.known == 1, space.total_bytes > 0 else { continue }
            let used = Int64(clamping: space.total_bytes - min(space.free_bytes, space.total_bytes))
            let free = Int64(clamping: space.available_bytes)
            var disk = line(
                "disk",
                [("device", mount.device), ("fstype", mount.type), ("mode", mount.mode), ("path", mount.path)])
            disk.add("total", Int64(clamping: space.total_bytes))
            disk.add("free", free)
            disk.add("used", used)
            // Of what an ordinary user can fill, as df and Telegraf count.
            disk.add("used_percent", Double(used) / max(1, Double(used) + Double(free)) * 100)
            if space.total_inodes > 0 {
                let inodes = Int64(clamping: space.total_inodes - min(space.free_inodes, space.total_inodes))
                disk.add("inodes_used", inodes)
                disk.add("inodes_used_percent", Double(inodes) / Double(space.total_inodes) * 100)
            }
            lines.append(disk)
        }
        for device in BlockDevice.all(text("/proc/diskstats") ?? "") {
            var io = line("diskio", [("name", device.name)])
            io.add("reads", device.reads)
            io.add("writes", device.writes)
            io.add("read_bytes", device.readBytes)
            io.add("write_bytes", device.writeBytes)
            io.add("read_time", device.readTime)
            io.add("write_time", device.writeTime)
            io.add("io_time", device.ioTime)
            lines.append(io)
        }
        return lines
    }

    private func network() -> [MetricLine] {
        NetworkInterface.all(text("/proc/net/dev") ?? "").map { interface in
            var net = line("net", [("interface", interface.name)])
            let names = ["bytes", "packets", "err", "drop"]
            for (name, value) in zip(names, interface.received) {
                net.add(name + (name.hasSuffix("s") ? "_recv" : "_in"), value)
            }
            for (name, value) in zip(names, interface.sent) {
                net.add(name + (name.hasSuffix("s") ? "_sent" : "_out"), value)
            }
            return net
        }
    }

    private func processes() -> MetricLine {
        var counts = ProcessCounts()
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for entry in entries where entry.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
            if let stat = text("/proc/\(entry)/stat") { counts.add(stat) }
        }
        var line = line("processes")
        line.add("total", counts.total)
        line.add("running", counts.running)
        line.add("sleeping", counts.sleeping)
        line.add("blocked", counts.blocked)
        line.add("zombies", counts.zombies)
        line.add("stopped", counts.stopped)
        line.add("idle", counts.idle)
        line.add("total_threads", counts.threads)
        return line
    }
}
