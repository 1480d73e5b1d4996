// What every forecaster promises, whatever it was fitted on.

import RNNKernelTable
import Testing

@testable import RNNForecast

@Suite("Forecasts") struct ForecastTests {
    private func models() throws -> [Forecaster] {
        let values = Made.daily(700)
        let history = Made.history(values)
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let ridge = try #require(FittedRidge(history, plan: plan))
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        var training = try #require(
            NetworkTraining(ridge.series, shape: shape, ridge: ridge.weights, seed: 1, kernels: Kernels.chosen))
        let finished = training.run(stop: { false })
        #expect(finished)
        return [
            lastValueForecaster(history, plan: plan), .ridge(ridge.forecaster),
            .seasonalNaive(try #require(SeasonalNaiveForecaster(history, plan: plan))),
            .network(
                NetworkForecaster(
                    plan: plan, unit: ridge.series.unit, weights: training.weights, bounds: ridge.bounds, spread: [])),
        ]
    }

    @Test("do not depend on bins older than the plan says it needs")
    func neededBins() throws {
        let values = Made.daily(700)
        let needed = ForecastPlan.near(stepSeconds: 1_800).neededBins
        for model in try models() {
            let whole = model.forecast(Made.history(values))
            var newest = Made.history(Array(values.suffix(needed)))
            newest.first += Int64(values.count - needed)
            for (a, b) in zip(whole.values, model.forecast(newest).values) {
                // Running sums begin elsewhere.
                #expect(abs(a - b) < 1e-6 * abs(a), "\(model.kind.name)")
            }
        }
    }

    @Test("are made from any history, however short or torn", arguments: [1, 2, 3, 47, 48, 49, 100])
    func short(bins: Int) throws {
        for model in try models() {
            var values = Array(Made.daily(700).suffix(bins))
            if bins > 3 { values[bins / 2] = .nan }
            let fan = model.forecast(Made.history(values))
            #expect(fan.values.allSatisfy { $0.isFinite }, "\(model.kind.name)")
            values = [Double](repeating: .nan, count: bins)
            #expect(model.forecast(Made.history(values)).values.allSatisfy { $0.isNaN })
        }
    }

    @Test("have their quantiles in order at every lead")
    func ordered() throws {
        for model in try models() {
            let fan = model.forecast(Made.history(Made.daily(300, seed: 5, walk: 3)))
            for lead in 0..<fan.leads { #expect((1..<7).allSatisfy { fan[lead, $0 - 1] <= fan[lead, $0] }) }
        }
    }

    @Test("of the ridge cover as often as they say")
    func coverage() throws {
        let values = Made.daily(2_000)
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let outcome = try #require(FittedRidge(Made.history(Array(values.prefix(1_500))), plan: plan)).forecaster
        var inside = 0
        for end in 1_500..<1_976 {
            let fan = outcome.forecast(Made.history(Array(values[(end - 400)..<end])))
            if fan.lower80[0] <= values[end], values[end] <= fan.upper80[0] { inside += 1 }
        }
        #expect((0.72...0.88).contains(Double(inside) / 476))
    }

    @Test("of the last value on a steady climb reach up and not down")
    func climb() {
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let history = Made.history((0..<100).map { Double($0) })
        let fan = lastValueForecaster(history, plan: plan).forecast(history)
        #expect(fan.median == [Double](repeating: 99, count: 24))
        #expect(fan.lower80 == fan.median)
        #expect(fan.upper80 == (1...24).map { 99 + Double($0) })
    }

    @Test("read any probability between the outer quantiles, and none beyond")
    func quantiles() {
        let fan = QuantileFan(leads: 1, values: [7, 6, 5, 4, 3, 2, 1])
        #expect(fan.quantile(0.5, lead: 0) == 4)
        #expect(fan.quantile(0.025, lead: 0) == 1)
        #expect(abs(fan.quantile(0.375, lead: 0)! - 3.5) < 1e-12)  // the test fails here if there is none
        #expect(fan.quantile(0.02, lead: 0) == nil && fan.quantile(0.98, lead: 0) == nil)
    }
}
