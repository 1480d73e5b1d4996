// What the command line does with values, files and daemons that are just as they should be, or not at all.

import Glibc
import TestSupport
import Testing

extension ProcessSuite {
    @Suite("The clients") struct ClientTests {
        private static let start: Int64 = 1_700_000_000_000_000_000
        private static let quiet = "training: {enabled: false}\n"

        private static func fill(_ daemon: DaemonUnderTest) throws {
            let lines = (0..<600).map { "m,host=a value=\($0) \(start + Int64($0) * 1_000_000_000)\n" }.joined()
            let reply = try daemon.api().post("/write", lines)
            guard reply.status == 204 else { throw ProcessFailure("\(reply.status) \(reply.text)") }
        }

        /// Kind and rights of what a name itself is; links are not followed.
        private static func mode(_ path: String) -> mode_t {
            var status = stat()
            return unsafe lstat(path, &status) == 0 ? status.st_mode : 0
        }

        @Test("lengths of time are taken as they are documented")
        func lengths() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                try Self.fill(daemon)
                for step in ["5m", "300s", "1h30m", "1d"] {
                    let query = try daemon.run("query", "m", "--from", "1700000000", "--step", step)
                    #expect(query.ending == .exit(0) && !query.text.isEmpty, "\(step): \(query.errors)")
                }
                let means = try daemon.run("query", "m", "--from", "1700000000", "--step", "1m").text
                #expect(means.split(separator: "\n").count == 11, "\(means)")
                for horizon in ["2h", "90s", "1d12h"] {
                    let forecast = try daemon.run("forecast", "m", "--horizon", horizon)
                    #expect(forecast.ending == .exit(0), "\(horizon): \(forecast.errors)")
                }
                #expect(try daemon.run("query", "m", "--step", "5").ending == .exit(64))
            }
        }

        @Test("an export goes through pipes and links to where they lead, and to no file of another's")
        func output() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                try Self.fill(daemon)
                let expected = try daemon.run("export", "m").text

                let pipe = daemon.folder + "/pipe"
                let piped = unsafe mkfifo(pipe, 0o600)
                try #require(piped == 0)
                let reader = try Child(["cat", pipe], output: daemon.folder + "/read")
                #expect(try daemon.run("export", "m", "-o", pipe, upTo: 20).ending == .exit(0))
                try reader.wait(upTo: 20)
                #expect(String(decoding: try Files.read(daemon.folder + "/read"), as: UTF8.self) == expected)
                #expect(Self.mode(pipe) & S_IFMT == S_IFIFO, "the pipe was replaced")

                // A link to a file, and one to a file that is not there yet.
                for (link, target) in [("one", "target"), ("two", "new")] {
                    if link == "one" {
                        try Files.write("old", to: daemon.folder + "/" + target)
                        _ = unsafe chmod(daemon.folder + "/" + target, 0o600)
                    }
                    let made = unsafe symlink(target, daemon.folder + "/" + link)
                    try #require(made == 0)
                    #expect(try daemon.run("export", "m", "-o", daemon.folder + "/" + link).ending == .exit(0))
                    #expect(Self.mode(daemon.folder + "/" + link) & S_IFMT == S_IFLNK, "the link \(link) was replaced")
                    let read = try Files.read(daemon.folder + "/" + target)
                    #expect(String(decoding: read, as: UTF8.self) == expected)
                }
                #expect(Self.mode(daemon.folder + "/target") & 0o777 == 0o600)

                // Somebody's file of a name that might be ours for a moment.
                let file = daemon.folder + "/out"
                try Files.write("not yours", to: file + ".unfinished")
                #expect(try daemon.run("export", "m", "-o", file).ending == .exit(0))
                #expect(try Files.read(file + ".unfinished") == Array("not yours".utf8))
                #expect(try daemon.run("export", "lode", "-o", file).ending == .exit(1))
                #expect(String(decoding: try Files.read(file), as: UTF8.self) == expected)
                let names = try Tool.run(["ls", daemon.folder], in: daemon.folder).text.split(separator: "\n")
                #expect(names.filter { $0.contains("unfinished") } == ["out.unfinished"])
            }
        }

        @Test("every failure has the exit code that is documented, and a sentence of its own")
        func exitCodes() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                try Self.fill(daemon)
                func expect(_ code: Int32, _ words: String, _ result: Tool.Result) {
                    #expect(result.ending == .exit(code), "\(result.errors)")
                    #expect(result.errors.contains(words), "\(result.errors)")
                    #expect(!result.errors.contains("Database.execute"), "\(result.errors)")
                }
                expect(64, "statsu is no command; near: status", try daemon.run("statsu"))
                expect(64, "lists them", try daemon.run("xyzzy", "--json"))
                expect(66, "No such file", try daemon.run("import", "/nosuch"))
                let bad = daemon.folder + "/bad.csv"
                try Files.write("series,timestamp,value\nm,yesterday,1\nm,today,2\n", to: bad)
                expect(65, "nothing was imported", try daemon.run("import", bad))
                expect(65, "nothing was imported", try daemon.run("import", bad, "--json"))
                expect(73, "exists", try daemon.run("backup", bad))
                expect(65, "syntax error", try daemon.run("sql", "selct 1"))
                expect(65, "no such table", try daemon.run("sql", "select * from nonesuch"))
                expect(65, "one", try daemon.run("sql", "select 1; select 2"))
                let twice = try daemon.run("sql", "--json", "select 1 as a, 2 as a")
                #expect(twice.text == "[{\"a\":1,\"a:1\":2}]\n", "\(twice.text)")
                expect(65, "would change", try daemon.run("sql", "delete from series"))
                // Files that are no store.
                expect(66, "is a folder", try daemon.run("verify", daemon.folder))
                expect(65, "not an SQLite file", try daemon.run("verify", bad))
                expect(65, "not an SQLite file", try daemon.run("verify", bad, "--salvage", daemon.folder + "/new"))
                expect(65, "not an SQLite file", try daemon.run("sql", "--store", bad, "select 1"))
                expect(65, "not an SQLite file", try daemon.run("backup", "--store", bad, daemon.folder + "/copy"))
            }
        }

        @Test("what is wrong with a file is said in text that a terminal may see")
        func printable() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                let file = daemon.folder + "/odd.csv"
                let odd = Array("series,timestamp,value\nm,1700000000,\u{1B}[2J\u{9B}1m\u{202E}x".utf8) + [0xFF, 0x00]
                let long = Array("\nm,1700000000,".utf8) + [UInt8](repeating: UInt8(ascii: "9"), count: 100_000)
                try Files.write(odd + long + Array("x\nm,1700000000,1\n".utf8), to: file)
                for arguments in [["import", file], ["import", file, "--dry-run"]] {
                    let result = try Tool.run(
                        [DaemonUnderTest.binary] + arguments, in: daemon.folder,
                        environment: ["FORECASTD_SOCKET": daemon.apiPath])
                    #expect(result.ending == .exit(65), "\(result.errors)")
                    #expect(result.errors.contains("line 2: \\x1b[2J\\x9b1m\\u{202e}x"), "\(result.errors)")
                    #expect(result.errors.contains("is not a number"))
                    #expect(result.errors.utf8.count < 2000)
                    let controls = result.errors.unicodeScalars.filter {
                        $0.value < 32 && $0 != "\n" || $0.value == 0x9B
                    }
                    #expect(controls.isEmpty)
                }
            }
        }

        @Test(
            "a client whose reader has gone ends by SIGPIPE and says nothing, whatever its parent does about that",
            arguments: [
                "export m", "query m --from 1700000000", "series --all", "status --json", "sql 'select 1'",
                "check-config",
                "import x.csv --json", "--help",
            ])
        func brokenPipe(command: String) throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                guard Tool.exists("bash") else { return print("skipped: there is no bash here") }
                try daemon.start()
                try Self.fill(daemon)
                try Files.write("m,1700000000,1\n", to: daemon.folder + "/x.csv")
                // The reader is waited for, so that nobody reads when the command starts.
                let gone = "cd '\(daemon.folder)'; exec 3> >(exec true); wait $!; "
                for parent in ["", "trap '' PIPE; "] {
                    let result = try Tool.run(
                        ["bash", "-c", "\(gone)\(parent)'\(DaemonUnderTest.binary)' \(command) >&3"], in: daemon.folder,
                        environment: ["FORECASTD_SOCKET": daemon.apiPath])
                    #expect(result.ending == .exit(141), "\(result.ending) \(result.errors)")
                    #expect(result.errors.isEmpty, "\(result.errors)")
                }
                #expect(try daemon.status().state == "running")
            }
        }

        @Test("a store whose folder this user may not read is exit 77 with its path, and is not said to be missing")
        func forbiddenStore() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                try daemon.stop()
                _ = unsafe chmod(daemon.folder, 0o755)
                _ = unsafe chmod(daemon.stateDirectory, 0o700)
                var stranger: [String] = []
                if geteuid() == 0 {
                    guard Tool.exists("setpriv") else { return print("skipped: there is no setpriv here") }
                    stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
                } else {
                    _ = unsafe chmod(daemon.stateDirectory, 0)
                }
                defer { _ = unsafe chmod(daemon.stateDirectory, 0o700) }
                for arguments in [["verify", daemon.store], ["verify"], ["sql", "--store", daemon.store, "select 1"]] {
                    let refused = try Tool.run(
                        stranger + [DaemonUnderTest.binary] + arguments, in: daemon.folder,
                        environment: ["STATE_DIRECTORY": daemon.stateDirectory])
                    // Where the binary itself lies out of reach there is nothing to be said.
                    if [.exit(126), .exit(127), .exit(1)].contains(refused.ending) { return print("skipped") }
                    #expect(refused.ending == .exit(77), "\(refused.errors)")
                    #expect(refused.errors.contains("\(daemon.store): Permission denied"), "\(refused.errors)")
                }
                let missing = try daemon.run("verify", daemon.folder + "/nosuch.db")
                #expect(missing.ending == .exit(66) && missing.errors.contains("no store"), "\(missing.errors)")
            }
        }

        @Test("an unknown path and a wrong method are told so")
        func unknownRoutes() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                let api = try daemon.api()
                let nowhere = try api.get("/v1/nothing")
                #expect(nowhere.status == 404 && nowhere.error == "no such path: /v1/nothing", "\(nowhere.text)")
                #expect(nowhere.headers["content-type"] == "application/json")
                let wrong = try api.post("/v1/series")
                #expect(wrong.status == 405 && wrong.headers["allow"] == "GET", "\(wrong.status) \(wrong.headers)")
                #expect(wrong.error == "/v1/series takes GET, not POST", "\(wrong.text)")
                let accept = try api.get("/v1/alerts/17/accept")
                #expect(accept.status == 405 && accept.headers["allow"] == "POST")
                #expect(try api.post("/ping").headers["allow"] == "GET, HEAD")
                #expect(try api.get("/").status == 404)
                let packed = try api.post("/write", Array("m v=1".utf8), headers: ["Content-Encoding": "deflate"])
                #expect(packed.status == 415 && packed.error.contains("deflate"), "\(packed.text)")
                #expect(try daemon.status().state == "running")
            }
        }

        @Test("idle connections give way to new ones, and one that is asking does not")
        func idleConnections() throws {
            try DaemonUnderTest.with(configuration: "limits: {connections: 8}\n" + Self.quiet) { daemon in
                try daemon.start()
                // The oldest of all, in the middle of a question.
                let busy = try UnixClient(daemon.apiPath)
                try busy.send("POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nm va")
                var idle: [UnixClient] = []
                for _ in 0..<20 {
                    idle.append(try UnixClient(daemon.apiPath))
                    let status = try daemon.run("status")
                    #expect(status.ending == .exit(0), "\(status.errors)")
                }
                try idle[0].waitForEnd(upTo: 10)
                try busy.send("lue=1\n")
                #expect(try busy.line() == "HTTP/1.1 204 No Content\r")
            }
        }

        @Test("a series is found by its name, and near ones are named where there is none")
        func names() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                try Self.fill(daemon)
                func found(_ words: String...) throws -> [String] {
                    let query = "/v1/series?match=" + DaemonUnderTest.escaped(words.joined(separator: " "))
                    let reply = try daemon.api().get(query)
                    return reply.status == 200 ? try reply.decode([SeriesReply].self).map(\.series) : [reply.error]
                }
                #expect(try found("m") == ["m{host=a}"])
                #expect(try found("m", "host=b") == ["no series matches m host=b; near: m{host=a}"])
                let more = "m,host=b value=1 \(Self.start)\nmeter value=2 \(Self.start)\nold value=2 \(Self.start)\n"
                #expect(try daemon.api().post("/write", more).status == 204)
                #expect(try found("m") == ["m{host=a}", "m{host=b}"])
                #expect(try found("m{host=\"b\"}") == ["m{host=b}"])
                #expect(try found("m*", "host=") == ["meter"])
                #expect(try found("metre").first == "no series matches metre; near: meter")
                #expect(try daemon.run("delete", "meter").ending == .exit(0))
                #expect(try daemon.run("rename", "old", "new").ending == .exit(0))
                #expect(try found("new") == ["new"])
                #expect(try found("meter").first?.hasPrefix("no series matches meter") == true)
                // The id of the last one is not given again, in the next life neither.
                #expect(try daemon.api().post("/write", "last value=1 \(Self.start)\n").status == 204)
                #expect(try daemon.run("delete", "last").ending == .exit(0))
                try daemon.stop()
                try daemon.start()
                #expect(try found("m", "host=a") == ["m{host=a}"])
                #expect(try daemon.api().post("/write", "late value=1 \(Self.start)\n").status == 204)
                #expect(try found("late") == ["late"])
                let early = try daemon.run("forecast", "late")
                #expect(early.text == "late: no forecast yet: needs 8 samples (1 so far)\n", "\(early.text)")
                let old = try daemon.run("series", "--json")
                #expect(old.text == "[]\n", "silent for years, and not all were asked for: \(old.text)")
                #expect(try daemon.run("series", "--json", "--all").text.contains("late"))
            }
        }

        @Test("a mute client at a stop is nobody's error")
        func muteAtStop() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                let mute = try UnixClient(daemon.apiPath)
                try mute.send("POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nm va")
                try wait(for: "the request to be there") { daemon.descriptors() > 0 }
                #expect(try daemon.stop() == .exit(0))
                #expect(!daemon.log.contains(" error "), "\(daemon.log)")
                #expect(!daemon.log.contains("CancellationError"), "\(daemon.log)")
            }
        }

        @Test("with a relative folder the store is found from every other one")
        func relativeFolder() throws {
            try DaemonUnderTest.with { daemon in
                let run = "cd '\(daemon.folder)' && exec '\(DaemonUnderTest.binary)' run --state-directory state"
                let child = try Child(
                    ["sh", "-c", run + " --runtime-directory run"], errors: daemon.folder + "/log")
                defer { child.killNow() }
                // Without waiting here: a command waits for a daemon that is opening its store.
                try wait(for: "the socket") { Files.exists(daemon.apiPath) }
                let result = try daemon.run("sql", "select count(*) from v_series")
                #expect(result.ending == .exit(0) && result.text.hasSuffix("\n0\n"), "\(result.text)\(result.errors)")
                child.signal(SIGTERM)
                try child.wait(upTo: 30)
            }
        }
    }
}
