// A real host's metrics through the real socket: stored and read back bit by bit; and with their time stretched, so that
// each second becomes a minute, forecast by models of their own. A slice by default; FORECASTD_FULL=1 (scripts/node-capture)
// takes all 510 592 points.

import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Node capture") struct NodeCaptureTests {
        static let isFull = variable("FORECASTD_FULL") != nil

        /// Sends bytes through `socat`, as a shell script would.
        static func socat(_ bytes: [UInt8], _ daemon: DaemonUnderTest, upTo seconds: Double) throws {
            let tool = ["socat", "-u", "-", "UNIX-CONNECT:" + daemon.ingestPath]
            let result = try Tool.run(tool, in: daemon.folder, input: bytes, upTo: seconds)
            #expect(result.ending == .exit(0), "\(result.errors)")
        }

        static func committed(_ count: Int, _ daemon: DaemonUnderTest) throws {
            try wait(for: "\(count) points in the store", upTo: 120) {
                try daemon.status().store?.points == Int64(count)
            }
        }

        /// The labels in a series' printed form, each `name=value` without quotes.
        static func labels(_ printed: String) -> (name: String, tags: Set<String>) {
            let parts = printed.split(separator: "{", maxSplits: 1)
            guard parts.count == 2 else { return (printed, []) }
            let tags = parts[1].dropLast().split(separator: ",").map { String($0.filter { $0 != "\"" }) }
            return (String(parts[0]), Set(tags))
        }

        struct Identity: Hashable {
            let name: String
            let tags: Set<String>
        }

        /// Reads every series back and compares bits and timestamps.
        static func verify(
            _ series: [CapturedSeries], _ daemon: DaemonUnderTest, at place: (Int64) -> Int64
        ) throws -> Int {
            var points = 0
            var byIdentity: [Identity: CapturedSeries] = [:]
            for one in series { byIdentity[Identity(name: one.name, tags: one.tags)] = one }
            for name in Set(series.map(\.name)).sorted() {
                for (printed, found) in try daemon.samples(name) {
                    let (name, tags) = labels(printed)
                    let known = byIdentity.removeValue(forKey: Identity(name: name, tags: tags))
                    let sent = try #require(known, "\(printed)")
                    let isSame =
                        found.timestamps == sent.times.map(place)
                        && found.values.map(\.bitPattern) == sent.values.map(\.bitPattern)
                    #expect(isSame, "\(printed) has \(found.values.count) samples, sent were \(sent.values.count)")
                    points += found.values.count
                }
            }
            #expect(byIdentity.isEmpty, "\(byIdentity.count) series are missing")
            return points
        }

        @Test("every point of the capture, sent through socat, is read back bit by bit, also after a restart")
        func stored() throws {
            guard Tool.exists("socat") else { return print("skipped: there is no socat here") }
            try DaemonUnderTest.with { daemon in
                guard var series = try Capture.node(in: daemon.folder) else { return }
                if !Self.isFull { series = series.enumerated().filter { $0.offset % 25 == 0 }.map(\.element) }
                let count = series.reduce(0) { $0 + $1.values.count }
                let place = { (milliseconds: Int64) in milliseconds * 1_000_000 }
                let bytes = Capture.lines(series, at: place)
                try daemon.start()
                let begin = ContinuousClock.now
                try Self.socat(bytes, daemon, upTo: 120)
                try Self.committed(count, daemon)
                let seconds = begin.duration(to: .now) / .seconds(1)
                #expect(try Self.verify(series, daemon, at: place) == count)
                let memory = daemon.memory()
                try daemon.stop()
                try daemon.start()
                #expect(try Self.verify(series, daemon, at: place) == count)
                print(
                    "node capture: \(count) points of \(series.count) series in \(seconds) s, "
                        + "\(memory.peak) kB at most, read back bit by bit twice")
            }
        }

        @Test(
            "stretched to a minute a scrape and ending now, each series that moves gets a model and a forecast",
            .timeLimit(.minutes(60)))
        func forecast() throws {
            guard Tool.exists("socat") else { return print("skipped: there is no socat here") }
            try DaemonUnderTest.with { daemon in
                guard var series = try Capture.node(in: daemon.folder) else { return }
                if !Self.isFull {
                    let moving = series.filter { !$0.isConstant && $0.values.count > 800 }
                    series = Array(moving.prefix(40).suffix(4)) + series.filter(\.isConstant).prefix(3)
                }
                let count = series.reduce(0) { $0 + $1.values.count }
                let last = series.flatMap(\.times).max() ?? 0
                // The newest scrape lies in the middle of the minute before this one.
                let end = (wallNanoseconds() / 60_000_000_000) * 60_000_000_000 - 30_000_000_000
                let place = { (milliseconds: Int64) in
                    end - ((last - milliseconds + 500) / 1000) * 60_000_000_000
                }
                try daemon.start()
                let begin = ContinuousClock.now
                try Self.socat(Capture.lines(series, at: place), daemon, upTo: 120)
                try wait(for: "the samples to be stored and caught up with", upTo: Self.isFull ? 3000 : 300) {
                    let status = try daemon.status()
                    let isBehind = (status.waiting ?? []).contains { $0.contains("catching up") }
                    return (status.store?.points ?? 0) > 0 && status.ingest?.points == Int64(count)
                        && status.training?.queued == 0 && status.training?.running == 0 && !isBehind
                        && (status.forecasts?.grids ?? 0) > 0
                }
                let isMoving = { (printed: String) in
                    let (name, tags) = Self.labels(printed)
                    let sent = series.first { $0.name == name && $0.tags == tags }
                    return sent.map { !$0.isConstant && $0.values.count > 800 } ?? false
                }
                let wanted = series.filter { !$0.isConstant && $0.values.count > 800 }.count
                var forecasts: [ForecastReply] = []
                try wait(for: "a forecast of each of the \(wanted) series that move", upTo: 30) {
                    let path = "/v1/forecasts?match=" + DaemonUnderTest.escaped(#"{__name__=~".+"}"#)
                    forecasts = try daemon.api().get(path, upTo: 120).decode([ForecastReply].self)
                        .filter { isMoving($0.series) && $0.targets != nil }
                    return forecasts.count == wanted
                }
                let seconds = begin.duration(to: .now) / .seconds(1)
                let status = try daemon.status()
                for forecast in forecasts {
                    #expect(forecast.targets?.count == 60 && forecast.median?.count == 60, "\(forecast.series)")
                    #expect((forecast.origin ?? 0) > end - 6 * 60_000_000_000, "\(forecast.series)")
                }
                let listed = try daemon.api().get("/v1/series", upTo: 120).decode([SeriesReply].self)
                var models: [String: Int] = [:]
                for one in listed where isMoving(one.series) {
                    let model = try #require(one.model, "\(one.series): \(one.state)")
                    models[model.hasPrefix("elman") ? "elman" : model, default: 0] += 1
                }
                print(
                    "node capture, stretched: \(count) points, \(listed.count) series, caught up in \(seconds) s "
                        + "with \(status.training?.done ?? 0) trainings won, \(status.training?.rejected ?? 0) lost, "
                        + "\(status.training?.failed ?? 0) failed, \(status.training?.cpu_seconds ?? 0) CPU seconds of training; "
                        + "\(daemon.memory().peak) kB at most; served by \(models)")
                #expect((status.training?.done ?? 0) >= wanted)
                #expect(status.training?.failed == 0)
            }
        }
    }
}
