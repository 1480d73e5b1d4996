// The pipeline's promises: what is scored is what was issued, the way in which bins arrive does not matter, and a
// constant leaves no rows.

import RNNForecast
import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Series pipeline") struct SeriesPipelineTests {
    @Test("each bin is scored against the fan that was issued just before it, as it was rounded")
    func scored() throws {
        var pipeline = fiveMinutePipeline()
        let values = waves(bins: 200, stepSeconds: 300, seed: 1)
        let events = try pipeline.feed(values)
        let fans = events.fans
        let scores = events.scores
        // Two bins make the first fan; the third bin is the first to be scored.
        #expect(fans.count == 199 && scores.count == 198)
        for (fan, score) in zip(fans, scores) {
            #expect(fan.origin == (score.bin - 1) * 300)
            #expect(fan.fan.median(0) == score.expected)
            #expect(fan.fan.lower80(0) == score.lower && fan.fan.upper80(0) == score.upper)
            #expect(score.value == values[Int(score.bin - pipeline.firstBin)])
        }
    }

    @Test("the record keeps lead 1 of each fan, and the anchor once a day is known")
    func record() throws {
        var pipeline = fiveMinutePipeline()
        let events = try pipeline.feed(waves(bins: 2 * 288 + 10, stepSeconds: 300, seed: 2))
        let first = events.records.filter { $0.lead == 1 }
        #expect(first.map(\.medianValue) == events.fans.map { $0.fan.median(0) })
        #expect(first.map(\.upperValue) == events.fans.map { $0.fan.upper80(0) })
        #expect(first.map { $0.bin * 300 } == events.fans.map { $0.origin + 300 })
        let anchors = events.records.filter { $0.lead == 0 }
        #expect(anchors.allSatisfy { $0.model == "profile" })
        #expect(anchors.first.map { $0.bin - pipeline.firstBin }.map { (288...290).contains($0) } == true)
        #expect(anchors.count >= 290)
    }

    @Test(
        "a gap is the same whether its bins are closed one by one or jumped over", arguments: [1, 5, 23, 24, 25, 700])
    func gaps(length: Int) throws {
        let before = waves(bins: 300, stepSeconds: 300, seed: 3)
        let after = waves(bins: 400, stepSeconds: 300, seed: 4)
        var closed = fiveMinutePipeline()
        let one = try closed.feed(before + Array(repeating: .nan, count: length) + after)
        var jumped = fiveMinutePipeline()
        var two = try jumped.feed(before)
        for (k, value) in after.enumerated() {
            let bin = jumped.firstBin + Int64(300 + length + k)
            two += jumped.close(bin: bin, value: value, backfilled: true, issuedAt: jumped.clock.end(of: bin))
        }
        #expect(one.records == two.records && one.scores == two.scores && one.alerts == two.alerts)
        #expect(one.fans.map(\.fan) == two.fans.map(\.fan))
    }

    @Test("nothing is issued once a whole horizon of bins is missing")
    func silence() throws {
        var pipeline = fiveMinutePipeline()
        _ = try pipeline.feed(waves(bins: 50, stepSeconds: 300, seed: 5))
        let events = try pipeline.feed(Array(repeating: .nan, count: 100))
        #expect(events.fans.count == pipeline.plan.horizon - 1)
        #expect(
            pipeline.forecastNow(now: 0)?.origin == (pipeline.firstBin + 49 + Int64(pipeline.plan.horizon) - 1) * 300)
    }

    @Test("one fan every half horizon is sparse")
    func sparse() throws {
        var pipeline = fiveMinutePipeline()
        let events = try pipeline.feed(waves(bins: 241, stepSeconds: 300, seed: 6))
        #expect(events.sparseFans.count == 20)
        let origins = events.sparseFans.map(\.origin)
        #expect(zip(origins, origins.dropFirst()).allSatisfy { $1 - $0 == 12 * 300 })
    }

    @Test("a late sample repairs the ring and leaves what was issued")
    func repair() throws {
        var pipeline = fiveMinutePipeline()
        _ = try pipeline.feed(waves(bins: 50, stepSeconds: 300, seed: 7))
        let issued = pipeline.forecastNow(now: 0)
        pipeline.repair(bin: pipeline.nextBin - 1, value: 1000)
        #expect(pipeline.forecastNow(now: 0) == issued)
        #expect(pipeline.ring[pipeline.nextBin - 1] == 1000)
        #expect(pipeline.lastValue == 1000)
        pipeline.repair(bin: pipeline.firstBin - 10, value: 5)
        pipeline.repair(bin: pipeline.nextBin, value: 5)
    }

    @Test("after a day of one value the forecast is that value, and no rows are made")
    func constant() throws {
        var pipeline = fiveMinutePipeline()
        _ = try pipeline.feed(Array(repeating: 42, count: 288))
        #expect(pipeline.modelStatus.model == "constant")
        let events = try pipeline.feed(Array(repeating: 42, count: 100))
        #expect(events.fans.isEmpty && events.records.isEmpty && pipeline.needsTraining == nil)
        let forecast = try #require(pipeline.forecastNow(now: 5))
        #expect(forecast.model == "constant" && forecast.issuedAt == 5)
        #expect(forecast.origin == (pipeline.nextBin - 1) * 300)
        #expect((0..<24).allSatisfy { forecast.fan.median($0) == 42 && forecast.fan.upper95($0) == 42 })
    }

    @Test("three bins beside a constant open a drift, two do not")
    func leavesConstant() throws {
        var pipeline = fiveMinutePipeline()
        _ = try pipeline.feed(Array(repeating: 42, count: 300))
        #expect(try pipeline.feed([43, 43]).alerts.isEmpty)
        let alerts = try pipeline.feed([43]).alerts
        #expect(alerts.map(\.state) == ["firing"])
        #expect(alerts.first?.expected == 42 && alerts.first?.actual == 43 && alerts.first?.model == "constant")
        #expect(alerts.first?.since == (pipeline.firstBin + 300) * 300 * 1_000_000_000)
        #expect(pipeline.modelStatus.model == "last-value")
    }

    @Test("the sums of a day are those of its scores")
    func skill() throws {
        var pipeline = fiveMinutePipeline()
        let events = try pipeline.feed(waves(bins: 288 * 2, stepSeconds: 300, seed: 8))
        let day = pipeline.firstBin / 288
        let rows = (events.skill + pipeline.skillOfToday).filter { $0.day == day + 1 }
        #expect(rows.map(\.lead) == [0, 1, 3, 6, 12, 24] || rows.map(\.lead) == [1, 3, 6, 12, 24])
        let scores = events.scores.filter { $0.bin / 288 == day + 1 }
        let first = try #require(rows.first { $0.lead == 1 })
        #expect(first.n == 288 && scores.count == 288)
        let sse = scores.reduce(0.0) { $0 + ($1.value - $1.expected) * ($1.value - $1.expected) }
        #expect(abs(first.sse - sse) <= 1e-12 * sse)
        #expect(first.inside80 == scores.count { $0.lower <= $0.value && $0.value <= $0.upper })
        // Two sparse fans an hour… one every twelve bins: 24 a day, each scored once at every longer lead.
        #expect(rows.filter { $0.lead > 1 }.allSatisfy { $0.n == 24 })
    }

    @Test("values that are no numbers are missing bins, and the largest doubles do no harm")
    func absurd() throws {
        var pipeline = fiveMinutePipeline()
        var values = waves(bins: 400, stepSeconds: 300, seed: 9)
        values[50] = .infinity
        values[51] = -.infinity
        values[120] = 1e308
        values[121] = -1e308
        let events = try pipeline.feed(values)
        #expect(pipeline.present == 398)
        #expect(events.scores.allSatisfy { $0.expected.isFinite && $0.lower <= $0.expected && $0.expected <= $0.upper })
    }
}
