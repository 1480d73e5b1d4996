// Imports that do not go well: rows that make no sense, a signal in the middle, a daemon that stops.

import Glibc
import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Imports") struct ImportTests {
        private static let start: Int64 = 1_700_000_000_000_000_000
        private static let quiet = "training: {enabled: false}\n"

        @Test("an import that has lost rows is exit 65 and says how many, what is good is stored")
        func importedInPart() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                let csv = daemon.folder + "/part.csv"
                let bad = (0..<30).map { "m,yesterday,\($0)\n" }.joined()
                try Files.write("series,timestamp,value\nm,1700000000,1\n\(bad)m,1700000001,2\n", to: csv)
                let part = try daemon.run("import", csv)
                #expect(part.ending == .exit(65))
                #expect(part.text == "imported 2 samples of 1 series\n", "\(part.text)")
                #expect(part.errors.contains("line 3: "), "\(part.errors)")
                let end = "forecastd: 2 samples stored, 30 rows refused; the first 20 reasons are above\n"
                #expect(part.errors.hasSuffix(end), "\(part.errors)")
                #expect(try daemon.run("import", csv, "--json").ending == .exit(65))
                #expect(try daemon.run("import", csv, "--dry-run").ending == .exit(65))
                #expect(try daemon.samples("m")["m"]?.values == [1, 2])
                // Every line counts, also where one reason is told for many.
                let lines = daemon.folder + "/part.lp"
                let wrong = String(repeating: "m value=x 1700000000000000000\n", count: 100)
                try Files.write(wrong + "m value=3\n", to: lines)
                let influx = try daemon.run("import", lines)
                let none = "nothing was imported: not one of 101 rows is good\n"
                #expect(influx.errors.hasSuffix(none), "\(influx.errors)")
            }
        }

        @Test(
            "an import that a signal ends says how much is stored, and ends by the signal",
            arguments: [SIGINT, SIGTERM])
        func interruptedImport(signal: Int32) throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                let pipe = daemon.folder + "/pipe"
                let piped = unsafe mkfifo(pipe, 0o600)
                try #require(piped == 0)
                let errors = daemon.folder + "/errors"
                let child = try Child(
                    [DaemonUnderTest.binary, "import", pipe, "--format", "influx", "--json"],
                    environment: ["FORECASTD_SOCKET": daemon.apiPath], output: daemon.folder + "/output", errors: errors
                )
                defer { child.killNow() }
                // Opened for both ends, it waits for nobody.
                let file = unsafe open(pipe, O_RDWR)
                defer { close(file) }
                func write(_ text: String) {
                    let bytes = Array(text.utf8)
                    let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
                    #expect(count == bytes.count)
                }
                // A line of progress comes with what is sent a second after the last.
                var k: Int64 = 0
                try wait(for: "samples that are told as stored") {
                    k += 1
                    write("m value=\(k) \(Self.start + k)\n")
                    let said = (try? Files.read(daemon.folder + "/output")) ?? []
                    return String(decoding: said, as: UTF8.self).contains("\"samples\":")
                }
                child.signal(signal)
                #expect(try child.wait(upTo: 20) == .signal(signal))
                let said = String(decoding: try Files.read(errors), as: UTF8.self)
                let name = signal == SIGINT ? "SIGINT" : "SIGTERM"
                #expect(said.contains("forecastd: ended by \(name): "), "\(said)")
                let told = said.split(separator: " ").dropFirst(4).first.flatMap { Int($0) } ?? 0
                #expect(told > 0, "\(said)")
                #expect(try daemon.samples("m")["m"]?.values.count ?? 0 >= told)
            }
        }

        @Test("a JSON line of many megabytes is stored whole, and costs the daemon less than four times its size")
        func longLine() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                let count = 400_000
                let times = (0..<count).map { String(1_700_000_000_000 + $0) }.joined(separator: ",")
                let values = (0..<count).map { String($0 % 1000) }.joined(separator: ",")
                let line = "{\"metric\":{\"__name__\":\"m\"},\"values\":[\(values)],\"timestamps\":[\(times)]}\n"
                let before = daemon.memory().resident
                let reply = try daemon.api().post("/v1/import?format=jsonl", Array(line.utf8), upTo: 300)
                #expect(reply.status == 200 && reply.text.contains("\"samples\":\(count)"), "\(reply.text.suffix(300))")
                let peak = daemon.memory().peak - before
                #expect(peak * 1024 < line.utf8.count * 4 + 16_000_000, "\(peak) kB for \(line.utf8.count) bytes")
                print("\(peak) kB for \(line.utf8.count) bytes")
                #expect(try daemon.status().store?.points == Int64(count))
            }
        }

        @Test("an import that a stopping daemon cuts says how much is stored, and that it is to be tried again")
        func importAtStop() throws {
            try DaemonUnderTest.with(configuration: Self.quiet) { daemon in
                try daemon.start()
                let pipe = daemon.folder + "/pipe"
                let piped = unsafe mkfifo(pipe, 0o600)
                try #require(piped == 0)
                let errors = daemon.folder + "/errors"
                let child = try Child(
                    [DaemonUnderTest.binary, "import", pipe, "--format", "influx"],
                    environment: ["FORECASTD_SOCKET": daemon.apiPath], errors: errors)
                defer { child.killNow() }
                let file = unsafe open(pipe, O_RDWR)
                defer { close(file) }
                let bytes = Array("m value=1 \(Self.start)\n".utf8)
                let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
                try #require(count == bytes.count)
                try wait(for: "the sample") { try daemon.status().ingest?.points == 1 }
                #expect(try daemon.stop() == .exit(0))
                // The client reads its file, and learns of the end with the next piece.
                try wait(for: "the client's end") {
                    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
                    return child.ending != nil
                }
                let said = String(decoding: try Files.read(errors), as: UTF8.self)
                #expect(child.ending == .exit(75), "\(said)")
                #expect(said.contains("samples of the file are stored for certain"), "\(said)")
            }
        }
    }
}
