// What clients send by mistake: each is answered clearly, counted, and does nothing to the client's next line or to
// others.

import Glibc
import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Bad input") struct BadInputTests {
        /// What a line is refused with, over HTTP.
        static let lines: [(line: String, sentence: String)] = [
            ("m", "missing fields"),
            (",host=a value=1", "missing measurement"),
            ("m,host value=1", "invalid tag format"),
            ("m,host= value=1", "missing tag value"),
            ("m,a=1,a=2 value=1", "doubled tag"),
            ("m,__name__=x value=1", "reserved tag"),
            ("m value", "invalid field format"),
            ("m value=1,", "missing field key"),
            ("m value=1.2.3", "invalid number"),
            ("m value=NaN", "not a finite number"),
            ("m value=+Inf", "not a finite number"),
            ("m value=9007199254740993i", "integer that no double holds exactly"),
            ("m value=18446744073709551615u", "integer that no double holds exactly"),
            ("m value=\"never closed", "unbalanced quotes"),
            ("m value=1 yesterday", "bad timestamp"),
            ("m value=1 253370764800000000000", "timestamp"),
            ("m value=1 9000000000000000000", "timestamp in the future"),
        ]

        @Test("a bad line is refused over HTTP with its place and its reason, whatever is wrong with it")
        func sentences() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let api = try daemon.api()
                for (line, sentence) in Self.lines {
                    let reply = try api.post("/write", line + "\n")
                    #expect(reply.status == 400, "\(line)")
                    #expect(reply.error.hasPrefix("line 1, column "), "\(line): \(reply.error)")
                    #expect(reply.error.contains(sentence), "\(line): \(reply.error)")
                }
                // Year 9999 in seconds is in range as a number, and in the future.
                let future = try api.post("/write?precision=s", "m value=1 253370764800\n")
                #expect(future.status == 400 && future.error.contains("timestamp"), "\(future.error)")
                #expect(try daemon.status().store?.points == 0)
                #expect(try api.post("/write", "m value=9007199254740992i 1700000000000000000\n").status == 204)
            }
        }

        @Test(
            "after bad lines, binary bytes and a line of 10 MB a connection goes on and its sync counts what was good")
        func goesOn() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                for (line, _) in Self.lines where !line.contains("\"") { try client.send(line + "\n") }
                try client.send("good value=1 1700000000000000000\n")
                var random = SeededRandom(seed: 7)
                let binary = (0..<500_000).map { _ in UInt8.random(in: 0...255, using: &random) }
                try client.send(binary + [10])
                try client.send("good value=2 1700000001000000000\n")
                try client.send([UInt8](repeating: UInt8(ascii: "x"), count: 10_000_000) + [10])
                try client.send("good value=3 1700000002000000000\nsync\n")
                #expect(try client.line() == "ok 3")
                #expect(try daemon.samples("good")["good"]?.values == [1, 2, 3])
                let status = try daemon.status()
                #expect(status.store?.points == 3)
                #expect(status.ingest?.refused["line too long"] != nil, "\(status.ingest?.refused ?? [:])")
                // The peer is named, and a broken client does not fill the log.
                #expect(daemon.log.contains("ingest, uid "))
                #expect(daemon.log.utf8.count < 100_000)
            }
        }

        @Test("a line of 10 MB over HTTP is 400, its neighbours are stored, and memory stays where it was")
        func longLine() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let before = daemon.memory().resident
                let long = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000_000)
                let reply = try daemon.api().post(
                    "/write",
                    Array("a value=1 1700000000000000000\n".utf8) + long
                        + Array("\nb value=2 1700000000000000000\n".utf8))
                #expect(reply.status == 400)
                #expect(reply.error.contains("line 2") && reply.error.contains("line too long"), "\(reply.error)")
                #expect(reply.error.hasSuffix("2 points accepted"), "\(reply.error)")
                #expect(daemon.memory().peak - before < 40_000, "\(before) kB before, \(daemon.memory()) kB")
            }
        }

        @Test("50 000 new series from one client meet the limit, known series go on, and the client is named in status")
        func manySeries() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let other = try daemon.ingest()
                try other.send("known value=1 1700000000000000000\nsync\n")
                #expect(try other.line() == "ok 1")
                let flood = (0..<50_000).map { "flood,id=\($0) value=1 1700000000000000000\n" }.joined()
                let reply = try daemon.api().post("/write", flood)
                #expect(reply.status == 400)
                #expect(reply.error.contains("limits.new_series_per_minute"), "\(reply.error)")
                try other.send("known value=2 1700000001000000000\nsync\n")
                #expect(try other.line(upTo: 5) == "ok 2")
                let status = try daemon.status()
                // A flood that crosses a full minute is admitted twice.
                #expect((status.store?.series ?? 0) <= 2001)
                #expect(
                    status.warnings.contains {
                        $0.contains("limits.new_series_per_minute (1000)") && $0.hasPrefix("uid ")
                    },
                    "\(status.warnings)")
                #expect(try daemon.samples("known")["known"]?.values == [1, 2])
            }
        }

        @Test("what is not HTTP on the API socket, and HTTP on the ingest socket, harms nobody")
        func wrongSocket() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let confused = try daemon.api()
                #expect(try confused.get("/v1/nothing").status == 404)
                let raw = try UnixClient(daemon.apiPath)
                try raw.send("cpu value=1\nsync\n")
                #expect(try raw.line() == "HTTP/1.1 400 Bad Request\r")
                while let line = try raw.line(), line != "\r" {}
                let body = String(decoding: try raw.bytes(10_000), as: UTF8.self)
                #expect(body.hasPrefix("{\"error\":\"the request is not HTTP/1.1"), "\(body)")
                #expect(body.contains("invalid"), "\(body)")
                let http = try HTTPClient(daemon.ingestPath)
                #expect(throws: ProcessFailure.self) { try http.get("/ping", upTo: 1) }
                #expect(try daemon.status().state == "running")
            }
        }

        @Test("clients that come and go, or leave in the middle of an answer, cost no descriptor and no daemon")
        func comeAndGo() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let lines = (0..<50_000).map { "m value=\($0) \(1_700_000_000 + $0)\n" }.joined()
                #expect(try daemon.api().post("/write?precision=s", lines).status == 204)
                let before = daemon.descriptors()
                for _ in 0..<200 { try daemon.ingest().send("half a li") }
                for _ in 0..<40 {
                    // The answer is about 1 MB; nobody reads it.
                    try UnixClient(daemon.apiPath).send("GET /v1/samples?match=m&from=0 HTTP/1.1\r\nHost: a\r\n\r\n")
                    try UnixClient(daemon.apiPath).send(
                        "POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nm va")
                }
                try wait(for: "all descriptors to be closed") { daemon.descriptors() <= before + 2 }
                #expect(try daemon.samples("m")["m"]?.values.count == 50_000)
                #expect(try daemon.status().state == "running")
            }
        }

        @Test("more connections than the limit are closed, and there is room again when others leave")
        func connections() throws {
            try DaemonUnderTest.with(configuration: "limits: {connections: 8}\n") { daemon in
                try daemon.start()
                // The last eighth is kept for other users.
                var clients = try (0..<7).map { _ in try daemon.ingest() }
                for client in clients { try client.send("m value=1\nsync\n") }
                for client in clients { #expect(try client.line() == "ok 1") }
                let surplus = try daemon.ingest()
                try surplus.waitForEnd(upTo: 10)
                let status = try daemon.status()
                #expect(status.ingest?.clients.map(\.connections) == [7], "\(status.ingest?.clients ?? [])")
                let holder = "7 by uid \(geteuid()) (pid \(getpid()))"
                #expect(status.warnings.contains { $0.contains(holder) }, "\(status.warnings)")
                #expect(daemon.log.contains(holder), "\(daemon.log)")
                clients.removeLast(4)
                try wait(for: "room for a new client") {
                    let client = try daemon.ingest()
                    guard (try? client.send("m value=2\nsync\n")) != nil else { return false }
                    return try client.line() == "ok 1"
                }
            }
        }

        @Test("mute clients give their places to new ones, and one in the middle of a line keeps its own")
        func mute() throws {
            try DaemonUnderTest.with(configuration: "limits: {connections: 8}\n") { daemon in
                try daemon.start()
                let halfway = try daemon.ingest()
                try halfway.send("m value=1\nsync\nm val")
                #expect(try halfway.line() == "ok 1")
                let mute = try (0..<6).map { _ in try daemon.ingest() }
                // Refused, until the mute ones have been so for a second.
                try wait(for: "a place of a mute client", upTo: 20) {
                    let client = try daemon.ingest()
                    guard (try? client.send("m value=2\nsync\n")) != nil else { return false }
                    return try client.line() == "ok 1"
                }
                try mute[0].waitForEnd(upTo: 10)
                try halfway.send("ue=3\nsync\n")
                #expect(try halfway.line() == "ok 2")
                withExtendedLifetime(mute) {}
            }
        }
    }
}
