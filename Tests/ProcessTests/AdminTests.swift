// What an administrator does to a store: samples out and in again, deletes, other names, copies, a look at damage. Each
// through the command line of the same binary.

import Glibc
import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Administration") struct AdminTests {
        private static let start: Int64 = 1_700_000_000_000_000_000

        /// Two series of noise and one of decimals, to the nanosecond; written and fsynced.
        private static func fill(_ daemon: DaemonUnderTest, count: Int64 = 3000) throws {
            var random = SeededRandom(seed: 3)
            var lines = ""
            for k in 0..<count {
                let time = start + k * 60_000_000_000
                let noise = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random) & ~(1 << 62))
                lines += "noise,host=a value=\(noise) \(time + k)\n"
                lines += "noise,host=b\\ c,path=/a\\,b value=\(noise / 3) \(time)\n"
                lines += "load one=\(Double(k % 100) / 10) \(time)\n"
            }
            let reply = try daemon.api().post("/write", lines)
            guard reply.status == 204 else { throw ProcessFailure("\(reply.status) \(reply.text)") }
        }

        /// Everything, bit by bit.
        private static func bits(_ daemon: DaemonUnderTest) throws -> [String: [Int64: UInt64]] {
            try daemon.samples(#"{__name__=~".+"}"#).mapValues { try $0.byTime() }
        }

        @Test("what one daemon exports another imports bit by bit", arguments: ["csv", "jsonl", "influx"])
        func roundTrip(format: String) throws {
            try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { one in
                try one.start()
                try Self.fill(one)
                let file = one.folder + "/all." + format
                let export = try one.run("export", #"{__name__=~".+"}"#, "--format", format, "-o", file)
                #expect(export.ending == .exit(0), "\(export.errors)")
                let expected = try Self.bits(one)
                #expect(expected.count == 3)
                try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { other in
                    try other.start()
                    let imported = try other.run("import", file, "--format", format, upTo: 120)
                    #expect(imported.ending == .exit(0), "\(imported.errors)")
                    #expect(try Self.bits(other) == expected)
                }
                // A range, to standard output; a name that is not there.
                let part = try one.run("export", "load_one", "--from", "1700000000", "--to", "1700000061")
                #expect(
                    part.text
                        == "series,timestamp,value\nload_one,2023-11-14T22:13:20Z,0.0\n"
                        + "load_one,2023-11-14T22:14:20Z,0.1\n")
                #expect(try one.run("export", "lode_one").ending == .exit(1))
            }
        }

        @Test("a deleted series is gone with all its rows, and one that still comes in begins anew")
        func delete() throws {
            try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                try client.send("gone,host=a value=1 \(Self.start)\nstays value=2 \(Self.start)\nsync\n")
                #expect(try client.line() == "ok 2")
                try Self.fill(daemon, count: 100)
                let dry = try daemon.run("delete", "gone", "--dry-run")
                #expect(dry.ending == .exit(0) && dry.text.contains("nothing was deleted"), "\(dry.text)\(dry.errors)")
                let range = try daemon.run("delete", "load_one", "--to", "1700000600")
                #expect(range.text.contains("deleted 10 samples of 1 series"), "\(range.text)\(range.errors)")
                #expect(try daemon.samples("load_one")["load_one"]?.timestamps.first == Self.start + 600_000_000_000)
                #expect(try daemon.run("delete", "gone").ending == .exit(0))
                #expect(try daemon.samples("gone").isEmpty)
                // The same connection, which knew the old series by its bytes.
                try client.send("gone,host=a value=7 \(Self.start + 1)\nstays value=3 \(Self.start + 1)\nsync\n")
                #expect(try client.line() == "ok 4")
                #expect(try daemon.samples("gone")["gone{host=a}"]?.values == [7])
                #expect(try daemon.samples("stays")["stays"]?.values == [2, 3])
                let before = try Self.bits(daemon)
                daemon.kill()
                try daemon.start()
                #expect(try Self.bits(daemon) == before, "other samples after a kill")
                #expect(try daemon.run("verify").ending == .exit(0))
            }
        }

        @Test("a renamed series keeps its samples, and its old name is free for another")
        func rename() throws {
            try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                try client.send("old,host=a value=1 \(Self.start)\nold,host=b value=2 \(Self.start)\nsync\n")
                #expect(try client.line() == "ok 2")
                #expect(try daemon.run("rename", "old", "new").ending == .exit(0))
                #expect(try daemon.samples("new").mapValues(\.values) == ["new{host=a}": [1], "new{host=b}": [2]])
                try client.send("old,host=a value=3 \(Self.start + 1)\nsync\n")
                #expect(try client.line() == "ok 3")
                #expect(try daemon.samples("old")["old{host=a}"]?.values == [3])
                #expect(try daemon.run("rename", "old{host=a}", "new{host=a}").ending == .exit(65))
                #expect(try daemon.run("rename", "old{host=a}", "new{host=a}", "--merge").ending == .exit(0))
                #expect(try daemon.samples("new{host=\"a\"}")["new{host=a}"]?.values == [1, 3])
                #expect(try daemon.samples("old").isEmpty)
                let before = try Self.bits(daemon)
                daemon.kill()
                try daemon.start()
                #expect(try Self.bits(daemon) == before, "other samples after a kill")
            }
        }

        @Test("a backup taken from a running daemon is a store that another daemon serves")
        func backup() throws {
            try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { one in
                try one.start()
                try Self.fill(one)
                let expected = try Self.bits(one)
                try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { other in
                    _ = unsafe mkdir(other.stateDirectory, 0o755)
                    let made = try one.run("backup", other.store)
                    #expect(made.ending == .exit(0), "\(made.errors)")
                    #expect(try one.run("backup", other.store).ending == .exit(73))
                    #expect(try one.run("verify", other.store).ending == .exit(0))
                    try other.start()
                    #expect(try Self.bits(other) == expected)
                }
                #expect(try one.run("backup", "/proc/copy.db").ending == .exit(73))
                let compacted = try one.run("compact", "--json")
                #expect(compacted.ending == .exit(0) && compacted.text.contains("\"done\":true"), "\(compacted.errors)")
                #expect(try Self.bits(one) == expected)
            }
        }

        @Test("with one damaged segment the rest is served, status says degraded, and salvage saves what is good")
        func damaged() throws {
            try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { daemon in
                try daemon.start()
                try Self.fill(daemon)
                #expect(try daemon.run("compact").ending == .exit(0))
                try daemon.stop()
                // Most of the file is the segment of noise; not the first bytes of a page, which link pages.
                var bytes = try Files.read(daemon.store)
                let page = Int(bytes[16]) << 8 | Int(bytes[17])
                let middle = bytes.count / 2 / page * page + page / 2
                for index in middle..<middle + 64 { bytes[index] ^= 0x5A }
                try Files.write(bytes, to: daemon.store)
                let verified = try daemon.run("verify", daemon.store)
                #expect(verified.ending == .exit(1), "\(verified.text)\(verified.errors)")
                #expect(verified.text.contains("--salvage NEW"))
                try daemon.start()
                let found = try Self.bits(daemon)
                try #require(try daemon.api().post("/write", "fresh value=1 \(Self.start)\n").status == 204)
                #expect(try daemon.samples("fresh")["fresh"]?.values == [1])
                let status = try daemon.status()
                #expect(status.state.hasPrefix("degraded: a segment is damaged"), "\(status.state)")
                #expect(status.warnings.contains { $0.contains("damaged") })
                try daemon.stop()
                let saved = daemon.folder + "/saved.db"
                let salvage = try daemon.run("verify", daemon.store, "--salvage", saved)
                #expect(salvage.ending == .exit(65) && salvage.text.contains("gone: segment"), "\(salvage.errors)")
                #expect(salvage.text.contains("\nsegment: "), "\(salvage.text)")
                #expect(salvage.text.contains("samples and records; 1 thing is gone"), "\(salvage.text)")
                #expect(try daemon.run("verify", saved).ending == .exit(0))
                try Files.write(try Files.read(saved), to: daemon.store)
                try daemon.start()
                #expect(try daemon.status().state == "running")
                let after = try Self.bits(daemon)
                // Whatever was served is saved; compared here, so that a difference does not print all of it.
                let differing = found.keys.filter { after[$0] != found[$0] }
                #expect(differing == [], "\(salvage.text)")
                #expect(found.values.filter { $0.isEmpty }.count == 1)
            }
        }

        @Test(
            "with a damaged table of forecasts the daemon starts, says so, takes samples and answers from them",
            arguments: ["grid", "forecast_latest", "forecast_fan", "model", "state", "alert", "skill"])
        func damagedTable(table: String) throws {
            try DaemonUnderTest.with(configuration: "training: {enabled: false}\n") { daemon in
                try daemon.start()
                try Self.fill(daemon, count: 300)
                try wait(for: "a grid for each series", upTo: 60) { try daemon.status().forecasts?.grids == 3 }
                try daemon.stop()
                let root = try daemon.sql("SELECT rootpage FROM sqlite_master WHERE name = '\(table)'")
                let page = try #require(root.first?.first.flatMap { Int($0) })
                var bytes = try Files.read(daemon.store)
                let size = Int(bytes[16]) << 8 | Int(bytes[17])
                for index in (page - 1) * size..<page * size { bytes[index] = 0xFF }
                try Files.write(bytes, to: daemon.store)
                try daemon.start()
                let next = Self.start + 300 * 60_000_000_000
                for k in 0..<5 as Range<Int64> {
                    let lines = "load one=\(k) \(next + k * 60_000_000_000)\nfresh value=1 \(next + k)\n"
                    try #require(try daemon.api().post("/write", lines).status == 204)
                }
                #expect(try daemon.samples("load_one")["load_one"]?.values.suffix(5) == [0, 1, 2, 3, 4])
                // Whoever reads or writes the table finds it; the skill of a day is written at stop.
                let status = try daemon.status()
                #expect(status.state.hasPrefix("degraded: the table \(table) is damaged"), "\(status.state)")
                #expect(status.state.contains("forecastd verify --salvage NEW"))
                #expect(try daemon.run("series").ending == .exit(0))
                #expect(try daemon.stop() == .exit(0), "\(daemon.log)")
                let saved = daemon.folder + "/saved.db"
                #expect(try daemon.run("verify", daemon.store, "--salvage", saved).ending == .exit(65))
                try Files.write(try Files.read(saved), to: daemon.store)
                try daemon.start()
                #expect(try daemon.status().state == "running")
                #expect(try daemon.samples("load_one")["load_one"]?.values.count == 305)
            }
        }
    }
}
