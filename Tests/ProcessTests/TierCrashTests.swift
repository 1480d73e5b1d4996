// `kill -9` while samples go for want of room and leave their bins: in every life `max_size` is a little smaller, the test
// watches the log until the round that makes room writes to it, and kills the daemon within the milliseconds that follow.
// What then is there of each bin must be what its samples were. Two kills by default, a tenth of FORECASTD_KILLS.

import FoundationEssentials
import Glibc
import Testing

extension ProcessSuite {
    @Suite("Crash in tiers") struct TierCrashTests {
        /// More than one group of series, so that a round has several commits.
        private static let series = 140
        /// One every five minutes, for eight days: of two thousand a thousand are sealed at once, the rest stays open.
        private static let count = 2304
        private static let step: Int64 = 300
        private static let bin: Int64 = 6 * 3600
        /// At the beginning of a bin, ten days ago.
        private static let start = (wallNanoseconds() / 1_000_000_000 - 10 * 86_400) / bin * bin

        /// Bins of a day: forecasts write next to nothing, and the round that makes room is about samples.
        private static func configuration(maxBytes: Int) -> String {
            """
            training: {enabled: false}
            series: [{match: '*', step: 1d}]
            store: {max_size: \(maxBytes)B, keep_free: 0%, tiers: '6h:10y'}
            """
        }

        /// A whole number below 2^40, so that sums are exact and a sample takes five bytes.
        private static func value(_ series: Int, _ number: Int) -> Int64 {
            var random = SeededRandom(seed: UInt64(series) << 20 | UInt64(number))
            return Int64(random.next() >> 24)
        }

        @Test("kill -9 while samples become bins loses and doubles no sample in any bin")
        func kills() throws {
            let kills = max(2, (variable("FORECASTD_KILLS").flatMap { Int($0) } ?? 0) / 10)
            let seed = variable("FORECASTD_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...1_000_000)
            var random = SeededRandom(seed: seed)
            try DaemonUnderTest.with(configuration: Self.configuration(maxBytes: 1_000_000_000)) { daemon in
                try daemon.start()
                let api = try daemon.api()
                for part in 0..<8 {
                    let reply = try api.post("/write", Self.lines(part * Self.count / 8..<(part + 1) * Self.count / 8))
                    try #require(reply.status == 204, "\(reply.text)")
                }
                try Self.verify(daemon, "before any kill")
                try daemon.stop()
                let size = try Files.read(daemon.store).count
                // A megabyte is the least that `max_size` may be; and below two thirds, where open samples and the newest day
                // alone have no room, the bins of tiers go as well.
                let piece = (size - max(1_050_000, size * 7 / 10)) / kills
                try #require(piece > 20_000, "\(size) bytes are too few to give up something in \(kills) lives")
                var writes = 0
                for life in 1...kills {
                    try Files.write(Self.configuration(maxBytes: size - life * piece), to: daemon.configurationPath)
                    try daemon.start()
                    if try Self.waitForRound(daemon) { writes += 1 }
                    pause(milliseconds: Int32.random(in: 0...30, using: &random))
                    daemon.kill()
                    try daemon.start()
                    try Self.verify(daemon, "after kill \(life), seed \(seed)")
                    daemon.kill()
                }
                // One round to its end.
                try daemon.start()
                try wait(for: "a commit with bins", upTo: 60) {
                    try !daemon.sql("SELECT segment FROM v_chunk WHERE kind = 'tier'").isEmpty
                }
                try Self.verify(daemon, "after the last round, seed \(seed)")
                let left = try daemon.samples("tiered{id=0}").values.first?.values.count ?? 0
                #expect((288..<Self.count).contains(left))
                print("tier crash test: \(kills) kills, \(writes) in a round that wrote, seed \(seed)")
                #expect(writes > 0)
            }
        }

        private static func lines(_ numbers: Range<Int>) -> String {
            numbers.map { number in
                let time = (start + Int64(number) * step) * 1_000_000_000
                return (0..<series).map { "tiered,id=\($0) value=\(value($0, number)) \(time)\n" }.joined()
            }.joined()
        }

        /// Waits for the first write to the log that no client has asked for, after what restoring writes: the round comes 15 s
        /// after the store was opened. Whether one came.
        private static func waitForRound(_ daemon: DaemonUnderTest) throws -> Bool {
            let log = daemon.store + "-wal"
            let (restored, end) = (Deadline.after(9), Deadline.after(25))
            while !restored.hasPassed { pause(milliseconds: 100) }
            let before = modified(log)
            while !end.hasPassed {
                if modified(log) != before { return true }
                pause(milliseconds: 1)
            }
            return false
        }

        /// When a file was written to last, nanoseconds; 0 if it is not there.
        private static func modified(_ path: String) -> Int64 {
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return 0 }
            return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        }

        /// Every bin of every series counts its samples, and sums them up.
        private static func verify(_ daemon: DaemonUnderTest, _ when: String) throws {
            let perBin = Int(bin / step)
            for aggregate in ["count", "sum"] {
                let range = "from=\(start)&to=\(start + Int64(count) * step)"
                let path = "/v1/samples?match=tiered&\(range)&step=\(bin)&aggregate=\(aggregate)"
                let reply = try daemon.api().get(path, upTo: 60)
                guard reply.status == 200 else { throw ProcessFailure("\(path): \(reply.status) \(reply.text)") }
                let found = try reply.decode([SamplesReply].self)
                guard found.count == series else { throw ProcessFailure("\(when): \(found.count) series") }
                for (index, samples) in try byIndex(found) {
                    let expected = (0..<count / perBin).map { bin in
                        aggregate == "count"
                            ? Double(perBin)
                            : Double((0..<perBin).reduce(Int64(0)) { $0 + value(index, bin * perBin + $1) })
                    }
                    guard samples == expected else {
                        throw ProcessFailure("\(when): \(aggregate) of series \(index) is \(samples), not \(expected)")
                    }
                }
            }
        }

        private static func byIndex(_ found: [SamplesReply]) throws -> [(Int, [Double])] {
            try found.map { reply in
                guard let id = Int(reply.series.dropFirst("tiered{id=".count).dropLast()) else {
                    throw ProcessFailure("a series \(reply.series)")
                }
                return (id, reply.values)
            }
        }
    }
}
