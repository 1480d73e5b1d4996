// The speed of what the daemon really trains and asks: near networks, the ridge, single forecasts.

internal import RNNKernelTable

extension Capacity {
    /// A step, fit or forecast of one of the daemon's models on one instruction set.
    public struct ModelRow: Sendable, Hashable, Codable {
        /// What was timed.
        public var what: String
        /// `baseline`, `v3` or `v4`.
        public var isa: String
        /// Tenth percentile of its time.
        public var microseconds: Double
        /// Useful operations over the multiply-add roof of one core; nil where operations are not what it is about.
        public var percentOfPeak: Double?

        /// As the training rows are named.
        public enum CodingKeys: String, CodingKey {
            case what, isa, microseconds
            case percentOfPeak = "percent_of_peak"
        }
    }

    /// Times a step of the near networks at 5 minutes and at 1 minute, the ridge (3000 rows, day and week lags, 24
    /// leads), the training of a far network (whole, three times), the forecast of a network with a context, and near
    /// forecasts, for `duration` each.
    public static func measureModels<C: Clock>(
        clock: C, duration: Duration = .milliseconds(250), isa: String? = nil
    ) -> [ModelRow] where C.Duration == Duration {
        var rows: [ModelRow] = []
        for table in tables(isa) {
            for step in [Int64(300), 60] {
                if let row = nearStep(step, table, clock, duration) { rows.append(row) }
            }
            if let row = ridge(table, clock, duration) { rows.append(row) }
            if let row = farTraining(table, clock) { rows.append(row) }
            rows.append(contextForecast(table, clock, duration))
        }
        for series in [1, 256] {
            if let row = forecast(series: series, clock, duration) { rows.append(row) }
        }
        return rows
    }

    /// A made-up history with a daily shape.
    private static func history(_ count: Int, step: Int64) -> BinHistory {
        var random = SplitMix64(seed: 3)
        let day = Double(86_400 / step)
        let values = (0..<count).map { i in
            let phase = (Double(i) / day).truncatingRemainder(dividingBy: 1)
            return 50 + 80 * phase * (1 - phase) + Double(random.normal())
        }
        return BinHistory(first: 10_000, stepSeconds: step, values: values)
    }

    private static func nearStep<C: Clock>(
        _ step: Int64, _ table: KernelTable, _ clock: C, _ duration: Duration
    ) -> ModelRow? where C.Duration == Duration {
        let plan = ForecastPlan.near(stepSeconds: step)
        guard let series = PreparedSeries(history(8_064, step: step), plan: plan) else { return nil }
        let design = HighwayDesign(plan: plan, bins: series.count)
        let shape = NetworkShape(plan: plan, design: design)
        guard let fit = RidgeFit(series, design: design, kernels: table)?.fit(),
            let training = NetworkTraining(series, shape: shape, ridge: fit, seed: 1, kernels: table)
        else { return nil }
        let graph = NetworkGraph(series, shape: shape, kernels: table)
        graph.parameters = training.weights.parameters
        var random = SplitMix64(seed: 5)
        var origins = [Int32](repeating: 0, count: graph.batch)
        let numbers = AdamWStep(rate: 1e-4, decay: 0, clip: 1, firstCorrection: 0.9, secondCorrection: 0.9)
        let rounds = 5_000
        var roofs: [Double] = []
        let seconds = tenthPercentile(of: duration, clock) {
            for i in origins.indices { origins[i] = Int32(2_000 + random.index(below: 6_000)) }
        } timed: {
            _ = graph.step(origins: origins)
            _ = table.step(graph.optimiser, numbers, in: graph.arena)
        } between: {
            let start = clock.now
            _ = table.runMultiplyAdds(rounds)
            roofs.append(start.duration(to: clock.now) / .seconds(1))
        }
        let peak = Double(rounds * table.operationsPerRound) / roofs.sorted()[roofs.count / 10]
        let percent = 100 * Double(graph.batch) * shape.operationsPerWindow / seconds / peak
        return ModelRow(
            what: "near step, \(step) s bins", isa: table.instructionSet.description, microseconds: seconds * 1e6,
            percentOfPeak: percent)
    }

    /// 300 minibatches of the far network on 8 weeks of 15-minute bins, without its ridge; the best of three.
    private static func farTraining<C: Clock>(
        _ table: KernelTable, _ clock: C
    ) -> ModelRow? where C.Duration == Duration {
        guard let series = PreparedSeries(history(5_376, step: 900), plan: farPlan) else { return nil }
        let design = HighwayDesign(plan: farPlan, bins: series.count)
        let shape = NetworkShape(plan: farPlan, design: design)
        guard let fit = RidgeFit(series, design: design, kernels: table)?.fit() else { return nil }
        var seconds: [Double] = []
        for _ in 0..<3 {
            let start = clock.now
            guard
                var training = NetworkTraining(series, shape: shape, ridge: fit, seed: 1, kernels: table),
                training.run(stop: { false })
            else { return nil }
            _ = training.weights
            seconds.append(start.duration(to: clock.now) / .seconds(1))
        }
        return ModelRow(
            what: "far network, one training", isa: table.instructionSet.description,
            microseconds: (seconds.min() ?? 0) * 1e6)
    }

    private static func ridge<C: Clock>(
        _ table: KernelTable, _ clock: C, _ duration: Duration
    ) -> ModelRow? where C.Duration == Duration {
        var plan = ForecastPlan(stepSeconds: 900, horizon: 24, season: 96)
        plan.longSeason = 672
        guard let series = PreparedSeries(history(3_000 + 672 + 24, step: 900), plan: plan) else { return nil }
        let design = HighwayDesign(plan: plan, bins: series.count)
        guard let fit = RidgeFit(series, design: design, kernels: table) else { return nil }
        let seconds = tenthPercentile(of: duration, clock) {
        } timed: {
            _ = fit.fit()
        } between: {
        }
        return ModelRow(
            what: "ridge, 3000 rows", isa: table.instructionSet.description, microseconds: seconds * 1e6)
    }

    /// A near forecast with all that belongs to it, of one series or of many in turn, whose models and bins then come
    /// from a farther cache.
    private static func forecast<C: Clock>(
        series count: Int, _ clock: C, _ duration: Duration
    ) -> ModelRow? where C.Duration == Duration {
        let plan = ForecastPlan.near(stepSeconds: 300)
        let past = history(2_000, step: 300)
        guard let ridge = FittedRidge(past, plan: plan) else { return nil }
        let shape = NetworkShape(plan: plan, design: ridge.weights.design)
        guard
            let training = NetworkTraining(
                ridge.series, shape: shape, ridge: ridge.weights, seed: 1, kernels: Kernels.chosen)
        else { return nil }
        let parameters = training.weights.parameters
        let fleet = (0..<count).map { i in
            // Arrays of its own for each series.
            let weights = NetworkWeights(shape: shape, parameters: parameters)
            let values = past.values.dropLast(i).suffix(plan.neededBins)
            return (
                model: NetworkForecaster(
                    plan: plan, unit: ridge.series.unit, weights: weights, bounds: ridge.bounds, spread: []),
                newest: BinHistory(first: past.first, stepSeconds: 300, values: Array(values))
            )
        }
        let seconds = tenthPercentile(of: duration, clock) {
        } timed: {
            for one in fleet { _ = one.model.forecast(one.newest) }
        } between: {
        }
        return ModelRow(
            what: count == 1 ? "near forecast" : "near forecast, \(count) series in turn", isa: Kernels.instructionSet,
            microseconds: seconds * 1e6 / Double(count))
    }

    /// A network with a large context, as a kernel: 32 GRU units over 12 steps of 8 inputs, 48 units that read 145
    /// numbers, 360 outputs; 40 200 parameters in PyTorch's count, which has two biases a gate.
    private static func contextForecast<C: Clock>(
        _ table: KernelTable, _ clock: C, _ duration: Duration
    ) -> ModelRow where C.Duration == Duration {
        let plan = InferencePlan(
            cell: .gru, inputs: 8, hidden: 32, steps: 12, context: 145, units: 48, outputs: 360)
        var random = SplitMix64(seed: 7)
        let slack = InferencePlan.slack
        let floats = (0..<(plan.floatCount + slack)).map { _ in random.uniform(in: 0.2) }
        let bytes = (0..<(plan.byteCount + slack)).map { _ in Int8(truncatingIfNeeded: random.next()) }
        var values = (0..<(plan.valueCount + slack)).map { _ in random.uniform(in: 1) }
        let seconds = tenthPercentile(of: duration, clock) {
        } timed: {
            for _ in 0..<100 { table.infer(plan, floats: floats, bytes: bytes, values: &values) }
        } between: {
        }
        return ModelRow(
            what: "forecast of 40 200 parameters", isa: table.instructionSet.description,
            microseconds: seconds * 1e6 / 100)
    }

    /// Repeats for `duration`: what precedes a sample, the sample, and what is to happen between samples.
    private static func tenthPercentile<C: Clock>(
        of duration: Duration, _ clock: C, before: () -> Void, timed: () -> Void, between: () -> Void
    ) -> Double where C.Duration == Duration {
        let end = clock.now.advanced(by: duration)
        var samples: [Double] = []
        while clock.now < end || samples.count < 20 {
            before()
            let start = clock.now
            flushingDenormals(timed)
            samples.append(start.duration(to: clock.now) / .seconds(1))
            between()
        }
        return samples.sorted()[samples.count / 10]
    }
}

extension NetworkShape {
    /// Floating-point operations of a window's step: products of cell, head and highway, forward and back; gather,
    /// interpolation, loss and optimiser count as nothing. For an Elman layer.
    var operationsPerWindow: Double {
        let (t, i, h) = (Double(steps), Double(inputs), Double(stack.hidden))
        let cell = 2 * t * h * (i + h) + t * h * h
        let head = 3 * h * Double(outputs)
        let highway = 2 * Double(design.leads * design.weights)
        let context = contextDesign.map { Double($0.units * (2 * $0.features + 3 * outputs)) } ?? 0
        return 2 * (cell + head + context + highway)
    }
}
