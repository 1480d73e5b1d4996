// The rungs, the gate, and what bad data may not do.

import RNNKernelTable
import Testing

@testable import RNNForecast

private func trained(_ values: [Double], seed: UInt64 = 1, change: (inout ForecastPlan) -> Void = { _ in })
    throws(TrainingError) -> TrainingOutcome
{
    var plan = ForecastPlan.near(stepSeconds: 1_800)
    change(&plan)
    return try train(TrainingRequest(history: Made.history(values), plan: plan, seed: seed), stop: { false })
}

@Suite("Training") struct TrainingTests {
    @Test(
        "a rung enters the contest with its number of bins and not one bin before, whatever the horizon",
        arguments: [
            (300, 119, ["last-value"]), (300, 120, ["last-value", "ridge"]),
            (300, 399, ["last-value", "ridge"]), (300, 400, ["last-value", "ridge", "elman"]),
            (60, 172, ["last-value"]), (60, 173, ["last-value", "ridge"]),
            (60, 399, ["last-value", "ridge"]), (60, 400, ["last-value", "ridge", "elman"]),
        ] as [(Int64, Int, [String])])
    func rungs(stepSeconds: Int64, bins: Int, expected: [String]) throws {
        let history = Made.history(Made.daily(bins), step: stepSeconds)
        let outcome = try train(
            TrainingRequest(history: history, plan: .near(stepSeconds: stepSeconds), seed: 1), stop: { false })
        #expect(outcome.scores.map(\.name) == expected)
        #expect(outcome.accepted)
        if let skill = outcome.skill { #expect(skill <= 1) }
    }

    @Test("two bins are served by the last value, and the seasonal naive enters with two seasons to compare")
    func simple() throws {
        #expect(try trained(Made.daily(2)).forecaster.kind == .lastValue)
        #expect(try trained(Made.daily(180)).scores.map(\.name) == ["last-value", "seasonal-naive", "ridge"])
    }

    @Test("a daily shape is learnt: the winner beats both baselines by far")
    func learns() throws {
        let outcome = try trained(Made.daily(1_500))
        #expect(["ridge", "elman"].contains(outcome.forecaster.kind.name))
        let skill = try #require(outcome.skill)
        #expect(skill > 0.15)
        #expect(outcome.width80 > 0.5 && outcome.width80 < 3)
    }

    @Test("on a pure walk nothing claims skill it does not have")
    func walk() throws {
        var noise = GoldenNoise()
        var level = 0.0
        let values = (0..<1_200).map { _ in
            level += noise.next()
            return level
        }
        let outcome = try trained(values)
        let skill = try #require(outcome.skill)
        #expect(skill < 0.1)
    }

    @Test("the same seed gives the same model, on one thread or several")
    func deterministic() async throws {
        let values = Made.daily(700, walk: 0.2)
        let alone = try trained(values, seed: 7).forecaster.encoded()
        let together = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<2 { group.addTask { try trained(values, seed: 7).forecaster.encoded() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(together == [alone, alone])
    }

    @Test("stop is asked between minibatches, and obeyed")
    func cancellation() {
        var asked = 0
        let request = TrainingRequest(
            history: Made.history(Made.daily(600)), plan: .near(stepSeconds: 1_800), seed: 1)
        #expect(throws: TrainingError.cancelled) {
            try train(
                request,
                stop: {
                    asked += 1
                    return asked > 10
                })
        }
        #expect(asked == 11)
    }

    @Test("a plan that cannot be is named, and trains no network")
    func problems() throws {
        let changes: [(inout ForecastPlan) -> Void] = [
            { $0.window = 50 }, { $0.knots = [1, 5] }, { $0.layers = 0 },
            {
                $0.readout = .everyStep
                $0.bidirectional = true
            },
        ]
        for change in changes {
            var plan = ForecastPlan.near(stepSeconds: 1_800)
            #expect(plan.problem == nil)
            change(&plan)
            #expect(plan.problem != nil)
            let outcome = try trained(Made.daily(600), change: change)
            #expect(outcome.scores.map(\.name) == ["last-value", "seasonal-naive", "ridge"])
        }
    }

    @Test("a history of one value, or of none, is too little")
    func tooLittle() {
        #expect(throws: TrainingError.tooLittleHistory(bins: 0)) { try trained([.nan, .infinity]) }
        #expect(throws: TrainingError.tooLittleHistory(bins: 1)) { try trained([1]) }
    }

    @Test("missing bins, infinities and giants never make a forecast that is not finite", arguments: 0..<6)
    func badData(kind: Int) throws {
        var values = Made.daily(700)
        for i in values.indices {
            switch kind {
            case 0: if i % 3 == 0 { values[i] = .nan }
            case 1: if (200..<400).contains(i) { values[i] = .nan }
            case 2: if i % 50 == 0 { values[i] = i % 100 == 0 ? .infinity : -.infinity }
            case 3: values[i] *= 1e300
            case 4: values[i] = i == 350 ? 1e15 : values[i]
            default: values[i] = i < 500 ? 5 : values[i] * 1e-300
            }
        }
        let outcome = try trained(values)
        let fan = outcome.forecaster.forecast(Made.history(values))
        #expect(fan.values.allSatisfy { $0.isFinite }, "\(outcome.forecaster.kind.name)")
        #expect(outcome.report.skipped == 0)
    }

    @Test("forecasts stay within what is possible")
    func bounds() throws {
        let busy = Made.daily(700).map { max(0, min(100, ($0 - 60) * 20)) }
        let outcome = try trained(busy) { $0.percentage = true }
        let fan = outcome.forecaster.forecast(Made.history(busy))
        #expect(fan.values.allSatisfy { (0...100).contains($0) })
    }

    @Test(
        "a near plan can be had for any horizon: its knots end there", arguments: [1, 2, 12, 24, 25, 59, 60, 61, 1_500])
    func horizons(horizon: Int) {
        for step in [60, 300] as [Int64] {
            let plan = ForecastPlan.near(stepSeconds: step).with(horizon: horizon)
            #expect(plan.problem == nil, "\(horizon) of \(step) s: \(plan.problem ?? "")")
            #expect(plan.horizon == horizon)
            #expect(plan.knots.isEmpty ? horizon <= 24 : plan.knots.last == horizon && plan.knots.count < 24)
        }
    }

    @Test("an incumbent is judged only on bins it was not fitted on, and gives way where there are too few")
    func seen() throws {
        let values = Made.daily(600)
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        // It knows the whole history by heart.
        let good = try trained(values, seed: 9).forecaster
        let history = Made.history(values)
        for (unseen, isJudged) in [(600, true), (25, true), (20, false), (0, false)] {
            let request = TrainingRequest(
                history: history, plan: plan, seed: 1, incumbent: good, incumbentFittedTo: history.end - Int64(unseen))
            let outcome = try train(request, stop: { false })
            #expect(outcome.scores.contains { $0.name == "incumbent" } == isJudged, "\(unseen) bins unseen")
            #expect(isJudged || outcome.accepted)
        }
    }

    @Test("an incumbent that forecasts better stays, and the report says why")
    func incumbent() throws {
        let values = Made.daily(1_500)
        let good = try trained(values).forecaster
        var plan = ForecastPlan.near(stepSeconds: 1_800)
        plan.iterations = 1
        // The candidates learn from a history whose first part is another series.
        let mixed = Made.daily(1_000, seed: 9, season: 31) + values.suffix(500)
        let request = TrainingRequest(history: Made.history(mixed), plan: plan, seed: 1, incumbent: good)
        let outcome = try train(request, stop: { false })
        #expect(!outcome.accepted)
        #expect(outcome.forecaster == good)
        #expect(!outcome.report.rejection.isEmpty)
    }

    @Test("a training that is stopped and resumed ends with the same bits as one that was not")
    func resumed() throws {
        let history = Made.history(Made.daily(700))
        let plan = ForecastPlan.near(stepSeconds: 1_800)
        let ridge = try #require(FittedRidge(history, plan: plan))
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        func fresh(seed: UInt64) throws -> NetworkTraining {
            try #require(
                NetworkTraining(
                    ridge.series, shape: shape, ridge: ridge.weights, seed: seed, kernels: Kernels.chosen))
        }
        var whole = try fresh(seed: 3)
        _ = whole.run(stop: { false })
        var half = try fresh(seed: 3)
        _ = half.run(upTo: 150, stop: { false })
        var other = try fresh(seed: 4)
        other.state = half.state
        _ = other.run(stop: { false })
        #expect(other.state == whole.state)
    }

    @Test("any horizon and season can be asked for", arguments: [(13, 1), (24, 24), (48, 24), (48, 7)])
    func horizons(horizon: Int, season: Int) throws {
        let values = Made.daily(800, season: max(season, 2))
        let plan = ForecastPlan(stepSeconds: 3_600, horizon: horizon, season: season > 1 ? season : nil)
        let history = Made.history(values, step: 3_600)
        let outcome = try train(TrainingRequest(history: history, plan: plan, seed: 1), stop: { false })
        #expect(outcome.forecaster.forecast(history).leads == horizon)
    }
}
