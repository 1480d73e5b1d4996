// `kill -9` at random moments, under load: what was acknowledged is there once and bit by bit, and no forecast that was
// ever seen has changed. Three kills by default; `scripts/crash-test --kills 200` runs the same test longer.

import Synchronization
import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Crash") struct CrashTests {
        /// Live series with bins of one second, so that forecasts are issued and kept while the test runs; and a past
        /// of 1 min bins that is caught up with, training included.
        static let configuration = """
            store: {flush_age: 10s}
            series:
              - match: 'live'
                step: 1s
                horizon: 12s
            """

        /// What one life left behind.
        struct Life {
            let progress: [CrashStream.Kind: CrashProgress]
        }

        @Test("kill -9 at any moment loses and doubles nothing acknowledged, and changes no forecast")
        func kills() throws {
            let kills = variable("FORECASTD_KILLS").flatMap { Int($0) } ?? 3
            let seed = variable("FORECASTD_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...1_000_000)
            print("crash test: \(kills) kills, seed \(seed) (FORECASTD_KILLS, FORECASTD_SEED)")
            var random = SeededRandom(seed: seed)
            try DaemonUnderTest.with(configuration: Self.configuration) { daemon in
                // Longer runs stream the node capture as well, a share of it in each life.
                let capture = kills > 3 ? try Capture.node(in: daemon.folder) ?? [] : []
                let lines = Capture.lines(capture) { $0 * 1_000_000 }
                var lives: [Life] = []
                var seen = SeenForecasts()
                try daemon.start()
                let past = try daemon.api().post("/write", Self.past(bins: 1500))
                #expect(past.status == 204, "\(past.text)")
                for life in 0..<kills {
                    // Most lives are short; every third is long enough for some live forecasts.
                    let moment = Int32.random(in: life % 3 == 1 ? 3000...6000 : 50...2500, using: &random)
                    let share = Self.share(life, of: kills, in: lines)
                    lives.append(
                        try Self.live(daemon, life, moment: moment, seed: seed, besides: Array(lines[share]), &seen))
                    // Every fourth daemon is killed again while it opens the store.
                    if life % 4 == 3 {
                        try daemon.launch()
                        pause(milliseconds: Int32.random(in: 0...120, using: &random))
                        daemon.kill()
                    }
                    try daemon.start()
                    try Self.verify(daemon, life, lives[life])
                    try seen.compareFans(daemon)
                }
                // Everything once more, after all seals and merges, and after an orderly stop.
                try daemon.stop()
                try daemon.start()
                for (life, left) in lives.enumerated() { try Self.verify(daemon, life, left) }
                try seen.compareFans(daemon)
                try Self.verifySkill(daemon)
                try Self.sendAgain(lines, of: capture, daemon)
                let counts = CrashStream.Kind.allCases.map { kind in
                    let sent = lives.reduce(0) { $0 + ($1.progress[kind]?.sent ?? 0) }
                    let acknowledged = lives.reduce(0) { $0 + ($1.progress[kind]?.acknowledged ?? 0) }
                    return "\(kind) \(acknowledged) of \(sent)"
                }
                print(
                    "crash test: acknowledged \(counts.joined(separator: ", ")); forecasts seen \(seen.served.count), "
                        + "kept \(seen.kept.count)")
                #expect(!seen.served.isEmpty && !seen.kept.isEmpty)
                for kind in [CrashStream.Kind.synced, .http] {
                    #expect(lives.contains { ($0.progress[kind]?.acknowledged ?? 0) > 0 })
                }
            }
        }

        /// One life: clients write, the test looks at forecasts, until the moment comes.
        static func live(
            _ daemon: DaemonUnderTest, _ life: Int, moment: Int32, seed: UInt64, besides lines: [UInt8],
            _ seen: inout SeenForecasts
        ) throws -> Life {
            let places = (ingest: daemon.ingestPath, api: daemon.apiPath)
            var progress: [CrashStream.Kind: CrashProgress] = [:]
            var threads: [SideThread] = []
            let over = CrashProgress()
            for kind in CrashStream.Kind.allCases {
                let own = CrashProgress()
                progress[kind] = own
                let stream = CrashStream(kind: kind, life: life)
                threads.append(SideThread { stream.write(to: places, own, seed: seed &+ UInt64(life)) })
            }
            let watching = over
            threads.append(SideThread { feedLive(places.ingest, watching) })
            if !lines.isEmpty { threads.append(SideThread { try? UnixClient(places.ingest).send(lines) }) }
            let deadline = Deadline.after(Double(moment) / 1000)
            while !deadline.hasPassed {
                try seen.look(daemon)
                pause(milliseconds: min(50, deadline.milliseconds))
            }
            daemon.kill()
            over.isOver.store(true, ordering: .relaxed)
            for own in progress.values { own.isOver.store(true, ordering: .relaxed) }
            for thread in threads { try thread.join() }
            return Life(progress: progress)
        }

        /// Samples of now, twenty a second for each of four series, as plain lines.
        static func feedLive(_ path: String, _ progress: CrashProgress) {
            guard let client = try? UnixClient(path) else { return }
            var random = SeededRandom(seed: 5)
            while !progress.isOver.load(ordering: .relaxed) {
                let now = wallNanoseconds()
                let lines = (0..<4).map { "live,id=\($0) value=\(Double.random(in: 0...100, using: &random)) \(now)\n" }
                guard (try? client.send(lines.joined(), upTo: 5)) != nil else { return }
                pause(milliseconds: 50)
            }
        }

        /// A day of two series at one minute, ending two days ago.
        static func past(bins: Int) -> String {
            let end = wallNanoseconds() / 60_000_000_000 - 2 * 1440
            var random = SeededRandom(seed: 9)
            return (0..<bins).map { k in
                let minute = end - Int64(bins - k)
                let level = Double(minute % 1440) / 14.4
                return (0..<2).map { id in
                    "past,id=\(id) value=\(level + Double.random(in: 0...5, using: &random)) \(minute * 60_000_000_000)\n"
                }.joined()
            }.joined()
        }

        /// One life's share of the lines. It ends with a line: the last one without a newline would count when the
        /// client closes, with half its timestamp.
        static func share(_ life: Int, of lives: Int, in lines: [UInt8]) -> Range<Int> {
            func edge(_ part: Int) -> Int {
                let near = lines.count * part / lives
                return part == 0 ? 0 : lines[max(0, near - 1)...].firstIndex(of: 10).map { $0 + 1 } ?? lines.count
            }
            return edge(life)..<edge(life + 1)
        }

        /// The whole capture once more, over what is there of it: each sample is then there once.
        static func sendAgain(_ lines: [UInt8], of capture: [CapturedSeries], _ daemon: DaemonUnderTest) throws {
            let count = capture.reduce(0) { $0 + $1.values.count }
            guard count > 0 else { return }
            let client = try daemon.ingest()
            try client.send(lines + Array("sync\n".utf8), upTo: 300)
            #expect(try client.line(upTo: 300) == "ok \(count)")
            #expect(try NodeCaptureTests.verify(capture, daemon) { $0 * 1_000_000 } == count)
            print("crash test: the capture, \(count) points, is there bit by bit")
        }

        static func verify(_ daemon: DaemonUnderTest, _ life: Int, _ left: Life) throws {
            for kind in CrashStream.Kind.allCases {
                let stream = CrashStream(kind: kind, life: life)
                let found = try daemon.samples(kind.rawValue, from: stream.start, to: stream.start + 1000)
                try stream.verify(
                    found, sent: left.progress[kind]?.sent ?? 0, acknowledged: left.progress[kind]?.acknowledged ?? 0)
            }
        }

        /// No bin counts twice in the daily skill of a grid.
        static func verifySkill(_ daemon: DaemonUnderTest) throws {
            let rows = try daemon.sql("SELECT series, day, lead, n, step_seconds FROM v_skill")
            for row in rows where row.count == 5 {
                guard let n = Int(row[3]), let step = Int(row[4]), n * step <= 86_400 else {
                    throw ProcessFailure("skill counts more bins than a day has: \(row)")
                }
            }
        }
    }
}

/// Every forecast that the test ever saw, served or kept, by series and origin.
struct SeenForecasts {
    private(set) var served: [String: String] = [:]
    private(set) var kept: [String: [String]] = [:]

    /// Looks at what is served and kept now.
    mutating func look(_ daemon: DaemonUnderTest) throws {
        let reply = try daemon.api().get("/v1/forecasts?match=live")
        guard reply.status == 200 else { return }
        for forecast in try reply.decode([ForecastReply].self) {
            guard let origin = forecast.origin, let median = forecast.median else { continue }
            let key = "\(forecast.series) at \(origin)"
            let content = "\(forecast.issued_at ?? 0) \(forecast.model ?? "") \(median)"
            if let before = served[key], before != content {
                throw ProcessFailure("the forecast of \(key) has changed: \(before), then \(content)")
            }
            served[key] = content
        }
    }

    /// Compares the rows of `forecast_fan` with those seen before. The streams write of 2020: a fan of then goes in the first
    /// round of retention, some fifteen seconds after a start, but while it is there it is the same.
    mutating func compareFans(_ daemon: DaemonUnderTest) throws {
        var rows: [String: [String]] = [:]
        for row in try daemon.rows(of: "forecast_fan") { rows[row[0]] = row }
        let stays = wallNanoseconds() / 1_000_000_000 - 86_400
        for (id, row) in kept where rows[id] != row {
            if rows[id] == nil, let origin = Int64(row[1]), origin < stays { continue }
            throw ProcessFailure("row \(id) of forecast_fan was \(row) and is \(rows[id] ?? [])")
        }
        kept = rows
        try look(daemon)
    }
}
