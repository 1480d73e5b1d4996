// Disks that are full, read-only or hold something else, and daemons that want the same one.

import Glibc
import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Disk") struct DiskTests {
        /// Runs `body` with a small file system of its own at `path`; says so and does nothing where it may not mount.
        static func withSmallDisk(at path: String, megabytes: Int, _ body: () throws -> Void) throws {
            guard geteuid() == 0 else { return print("skipped: only root may mount a small file system") }
            _ = unsafe mkdir(path, 0o755)
            guard unsafe mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
                return print("skipped: this root may not mount a file system (error \(errno))")
            }
            defer { _ = unsafe umount2(path, Int32(MNT_DETACH)) }
            try body()
        }

        @Test(
            "on a full disk a write is 503 with Retry-After, nothing acknowledged is lost, and writing goes on when there is space"
        )
        func full() throws {
            try DaemonUnderTest.with { daemon in
                try Self.withSmallDisk(at: daemon.stateDirectory, megabytes: 16) {
                    try daemon.start()
                    var acknowledged: [Int64: UInt64] = [:]
                    var random = SeededRandom(seed: 11)
                    var time: Int64 = 1_700_000_000_000_000_000
                    func batch(of count: Int) -> (lines: String, samples: [Int64: UInt64]) {
                        var (lines, samples) = ("", [Int64: UInt64]())
                        for _ in 0..<count {
                            time += 1_000_000
                            let value = Double(
                                bitPattern: UInt64.random(in: 0...UInt64.max, using: &random) & ~(1 << 62))
                            lines += "noise value=\(value) \(time)\n"
                            samples[time] = value.bitPattern
                        }
                        return (lines, samples)
                    }
                    let api = try daemon.api()
                    for _ in 0..<5 {
                        let (lines, samples) = batch(of: 500)
                        #expect(try api.post("/write", lines).status == 204)
                        acknowledged.merge(samples) { $1 }
                    }
                    try Files.fill(daemon.stateDirectory + "/filler")
                    // Pages that SQLite has reserved may take a few more.
                    try wait(for: "the disk to be full") {
                        let (lines, samples) = batch(of: 2000)
                        let reply = try api.post("/write", lines)
                        if reply.status == 204 { acknowledged.merge(samples) { $1 } }
                        return reply.status != 204
                    }
                    // However often and however much clients try again, each is answered.
                    for _ in 0..<5 {
                        let refusal = try api.post("/write", batch(of: 50_000).lines, upTo: 60)
                        try #require(refusal.status == 503)
                        #expect(refusal.headers["retry-after"] != nil)
                        #expect(refusal.error.contains("no space left"))
                    }
                    #expect(try daemon.status().warnings.contains { $0.contains("no space") })
                    _ = unsafe unlink(daemon.stateDirectory + "/filler")
                    try wait(for: "a write to succeed again") {
                        let (lines, samples) = batch(of: 500)
                        guard try api.post("/write", lines).status == 204 else { return false }
                        acknowledged.merge(samples) { $1 }
                        return true
                    }
                    daemon.kill()
                    try daemon.start()
                    let found = try daemon.samples("noise")["noise"]?.byTime() ?? [:]
                    #expect(acknowledged.allSatisfy { found[$0] == $1 })
                    #expect(try daemon.stop() == .exit(0))
                }
            }
        }

        @Test("a sync on a full disk is answered with the reason, and not with ok")
        func fullSync() throws {
            try DaemonUnderTest.with { daemon in
                try Self.withSmallDisk(at: daemon.stateDirectory, megabytes: 4) {
                    try daemon.start()
                    try Files.fill(daemon.stateDirectory + "/filler")
                    let client = try daemon.ingest()
                    var random = SeededRandom(seed: 3)
                    for k in 0..<200 {
                        let lines = (0..<500).map { index in
                            "m value=\(Double.random(in: 0...1, using: &random)) \(1_700_000_000_000_000_000 + (k * 500 + index) * 1_000_000)\n"
                        }
                        guard (try? client.send(lines.joined() + "sync\n")) != nil else { break }
                    }
                    var (last, answered) = (0, 0)
                    var reason = ""
                    while let line = try? client.line(upTo: 30) {
                        guard line.hasPrefix("ok ") else {
                            reason = line
                            continue
                        }
                        last = Int(line.dropFirst(3)) ?? -1
                        answered += 1
                    }
                    #expect(answered < 200)
                    #expect(reason.hasPrefix("error: ") && reason.contains("no space left"), "\(reason)")
                    _ = unsafe unlink(daemon.stateDirectory + "/filler")
                    let stored = try daemon.samples("m")["m"]?.byTime().count ?? 0
                    #expect(stored >= last)
                }
            }
        }

        @Test("a state directory that cannot be written is exit 77, with its name")
        func readOnly() throws {
            try DaemonUnderTest.with { daemon in
                _ = unsafe mkdir(daemon.stateDirectory, 0o755)
                if geteuid() == 0 {
                    // Root writes everywhere but on a read-only file system.
                    guard unsafe mount("tmpfs", daemon.stateDirectory, "tmpfs", UInt(MS_RDONLY), "size=1m") == 0 else {
                        return print("skipped: this root may not mount a file system")
                    }
                } else {
                    _ = unsafe chmod(daemon.stateDirectory, 0o555)
                }
                defer { if geteuid() == 0 { _ = unsafe umount2(daemon.stateDirectory, Int32(MNT_DETACH)) } }
                try daemon.launch()
                #expect(try daemon.child?.wait(upTo: 30) == .exit(77))
                #expect(daemon.log.contains(daemon.stateDirectory), "\(daemon.log)")
            }
        }

        @Test("a file that is no store is exit 78, and left as it is", arguments: ["text", "truncated", "foreign"])
        func corrupt(kind: String) throws {
            try DaemonUnderTest.with { daemon in
                switch kind {
                case "text":
                    _ = unsafe mkdir(daemon.stateDirectory, 0o755)
                    try Files.write(String(repeating: "this is no database\n", count: 1000), to: daemon.store)
                case "truncated":
                    try daemon.start()
                    let lines = (0..<20_000).map { "m,id=\($0 % 100) value=\($0) \(1_700_000_000 + $0)\n" }.joined()
                    #expect(try daemon.api().post("/write?precision=s", lines).status == 204)
                    try daemon.stop()
                    let bytes = try Files.read(daemon.store)
                    try Files.write(Array(bytes.prefix(bytes.count / 3 / 4096 * 4096)), to: daemon.store)
                default:
                    _ = unsafe mkdir(daemon.stateDirectory, 0o755)
                    guard Tool.exists("sqlite3") else { return print("skipped: there is no sqlite3 here") }
                    _ = try Tool.run(["sqlite3", daemon.store, "CREATE TABLE other(x)"], in: daemon.folder)
                }
                let before = try Files.read(daemon.store)
                try daemon.launch()
                #expect(try daemon.child?.wait(upTo: 30) == .exit(78), "\(daemon.log)")
                #expect(kind == "truncated" || !daemon.log.contains("stopped; the store"), "\(daemon.log)")
                #expect(
                    daemon.log.contains("damaged")
                        && daemon.log.contains("forecastd verify \(daemon.store) --salvage NEW"), "\(daemon.log)")
                if kind == "foreign" {
                    // Opened, so its header now says WAL; its tables are as they were.
                    let tables = try Tool.run(["sqlite3", daemon.store, ".tables"], in: daemon.folder).text
                    #expect(tables.split(whereSeparator: \.isWhitespace) == ["other"])
                } else {
                    #expect(try Files.read(daemon.store) == before)
                }
            }
        }

        @Test("a disk that is full at the start is exit 74, with a sentence")
        func fullAtStart() throws {
            try DaemonUnderTest.with { daemon in
                try Self.withSmallDisk(at: daemon.stateDirectory, megabytes: 1) {
                    try Files.fill(daemon.stateDirectory + "/filler")
                    try daemon.launch()
                    #expect(try daemon.child?.wait(upTo: 30) == .exit(74), "\(daemon.log)")
                    #expect(daemon.log.contains("no space left"), "\(daemon.log)")
                    _ = unsafe unlink(daemon.stateDirectory + "/filler")
                    try daemon.start()
                }
            }
        }

        @Test("two daemons that start at the same moment on what a killed one left: one serves, the other is exit 75")
        func race() throws {
            try DaemonUnderTest.with { daemon in
                for _ in 0..<10 {
                    let other = try Child(daemon.command, errors: daemon.folder + "/other.log")
                    defer { other.killNow() }
                    try daemon.launch()
                    try wait(for: "one of them to give up") { daemon.child?.ending != nil || other.ending != nil }
                    #expect((daemon.child?.ending ?? other.ending) == .exit(75))
                    // The one that is left can be reached.
                    try wait(for: "the other to be ready", upTo: 10) {
                        (try? daemon.api().get("/-/ready", upTo: 5).status) == 200
                    }
                    let client = try daemon.ingest()
                    try client.send("m value=1\nsync\n")
                    #expect(try client.line() == "ok 1")
                    daemon.kill()
                }
            }
        }

        @Test("a disk that fails ends the daemon with 74 and a sentence, not with success")
        func fails() throws {
            guard Tool.exists("prlimit") else { return print("skipped: there is no prlimit here") }
            // A limit on the size of files makes write(2) fail; the signal that comes with it is ignored, as children
            // inherit it.
            _ = signal(SIGXFSZ, SIG_IGN)
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let api = try daemon.api()
                #expect(try api.post("/write", "m value=1 1700000000000000000\n").status == 204)
                let pid = daemon.child?.pid ?? 0
                _ = try Tool.run(["prlimit", "--pid", "\(pid)", "--fsize=16384"], in: daemon.folder)
                let reply = try api.post("/write", "m value=2 1700000001000000000\n")
                #expect(reply.status == 503 && reply.headers["retry-after"] != nil, "\(reply.text)")
                #expect(try daemon.child?.wait(upTo: 30) == .exit(74), "\(daemon.log)")
                #expect(daemon.log.contains("the store failed"), "\(daemon.log)")
                try daemon.start()
                let found = try daemon.samples("m")["m"]?.values
                #expect(found?.first == 1)
            }
        }

        @Test("a second daemon on the same store or the same sockets is exit 75, and the first goes on unharmed")
        func second() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                try client.send("m value=1 1700000000000000000\nsync\n")
                #expect(try client.line() == "ok 1")
                for (state, runtime, word) in [("state", "run2", "forecasts.db"), ("state2", "run", "api.sock")] {
                    let other = try Tool.run(
                        [
                            DaemonUnderTest.binary, "run", "--state-directory", "\(daemon.folder)/\(state)",
                            "--runtime-directory", "\(daemon.folder)/\(runtime)",
                        ], in: daemon.folder)
                    #expect(other.ending == .exit(75), "\(other.errors)")
                    #expect(other.errors.contains(word), "\(other.errors)")
                }
                try client.send("m value=2 1700000001000000000\nsync\n")
                #expect(try client.line() == "ok 2")
                #expect(try daemon.samples("m")["m"]?.values == [1, 2])
            }
        }

        @Test("the socket of a daemon that was killed is replaced; a file in its place is not")
        func stale() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                daemon.kill()
                #expect(Files.exists(daemon.apiPath))
                try daemon.start()
                #expect(try daemon.stop() == .exit(0))
                try Files.write("precious", to: daemon.apiPath)
                try daemon.launch()
                #expect(try daemon.child?.wait(upTo: 30) == .exit(77))
                #expect(daemon.log.contains("is not a socket"))
                #expect(try Files.read(daemon.apiPath) == Array("precious".utf8))
            }
        }
    }
}
