// A last value's lead 1 is made alone and its other leads when somebody looks: both together must be the fan that is made
// whole, however coarse its level or fine its changes make it.

import RNNForecast
import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Served fan") struct ServedFanTests {
    @Test("lead 1 alone is lead 1 of the whole, and the rest is made as it would have been", arguments: 0..<48)
    func deferred(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let level = [0, 1, 12.5, 1e6, 1e12, 4e15, -3, 1e-9][seed % 8]
        let swing = [0, 1e-7, 0.01, 3, 1e4, 1e11][seed / 8]
        let plan = ForecastPlan.near(stepSeconds: seed % 2 == 0 ? 60 : 300)
        let values = (0..<200).map { _ in level + swing * Double(random.next() % 1000) / 1000 }
        let history = BinHistory(first: 0, stepSeconds: plan.stepSeconds, values: values)
        let forecaster = lastValueForecaster(history, plan: plan)
        let newest = NewestBin(bin: 199, value: values[199] - swing)
        let quantiles = forecaster.forecast(newest.history(stepSeconds: plan.stepSeconds))
        let asked = Resolution(width: quantiles[0, 5] - quantiles[0, 1])
        let whole = Fan(quantiles, resolution: asked)
        let (next, range) = try #require(forecaster.next(after: newest.value))
        let alone = Fan(next, resolution: Fan.resolution(asked, medians: next[0, 3], within: range))
        #expect(alone.resolution == whole.resolution)
        #expect(alone.medianUnits(0) == whole.medianUnits(0) && alone.codes80(0) == whole.codes80(0))
        let row = FanRow(
            grid: 1, origin: 0, issuedAt: 0, stepSeconds: plan.stepSeconds, model: "last-value", backfilled: false,
            fan: alone)
        #expect(ServedFan(next: row, by: forecaster, after: newest).whole.fan == whole)
    }
}
