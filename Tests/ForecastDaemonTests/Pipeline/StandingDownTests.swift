// What serves while a drift is open.

import RNNForecast
import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Standing down") struct StandingDownTests {
    @Test("while a drift is open the last value serves where the model does clearly worse, and a new model ends that")
    func change() throws {
        var pipeline = fiveMinutePipeline()
        let usual = waves(bins: 288 * 3, stepSeconds: 300, seed: 4)
        let after = waves(bins: 288 * 5, stepSeconds: 300, seed: 4).suffix(288 * 2).map { $0 + 60 }
        _ = try pipeline.feed(usual, training: true)
        let model = try #require(pipeline.trained?.name)
        #expect(pipeline.modelStatus.model == model)
        _ = try pipeline.feed(Array(after.prefix(100)))
        #expect(pipeline.drift.detector.openIncidentStart != nil)
        #expect(pipeline.trained != nil)
        #expect(pipeline.modelStatus.model == "last-value")
        #expect(pipeline.modelStatus.skill == nil)
        // Its forecasts are where the series is, not where it was.
        let fan = try #require(pipeline.forecastNow(now: 0)?.fan)
        #expect(abs(fan.median(0) - after[after.startIndex + 99]) < 10, "\(fan.median(0))")
        // A restored pipeline stands where the old one stood.
        let state = pipeline.encodedState()
        let range = SeriesPipeline.binsToRestore(processed: pipeline.nextBin - 1, plan: pipeline.plan, isTrained: true)
        let restored = try SeriesPipeline(
            restoring: state, plan: pipeline.plan, series: pipeline.series, grid: pipeline.grid,
            settings: pipeline.settings, bins: pipeline.ring.history(range.count),
            forecaster: pipeline.trained?.forecaster)
        #expect(restored.modelStatus.model == "last-value")
        // Accepted, it waits for the training that takes the new level in.
        _ = pipeline.accept(by: "somebody", at: 0)
        #expect(pipeline.modelStatus.model == "last-value")
        let need = try #require(pipeline.needsTraining)
        let known = (usual + after.prefix(100)).suffix(need.bins.count)
        let outcome = try train(pipeline.trainingRequest(need, values: Array(known)), stop: { false })
        _ = pipeline.install(outcome, modelID: 99)
        #expect(pipeline.live == LiveErrors())
        #expect(pipeline.modelStatus.model == pipeline.trained?.name)
    }
}
