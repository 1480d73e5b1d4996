// What a restart keeps: models, the newest forecasts, forecasts as they were issued, alerts and what was said of them.

import TestSupport
import Testing

extension ProcessSuite {
    @Suite("Restart") struct RestartTests {
        /// Four days of one series at 5 minutes that ends now, with a daily wave; with a jump in the last day, if wanted.
        static func history(jump: Bool) -> [UInt8] {
            let end = wallNanoseconds() / 300_000_000_000
            var random = SeededRandom(seed: 21)
            let bins: Int64 = 4 * 288
            return Array(
                (0..<bins).map { k in
                    let bin = end - bins + k
                    let phase = Double(bin % 288) / 288
                    let wave = 40 + 20 * (phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase)
                    let noise = Double.random(in: -1...1, using: &random)
                    let level = jump && k > bins - 150 ? 60.0 : 0
                    return "load,host=a value=\(wave + noise + level) \(bin * 300_000_000_000 + 1_000_000_000)\n"
                }.joined().utf8)
        }

        static func imported(_ daemon: DaemonUnderTest, jump: Bool) throws {
            try Files.write(history(jump: jump), to: daemon.folder + "/history.lp")
            let result = try daemon.run("import", daemon.folder + "/history.lp", upTo: 240)
            #expect(result.ending == .exit(0), "\(result.errors)")
        }

        static func forecast(_ daemon: DaemonUnderTest, _ more: String = "") throws -> ForecastReply? {
            let reply = try daemon.api().get("/v1/forecasts?match=load" + more)
            return try reply.decode([ForecastReply].self).first
        }

        @Test("model and newest forecast are served at once after a restart, the very same as before")
        func keepsForecast() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                try Self.imported(daemon, jump: false)
                var before: ForecastReply?
                try wait(for: "a forecast") {
                    before = try Self.forecast(daemon)
                    return before?.median != nil
                }
                let listed = try daemon.api().get("/v1/series").decode([SeriesReply].self).first
                #expect(listed?.model?.isEmpty == false && listed?.model != "last-value", "\(listed?.state ?? "")")
                #expect(try daemon.stop() == .exit(0))
                try daemon.start()
                let after = try Self.forecast(daemon)
                // A bin may close in between; the model is the same then too.
                if after?.origin == before?.origin {
                    #expect(after?.median == before?.median && after?.issued_at == before?.issued_at)
                }
                #expect(after?.model == before?.model && after?.median?.count == 24)
                #expect(try daemon.api().get("/v1/series").decode([SeriesReply].self).first?.model == listed?.model)
                // Read with a client too, plotted as text.
                let page = try daemon.run("forecast", "load", "host=a")
                #expect(page.ending == .exit(0), "\(page.errors)")
                #expect(page.text.contains(before?.model ?? "?"), "\(page.text)")
            }
        }

        @Test("forecast --as-of gives what had been issued, the same before and after kill -9")
        func asOf() throws {
            try DaemonUnderTest.with(configuration: "series: [{match: load, step: 1s, horizon: 12s}]\n") { daemon in
                try daemon.start()
                let client = try daemon.ingest()
                var random = SeededRandom(seed: 2)
                try wait(for: "two kept forecasts", upTo: 60) {
                    try client.send("load value=\(Double.random(in: 0...9, using: &random)) \(wallNanoseconds())\n")
                    return try daemon.sql("SELECT DISTINCT origin FROM v_forecast_as_of").count >= 2
                }
                let oldest = try #require(try daemon.sql("SELECT min(origin) FROM forecast_fan").first?.first)
                // The forecast of an origin can be known when its bin has ended.
                let moment = try #require(Int64(oldest)) + 1
                let before = try Self.forecast(daemon, "&as_of=\(moment)")
                #expect(before?.origin == Int64(oldest).map { $0 * 1_000_000_000 })
                daemon.kill()
                try daemon.start()
                let after = try Self.forecast(daemon, "&as_of=\(moment)")
                #expect(after?.median == before?.median && after?.issued_at == before?.issued_at)
                let page = try daemon.run("forecast", "load", "--as-of", "\(moment)", "--json")
                #expect(page.ending == .exit(0) && page.text.contains("\(before?.issued_at ?? 0)"), "\(page.text)")
                let never = try daemon.run("forecast", "load", "--as-of", "2001-01-01T00:00:00Z")
                #expect(never.text.contains("no forecast is kept that was issued by 2001"), "\(never.text)")
            }
        }

        @Test("an open alert outlives kill -9, and so does its acceptance")
        func alerts() throws {
            try DaemonUnderTest.with { daemon in
                try daemon.start()
                try Self.imported(daemon, jump: true)
                let open = try daemon.api().get("/v1/alerts").decode([AlertReply].self)
                let alert = try #require(open.first, "the jump of 60 raised no alert")
                #expect(alert.state == "firing" && alert.sentence.hasPrefix("load{host=a}: "), "\(alert.sentence)")
                #expect(try daemon.run("alerts", "--fail-if-firing").ending == .exit(1))
                daemon.kill()
                try daemon.start()
                let again = try daemon.api().get("/v1/alerts").decode([AlertReply].self)
                #expect(again.map(\.id) == [alert.id] && again.first?.ratio == alert.ratio)
                try wait(for: "the bins to be caught up with", upTo: 120) {
                    try (daemon.status().waiting ?? []).allSatisfy { !$0.contains("catching up") }
                }
                let accepted = try daemon.run("accept", "\(alert.id)")
                #expect(accepted.ending == .exit(0), "\(accepted.errors)")
                #expect(try daemon.api().get("/v1/alerts").decode([AlertReply].self).isEmpty)
                daemon.kill()
                try daemon.start()
                #expect(try daemon.api().get("/v1/alerts").decode([AlertReply].self).isEmpty)
                let all = try daemon.api().get("/v1/alerts?all=1").decode([AlertReply].self)
                #expect(all.map(\.id) == [alert.id] && all.first?.state == "accepted")
            }
        }
    }
}
