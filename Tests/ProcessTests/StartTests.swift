// The first five minutes of a new daemon: it starts with two directories and nothing else, and takes what clients send
// in the ways they send it.

import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Start and writing") struct StartTests {
        @Test("on defaults it makes its directories and sockets, with modes, and stops with 0")
        func start() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                #expect(FileMode.of(daemon.stateDirectory) == 0o750)
                #expect(FileMode.of(daemon.ingestPath) == 0o660)
                #expect(FileMode.of(daemon.apiPath) == 0o660)
                #expect(try daemon.status().state == "running")
                #expect(try daemon.stop() == .exit(0))
                #expect(!Files.exists(daemon.ingestPath) && !Files.exists(daemon.apiPath))
            }
        }

        @Test("lines and sync: the samples accepted so far on this connection, once they can be read")
        func sync() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                try client.send("cpu,host=a load=1.5,idle=97i 1700000000000000000\nsync\n")
                #expect(try client.line() == "ok 2")
                try client.send("cpu,host=a load=2.5 1700000001000000000\nno line at all\nsync\nsync\n")
                #expect(try client.line() == "ok 3")
                #expect(try client.line() == "ok 3")
                let found = try daemon.samples("cpu_load")
                #expect(
                    found["cpu_load{host=a}"]?.timestamps == [1_700_000_000_000_000_000, 1_700_000_001_000_000_000])
                #expect(found["cpu_load{host=a}"]?.values == [1.5, 2.5])
                #expect(try daemon.status().ingest?.bad_lines == 1)
            }
        }

        @Test("a last line without a newline counts when the client closes")
        func lastLine() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                do {
                    let client = try daemon.ingest()
                    try client.send("m value=1 1700000000000000000\nm value=2 1700000001000000000")
                    client.endInput()
                    try client.waitForEnd()
                }
                try wait(for: "both samples") { try daemon.status().store?.points == 2 }
            }
        }

        @Test("a client that has sent all and closed its side still gets the answer to its sync")
        func halfClosed() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                try client.send("m value=1 1700000000000000000\nsync\n")
                client.endInput()
                #expect(try client.line() == "ok 1")
                #expect(try client.line() == nil)
            }
        }

        @Test("Telegraf's own sequence of requests works on one kept connection")
        func telegraf() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let api = try daemon.api()
                #expect(try api.get("/ping").status == 204)
                #expect(try api.request("HEAD", "/ping").status == 204)
                let created = try api.post("/query?q=CREATE%20DATABASE%20%22telegraf%22")
                #expect(created.status == 200)
                #expect(created.text == #"{"results":[{"statement_id":0}]}"#)
                let inForm = try api.post(
                    "/query", Array("q=CREATE+DATABASE+%22telegraf%22".utf8),
                    headers: ["Content-Type": "application/x-www-form-urlencoded"])
                #expect(inForm.status == 200)
                let lines = (0..<500).map { "disk,host=a,path=/ used=\($0)i,total=1000i \(1_700_000_000 + $0)\n" }
                    .joined()
                let packed = try Tool.run(["gzip", "-c"], in: daemon.folder, input: Array(lines.utf8)).output
                let written = try api.post(
                    "/write?db=telegraf&precision=s", packed,
                    headers: [
                        "Content-Encoding": "gzip", "Content-Type": "text/plain; charset=utf-8",
                        "User-Agent": "Telegraf/1.32.0",
                    ])
                #expect(written.status == 204, "\(written.text)")
                // Packed as it goes, the body comes in chunks.
                let more = "disk,host=a,path=/ used=500i,total=1000i 1700000500\n"
                let chunk = try Tool.run(["gzip", "-c"], in: daemon.folder, input: Array(more.utf8)).output
                let chunked = try api.post(
                    "/write?db=telegraf&precision=s", inChunks: [Array(chunk.prefix(9)), Array(chunk.dropFirst(9))],
                    headers: ["Content-Encoding": "gzip"])
                #expect(chunked.status == 204, "\(chunked.text)")
                #expect(try api.get("/ping").headers["x-influxdb-version"] != nil)
                let used = try daemon.samples("disk_used")["disk_used{host=a,path=/}"]
                let isWhole = used?.values == (0...500).map(Double.init)
                #expect(isWhole)
            }
        }

        @Test("100-continue is answered at once, so that curl does not wait its second before a large body")
        func continues() throws {
            guard Tool.exists("curl") else { return print("skipped: there is no curl here") }
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let lines = (0..<60_000).map { "m,host=a value=\($0) \(1_700_000_000_000 + $0)\n" }.joined()
                try Files.write(lines, to: daemon.folder + "/body")
                #expect(lines.utf8.count > 1 << 20)
                let result = try Tool.run(
                    [
                        "curl", "-sv", "--unix-socket", daemon.apiPath, "-H", "Expect: 100-continue", "--data-binary",
                        "@\(daemon.folder)/body", "-w", "%{http_code} %{time_total} %{time_pretransfer}",
                        "http://localhost/write?precision=ms",
                    ], in: daemon.folder)
                #expect(result.text.hasPrefix("204 "), "\(result.text) \(result.errors)")
                #expect(result.errors.contains("100 Continue"))
                // curl gives up waiting after 1 s, and says so.
                #expect(!result.errors.lowercased().contains("done waiting for 100-continue"))
                #expect(try daemon.status().store?.points == 60_000)
            }
        }

        @Test("a body above limits.body is 413, packed or not, and a gzip bomb is one too")
        func tooLarge() throws {
            try DaemonUnderTest.with(configuration: "limits: {body: 64KiB}\n") { daemon in
                try daemon.start()
                let lines = [UInt8](String(repeating: "m value=1 1700000000000000000\n", count: 4000).utf8)
                let plain = try daemon.api().post("/write", lines)
                #expect(plain.status == 413)
                #expect(plain.error.contains("limits.body (65536 bytes)"))
                let zeros = [UInt8](repeating: 10, count: 50_000_000)
                let bomb = try Tool.run(["gzip", "-9c"], in: daemon.folder, input: zeros).output
                #expect(bomb.count < 60_000)
                let reply = try daemon.api().post("/write", bomb, headers: ["Content-Encoding": "gzip"])
                #expect(reply.status == 413)
                let damaged = try daemon.api().post(
                    "/write", [0x1F, 0x8B, 8, 0, 1, 2, 3], headers: ["Content-Encoding": "gzip"])
                #expect(damaged.status == 400)
                #expect(damaged.error.contains("gzip"))
                #expect(try daemon.status().state == "running")
            }
        }

        @Test("a partial write is 400 that names the first bad line and how many points were accepted")
        func partial() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let api = try daemon.api()
                let reply = try api.post(
                    "/write?precision=s",
                    "m value=1 1700000000\nm value= 1700000001\nm value=3 1700000002\nm value=x 1\n")
                #expect(reply.status == 400)
                #expect(reply.error.hasPrefix("partial write: line 2, column 9: missing field value"), "\(reply.error)")
                #expect(reply.error.hasSuffix("dropped=2, 2 points accepted"), "\(reply.error)")
                #expect(reply.headers["x-influxdb-error"] == reply.error)
                #expect(try daemon.samples("m")["m"]?.values == [1, 3])
                let none = try api.post("/write", "nonsense\n")
                #expect(none.status == 400 && none.error.hasPrefix("line 1, column"), "\(none.error)")
                let precision = try api.post("/write?precision=fortnight", "m value=1 1\n")
                #expect(precision.status == 400 && precision.error.contains("fortnight"))
            }
        }
    }
}
