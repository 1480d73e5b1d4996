// What the files under /proc say, as values (proc(5)). Pure: text in, numbers out; nothing is opened here.

/// CPU times of all processors together since boot, in ticks: the first line of /proc/stat.
struct CPUTimes: Equatable {
    let user, nice, system, idle, iowait, irq, softirq, steal, guest, guestNice: Double

    init?(_ stat: String) {
        guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
        var values = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard values.count >= 4 else { return nil }
        while values.count < 10 { values.append(0) }  // older kernels end earlier
        // user contains guest, nice contains guest_nice: taken out, so that no time is counted twice.
        user = values[0] - values[8]
        nice = values[1] - values[9]
        system = values[2]
        idle = values[3]
        iowait = values[4]
        irq = values[5]
        softirq = values[6]
        steal = values[7]
        guest = values[8]
        guestNice = values[9]
    }

    private var total: Double { user + nice + system + idle + iowait + irq + softirq + steal + guest + guestNice }

    /// Shares of the time since `earlier` in percent, under Telegraf's names; empty if no time has passed.
    func usage(since earlier: CPUTimes) -> [(String, Double)] {
        let passed = total - earlier.total
        guard passed > 0 else { return [] }
        // Ticks of different processors are read at different moments: idle may seem to fall by one.
        func share(_ path: KeyPath<CPUTimes, Double>) -> Double {
            min(max(0, (self[keyPath: path] - earlier[keyPath: path]) / passed * 100), 100)
        }
        return [
            ("usage_user", share(\.user)), ("usage_system", share(\.system)), ("usage_idle", share(\.idle)),
            ("usage_nice", share(\.nice)), ("usage_iowait", share(\.iowait)), ("usage_irq", share(\.irq)),
            ("usage_softirq", share(\.softirq)), ("usage_steal", share(\.steal)), ("usage_guest", share(\.guest)),
            ("usage_guest_nice", share(\.guestNice)),
        ]
    }
}

/// /proc/meminfo: bytes by name.
struct MemoryInfo {
    private let values: [Substring: Int64]

    init(_ meminfo: String) {
        var values: [Substring: Int64] = [:]
        for line in meminfo.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == " " || $0 == ":" })
            guard parts.count >= 2, let value = Int64(parts[1]) else { continue }
            values[parts[0]] = parts.count > 2 ? value * 1024 : value
        }
        self.values = values
    }

    subscript(name: Substring) -> Int64? { values[name] }
}

/// A network interface in /proc/net/dev. Counters since it came up.
struct NetworkInterface: Equatable {
    let name: String
    /// bytes, packets, errors, drops.
    let received, sent: [Int64]

    /// All that ever saw a byte, but for loopback and the container ends of virtual pairs, which come and go.
    static func all(_ dev: String) -> [NetworkInterface] {
        dev.split(separator: "\n").dropFirst(2).compactMap { line in
            guard let colon = line.lastIndex(of: ":") else { return nil }
            let name = String(line[..<colon].drop { $0 == " " })
            let values = line[line.index(after: colon)...].split(separator: " ").compactMap { Int64($0) }
            guard values.count >= 12, values[0] + values[8] > 0, name != "lo", !name.hasPrefix("veth") else {
                return nil
            }
            return NetworkInterface(name: name, received: Array(values[0..<4]), sent: Array(values[8..<12]))
        }
    }
}

/// A block device in /proc/diskstats. Counters since boot; sectors there are 512 bytes whatever the device.
struct BlockDevice: Equatable {
    let name: String
    let reads, readBytes, readTime, writes, writeBytes, writeTime, ioTime: Int64

    /// All that have ever done anything, without loop, RAM, optical and floppy devices.
    static func all(_ diskstats: String) -> [BlockDevice] {
        diskstats.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count >= 14 else { return nil }
            let name = String(parts[2])
            let values = parts[3...].compactMap { Int64($0) }
            let isReal = !["loop", "ram", "zram", "sr", "fd"].contains { prefix in
                name.hasPrefix(prefix) && name.dropFirst(prefix.count).allSatisfy(\.isNumber)
            }
            guard values.count >= 11, isReal, values[0] + values[4] > 0 else { return nil }
            return BlockDevice(
                name: name, reads: values[0], readBytes: values[2] * 512, readTime: values[3], writes: values[4],
                writeBytes: values[6] * 512, writeTime: values[7], ioTime: values[9])
        }
    }
}

/// A mounted file system that holds files of this host.
struct Mount: Equatable {
    let device, path, type, mode: String

    private static let types: Set<Substring> = [
        "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "vfat", "exfat", "ntfs3", "jfs", "bcachefs", "nilfs2",
        "reiserfs",
    ]

    /// Of /proc/mounts: local file systems with space of their own, each device once, at its shortest path. No tmpfs,
    /// no loop devices, no snaps, no network; an overlay only as the root of a container.
    static func all(_ mounts: String) -> [Mount] {
        var byDevice: [String: Mount] = [:]
        for line in mounts.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count >= 4 else { continue }
            let path = unescaped(parts[1])
            guard types.contains(parts[2]) || parts[2] == "overlay" && path == "/",
                !parts[0].hasPrefix("/dev/loop"), !path.hasPrefix("/snap/")
            else { continue }
            let device = unescaped(parts[0])
            if let known = byDevice[device], known.path.count <= path.count { continue }
            byDevice[device] = Mount(
                device: device.hasPrefix("/dev/") ? String(device.dropFirst(5)) : device, path: path,
                type: String(parts[2]), mode: parts[3].hasPrefix("ro") ? "ro" : "rw")
        }
        return byDevice.values.sorted { $0.path < $1.path }
    }

    /// Blanks stand as \040 and so on (getmntent(3)).
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// States of processes, counted.
struct ProcessCounts: Equatable {
    private(set) var total: Int64 = 0, running: Int64 = 0, sleeping: Int64 = 0, blocked: Int64 = 0
    private(set) var zombies: Int64 = 0, stopped: Int64 = 0, idle: Int64 = 0, threads: Int64 = 0

    init() {}

    /// Counts the process whose /proc/PID/stat this is. Its name may hold anything, so the last bracket counts.
    mutating func add(_ stat: String) {
        guard let bracket = stat.lastIndex(of: ")") else { return }
        let parts = stat[stat.index(after: bracket)...].split(separator: " ")
        guard parts.count > 17 else { return }
        total += 1
        threads += Int64(parts[17]) ?? 0
        switch parts[0] {
        case "R": running += 1
        case "S": sleeping += 1
        case "D": blocked += 1
        case "Z": zombies += 1
        case "T", "t": stopped += 1
        case "I": idle += 1
        default: break
        }
    }
}
