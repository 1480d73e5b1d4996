// The daemon among signals, configurations and clients: it stops whatever a silent client does, a broken configuration
// keeps the old one, and scripts can tell from exit codes what was wrong.

import Glibc
import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Stopping, reloading, exit codes") struct LifeTests {
        @Test("a mute client on each socket does not hold up the stop beyond five seconds, and its lines are kept")
        func mute() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let mute = try daemon.ingest()
                try mute.send("m value=1 1700000000000000000\n")
                let half = try UnixClient(daemon.apiPath)
                try half.send("POST /write HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nm value=2")
                let idle = try UnixClient(daemon.apiPath)
                try wait(for: "the line of the mute client") { try daemon.status().ingest?.points == 1 }
                let begin = ContinuousClock.now
                let ending = try daemon.stop()
                let seconds = begin.duration(to: .now) / .seconds(1)
                #expect(ending == .exit(0))
                #expect(seconds < 5.5, "\(seconds) s")
                withExtendedLifetime((mute, half, idle)) {}
                try daemon.start()
                #expect(try daemon.samples("m")["m"]?.values == [1])
            }
        }

        @Test("half a line that a stop cuts off is no sample")
        func cutOff() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                try client.send("m value=1 1700000000000000000\nm value=12")
                try wait(for: "the whole line") { try daemon.status().ingest?.points == 1 }
                #expect(try daemon.stop() == .exit(0))
                withExtendedLifetime(client) {}
                try daemon.start()
                #expect(try daemon.samples("m")["m"]?.values == [1])
            }
        }

        @Test("lines that were sent before SIGTERM and read by the daemon are all committed")
        func drains() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                for k in 0..<20_000 { try client.send("m value=\(k) \(1_700_000_000_000_000_000 + k * 1_000_000)\n") }
                try wait(for: "all lines to be read") { try daemon.status().ingest?.points == 20_000 }
                #expect(try daemon.stop() == .exit(0))
                try daemon.start()
                let isWhole = try daemon.samples("m")["m"]?.values == (0..<20_000).map(Double.init)
                #expect(isWhole)
            }
        }

        @Test("in the middle of a catch-up with trainings it stops within five seconds and goes on after its restart")
        func busy() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let end = wallNanoseconds() / 60_000_000_000
                var random = SeededRandom(seed: 4)
                let lines = (0..<500).map { k in
                    (0..<6).map { id in
                        "busy,id=\(id) value=\(Double.random(in: 0...9, using: &random)) \((end - 500 + Int64(k)) * 60)\n"
                    }.joined()
                }
                #expect(try daemon.api().post("/write?precision=s", lines.joined()).status == 204)
                try wait(for: "a training to run") {
                    let training = try daemon.status().training
                    return (training?.running ?? 0) + Int(training?.done ?? 0) > 0
                }
                let begin = ContinuousClock.now
                #expect(try daemon.stop() == .exit(0))
                #expect(begin.duration(to: .now) < .seconds(5.5))
                try daemon.start()
                #expect(try daemon.status().store?.points == 3000)
                // The trainer is a guest: beside other work it may get a hundredth of a core.
                try wait(for: "the catch-up to end", upTo: 600) {
                    let status = try daemon.status()
                    return status.forecasts?.grids == 6 && status.training?.queued == 0
                        && (status.waiting ?? []).allSatisfy { !$0.contains("catching up") }
                }
            }
        }

        @Test("a stop whose time is over before all is done is exit 0, and what was accepted is there afterwards")
        func late() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                let end = wallNanoseconds() / 60_000_000_000
                let lines = (0..<20_000).map {
                    "late,id=\($0 % 50) value=\($0 * 7919 % 101) \((end - 400 + Int64($0) / 50) * 60)\n"
                }
                #expect(try daemon.api().post("/write?precision=s", lines.joined()).status == 204)
                let child = try #require(daemon.child)
                child.signal(SIGTERM)
                child.signal(SIGSTOP)
                let begin = ContinuousClock.now
                try wait(for: "the time for stopping to be over") { begin.duration(to: .now) > .seconds(4.5) }
                child.signal(SIGCONT)
                #expect(try child.wait(upTo: 10) == .exit(0))
                try daemon.start()
                #expect(try daemon.status().store?.points == 20_000)
            }
        }

        @Test("a second SIGINT ends the process at once, and the store is whole")
        func secondInterrupt() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                #expect(try daemon.api().post("/write", "m value=1 1700000000000000000\n").status == 204)
                // A request in flight holds the stop up.
                let half = try UnixClient(daemon.apiPath)
                try half.send("POST /write HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nm value=2")
                try wait(for: "the request to be taken") { try daemon.api().get("/-/ready").status == 200 }
                let child = try #require(daemon.child)
                child.signal(SIGINT)
                try wait(for: "the stop to begin") { (try? daemon.ingest()) == nil }
                let begin = ContinuousClock.now
                child.signal(SIGINT)
                _ = try child.wait(upTo: 10)
                #expect(begin.duration(to: .now) < .seconds(2))
                withExtendedLifetime(half) {}
                try daemon.start()
                #expect(try daemon.samples("m")["m"]?.values == [1])
            }
        }

        @Test("SIGHUP with a broken file keeps the old configuration and shows its place; a good one clears that")
        func reload() throws {
            try DaemonUnderTest.with(configuration: "limits: {new_series_per_minute: 3}\n") { daemon in
                try daemon.start()
                let child = try #require(daemon.child)
                let client = try daemon.ingest()
                func admitted(_ name: String) throws -> Int {
                    try client.send(
                        (0..<9).map { "\(name),id=\($0) value=1 1700000000000000000\n" }.joined() + "sync\n")
                    _ = try client.line()
                    return try daemon.samples("\(name)").count
                }
                #expect(try admitted("a") == 3)
                try Files.write("limits:\n  new_series_per_minutes: 100\n", to: daemon.configurationPath)
                child.signal(SIGHUP)
                let place = "\(daemon.configurationPath):2:3: limits.new_series_per_minutes"
                try wait(for: "the warning in status") { try daemon.status().warnings.contains { $0.contains(place) } }
                #expect(daemon.log.contains(place))
                #expect(daemon.log.contains("new_series_per_minute?"), "what was meant: \(daemon.log)")
                #expect(try daemon.status().state == "running, with warnings")
                let refused = try daemon.api().post("/v1/admin/reload")
                #expect(refused.status == 422 && refused.error.contains(place), "\(refused.text)")
                try Files.write("limits: {new_series_per_minute: 100}\n", to: daemon.configurationPath)
                child.signal(SIGHUP)
                try wait(for: "the warning to go") { try daemon.status().warnings.allSatisfy { !$0.contains(place) } }
                #expect(try admitted("c") == 9)
                // The client was not dropped by either.
                try client.send("sync\n")
                #expect(try client.line() == "ok 12")
            }
        }

        @Test("an unknown key at the start is exit 78 with its place, from run and from check-config")
        func unknownKey() throws {
            try DaemonUnderTest.with(configuration: "store:\n  retention: 400d\n  grup_commit: 1s\n") { daemon in
                try daemon.launch()
                #expect(try daemon.child?.wait(upTo: 30) == .exit(78))
                #expect(daemon.log.contains("\(daemon.configurationPath):3:3: store.grup_commit"), "\(daemon.log)")
                let check = try daemon.run("check-config", daemon.configurationPath)
                #expect(check.ending == .exit(78))
                #expect(check.errors.contains("group_commit"), "\(check.errors)")
            }
        }

        @Test("clients leave with 69 where no daemon is, 77 where they may not, 1 where nothing matches")
        func clientCodes() throws {
            try DaemonUnderTest.with { daemon in
                let nobody = try daemon.run("status")
                #expect(nobody.ending == .exit(69))
                #expect(nobody.errors.contains("forecastd run"), "\(nobody.errors)")
                try daemon.start()
                #expect(try daemon.run("status").ending == .exit(0))
                let nothing = try daemon.run("forecast", "no_such_series")
                #expect(nothing.ending == .exit(1), "\(nothing.errors)")
                let firing = try daemon.run("alerts", "--fail-if-firing")
                #expect(firing.ending == .exit(0), "\(firing.errors)")
                if geteuid() == 0, Tool.exists("setpriv") {
                    _ = unsafe chmod(daemon.folder, 0o755)
                    let stranger = try Tool.run(
                        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", "/dev/null"],
                        in: daemon.folder)
                    #expect(stranger.ending == .exit(0))
                    // A socket of root's group helps no member of a group; one of another group (1) does.
                    for (group, advice) in [(gid_t(0), "with sudo"), (1, "usermod -aG ")] {
                        _ = unsafe chown(daemon.apiPath, 0, group)
                        let refused = try Tool.run(
                            [
                                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", DaemonUnderTest.binary,
                                "status", "--socket", daemon.apiPath,
                            ], in: daemon.folder)
                        // Where the binary itself lies out of reach there is nothing to be said.
                        if refused.ending != .exit(126), refused.ending != .exit(127), refused.ending != .exit(1) {
                            #expect(refused.ending == .exit(77), "\(refused.errors)")
                            #expect(refused.errors.contains(advice), "\(refused.errors)")
                            #expect(refused.errors.contains("usermod") == (group != 0), "\(refused.errors)")
                            #expect(!refused.errors.contains("uid "), "\(refused.errors)")
                        }
                    }
                } else {
                    print("skipped: a client without permission needs root and setpriv")
                }
            }
        }

        @Test("an import whose daemon dies is exit 69 with a sentence, and the same import later makes it whole")
        func interruptedImport() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                // A sample each millisecond: many rows, few bins.
                let rows = (0..<150_000).map { "m,\(1_700_000_000 + Double($0) / 1000),\($0 % 97)\n" }.joined()
                try Files.write("series,timestamp,value\n" + rows, to: daemon.folder + "/history.csv")
                let command = [DaemonUnderTest.binary, "import", daemon.folder + "/history.csv"]
                let client = try Child(
                    command, environment: ["FORECASTD_SOCKET": daemon.apiPath], errors: daemon.folder + "/errors")
                try wait(for: "the first samples") { try daemon.status().ingest?.points ?? 0 > 0 }
                daemon.kill()
                #expect(try client.wait(upTo: 30) == .exit(69))
                let errors = String(decoding: try Files.read(daemon.folder + "/errors"), as: UTF8.self)
                #expect(errors.contains("broke off"), "\(errors)")
                try daemon.start()
                let again = try daemon.api().post(
                    "/v1/import?format=csv", try Files.read(daemon.folder + "/history.csv"), upTo: 240)
                #expect(again.status == 200, "\(again.text.suffix(300))")
                #expect(try daemon.samples("m")["m"]?.byTime().count == 150_000)
            }
        }

        @Test("sql reads the store while the daemon runs and when it does not, and cannot change it")
        func sql() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                #expect(try daemon.api().post("/write", "m,host=a value=1 1700000000000000000\n").status == 204)
                let query = "SELECT series, kind FROM v_series"
                for life in ["running", "killed", "stopped"] {
                    if life == "killed" { daemon.kill() }
                    if life == "stopped" {
                        try daemon.start()
                        try daemon.stop()
                    }
                    let arguments = life == "running" ? ["sql", query] : ["sql", "--store", daemon.store, query]
                    let result = try Tool.run(
                        [DaemonUnderTest.binary] + arguments, in: daemon.folder,
                        environment: ["FORECASTD_SOCKET": daemon.apiPath])
                    #expect(result.ending == .exit(0), "\(result.errors)")
                    #expect(result.text.contains("m{host=a}") && result.text.contains("gauge"), "\(result.text)")
                }
                let change = try Tool.run(
                    [DaemonUnderTest.binary, "sql", "--store", daemon.store, "DELETE FROM series"], in: daemon.folder)
                #expect(change.ending != .exit(0))
                let wrong = try Tool.run(
                    [DaemonUnderTest.binary, "sql", "--store", daemon.store, "SELECT x FROM nowhere"],
                    in: daemon.folder)
                #expect(wrong.ending != .exit(0) && wrong.errors.contains("nowhere"), "\(wrong.errors)")
            }
        }
    }
}
