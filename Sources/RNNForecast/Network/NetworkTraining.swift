// Training of one network on one series: random windows, pinball loss, backpropagation through time, AdamW.
//
// Everything a step needs is laid out in one arena before the first; a step allocates nothing, and may be stopped before
// each. The same series, plan and seed give the same weights on one instruction set. A loss or gradient that is not
// finite is counted, and never reaches the weights.

internal import RNNKernelTable

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The arrays and plans of one training.
struct NetworkTraining {
    let shape: NetworkShape
    let plan: ForecastPlan
    private let kernels: KernelTable
    private let arena: Arena<Float>
    private let origins: Range<Int>
    private let usable: [Int32]
    private let gather: GatherPlan
    private let recurrent: RecurrentPlan
    private let head: DensePlan
    private let highway: DensePlan
    private let ownLags: OwnLagPlan
    private let loss: PinballPlan
    private let optimiser: AdamWPlan
    private var random: SplitMix64

    /// Lays out a training on `series`, starting from `ridge`. Nil if fewer than 64 windows can be used.
    init?(_ series: PreparedSeries, shape: NetworkShape, ridge: RidgeWeights, seed: UInt64, kernels: KernelTable) {
        let plan = series.plan
        self.shape = shape
        self.plan = plan
        self.kernels = kernels
        random = SplitMix64(seed: seed)
        let first = shape.firstOrigin
        guard series.count - 1 > first else { return nil }
        origins = first..<(series.count - 1)
        usable = Self.usable(series, shape, origins)
        guard usable.count >= 64 else { return nil }

        let batch = (plan.batch + 31) / 32 * 32
        let design = shape.design
        let leads = design.leads
        var layout = ArenaLayout()
        let parameters = layout.reserve(shape.parameterCount)
        let gradients = layout.reserve(shape.parameterCount)
        let firstMoments = layout.reserve(shape.parameterCount)
        let secondMoments = layout.reserve(shape.parameterCount)
        recurrent = RecurrentPlan(
            cell: shape.cell, inputs: shape.inputs, hidden: shape.hidden, steps: shape.steps, batch: batch,
            weights: parameters, gradients: gradients, in: &layout)
        let offsets = layout.reserve((shape.outputs + 8) * batch)
        let base = layout.reserve((leads + 8) * batch)
        let targets = layout.reserve(leads * batch)
        let common = layout.reserve(design.width * batch)
        let lags = layout.reserve(max(design.seasons.count, 1) * leads * batch)
        head = DensePlan(
            inputs: 1 + shape.hidden, outputs: shape.outputs, batch: batch, weights: parameters + shape.head,
            gradients: gradients + shape.head, input: recurrent.state(step: shape.steps, row: shape.inputs),
            output: offsets, inputGradient: recurrent.stateGradient, firstPropagated: 1, propagated: shape.hidden,
            in: &layout)
        highway = DensePlan(
            inputs: design.width, outputs: leads, batch: batch, weights: parameters + shape.highway,
            gradients: gradients + shape.highway, input: common, output: base, in: &layout)
        ownLags = OwnLagPlan(
            leads: leads, count: design.seasons.count, weights: parameters + shape.own,
            gradients: gradients + shape.own, lags: lags, output: base, batch: batch)
        let positions = layout.reserve(shape.knots.count)
        let leadWeights = layout.reserve(leads)
        loss = PinballPlan(
            leads: leads, knots: shape.knots.count, positions: positions, leadWeights: leadWeights, base: base,
            offsets: offsets, targets: targets, batch: batch)
        optimiser = AdamWPlan(
            count: shape.parameterCount, parameters: parameters, gradients: gradients, firstMoments: firstMoments,
            secondMoments: secondMoments)

        // Channels, with a horizon of missing targets after the newest bin.
        let room = series.count + leads
        let channels = (0..<7).map { _ in layout.reserve(room) }
        arena = Arena(count: layout.count)
        let coarse = PreparedSeries.means(series.values, of: 5, centred: false)
        let phases = series.values.indices.map(series.phase)
        let contents: [[Double]] = [
            series.values, series.present + [Double](repeating: .nan, count: leads), series.inverseScales, series.lags,
            coarse, phases.map(\.sin), phases.map(\.cos),
        ]
        for (place, content) in zip(channels, contents) { arena.write(content.map { Float($0) }, at: place) }
        gather = Self.gather(shape, recurrent, channels, targets: targets, common: common, lags: lags)

        arena.write(shape.knots.map { Float($0) }, at: positions)
        arena.fill(leadWeights..<(leadWeights + leads), with: 1)
        for step in 0...shape.steps {
            let row = recurrent.state(step: step, row: shape.inputs)
            arena.fill(row..<(row + batch), with: 1)
        }
        let constant = common + (design.width - 1) * batch
        arena.fill(constant..<(constant + batch), with: 1)
        arena.write(Self.start(shape, ridge, &random), at: parameters)
    }

    /// Origins whose bin and whose next targets are mostly there.
    private static func usable(_ series: PreparedSeries, _ shape: NetworkShape, _ origins: Range<Int>) -> [Int32] {
        var missing = [0]
        for value in series.present { missing.append(missing[missing.count - 1] + (value.isNaN ? 1 : 0)) }
        return origins.compactMap { e in
            let end = min(e + 1 + shape.design.leads, series.count)
            let inWindow = missing[e + 1] - missing[e + 1 - shape.design.window]
            let targets = end - e - 1 - (missing[end] - missing[e + 1])
            let wanted = 2 * inWindow <= shape.design.window && 2 * targets > shape.design.leads
            return wanted && !series.present[e].isNaN ? Int32(e) : nil
        }
    }

    /// Where every row of a minibatch comes from.
    private static func gather(
        _ shape: NetworkShape, _ recurrent: RecurrentPlan, _ channels: [Int], targets: Int, common: Int, lags: Int
    ) -> GatherPlan {
        let batch = recurrent.batch
        let design = shape.design
        let (values, present, inverse, lag, coarse) = (channels[0], channels[1], channels[2], channels[3], channels[4])
        let stepRows = recurrent.stateRows * batch
        var runs: [GatherPlan.Run] = []
        func add(_ channel: Int, _ offset: Int, stride: Int = 1, _ count: Int, row: Int, apart: Int, normalised: Bool) {
            guard count > 0 else { return }
            runs.append(
                .init(
                    channel: channel, offset: offset, stride: stride, count: count, row: row, rowStride: apart,
                    normalised: normalised))
        }
        for place in 0..<NetworkShape.binsPerStep {
            add(
                coarse, shape.offset(step: 0, place: place), stride: 5 * NetworkShape.binsPerStep, shape.coarseSteps,
                row: recurrent.state(step: 0, row: place), apart: stepRows, normalised: true)
            add(
                values, shape.offset(step: shape.coarseSteps, place: place), stride: NetworkShape.binsPerStep,
                shape.steps - shape.coarseSteps, row: recurrent.state(step: shape.coarseSteps, row: place),
                apart: stepRows, normalised: true)
        }
        for (phase, channel) in channels[5...6].enumerated() {
            let row = NetworkShape.binsPerStep + phase
            add(
                channel, shape.offset(step: 0, place: 3), stride: 5 * NetworkShape.binsPerStep, shape.coarseSteps,
                row: recurrent.state(step: 0, row: row), apart: stepRows, normalised: false)
            add(
                channel, shape.offset(step: shape.coarseSteps, place: 3), stride: NetworkShape.binsPerStep,
                shape.steps - shape.coarseSteps, row: recurrent.state(step: shape.coarseSteps, row: row),
                apart: stepRows, normalised: false)
        }
        add(values, 1 - design.window, design.window - 1, row: common, apart: batch, normalised: true)
        for (j, season) in design.seasons.enumerated() {
            add(lag, -season, 1, row: common + (design.window - 1 + j) * batch, apart: batch, normalised: true)
            // Consecutive leads look at consecutive bins, except where one more season is skipped.
            var lead = 0
            while lead < design.leads {
                let until = min((lead / season + 1) * season, design.leads)
                add(
                    lag, design.ownOffset(lead: lead, season: season), until - lead,
                    row: lags + (j * design.leads + lead) * batch, apart: batch, normalised: true)
                lead = until
            }
        }
        add(present, 1, design.leads, row: targets, apart: batch, normalised: true)
        return GatherPlan(runs: runs, anchors: values, inverseScales: inverse, batch: batch)
    }

    /// The first parameters: recurrent weights as PyTorch starts them, a head that says almost nothing but the ridge's
    /// spread, and the ridge as highway.
    private static func start(_ shape: NetworkShape, _ ridge: RidgeWeights, _ random: inout SplitMix64) -> [Float] {
        var out: [Float] = []
        let bound = 1 / Float(shape.hidden).squareRoot()
        for _ in 0..<shape.recurrentCount { out.append(random.uniform(in: bound)) }
        for lead in shape.knots {
            for q in 0..<7 {
                out.append(Float(ridge.offsets[lead * 7 + q]))
                for _ in 0..<shape.hidden { out.append(0.01 * random.normal()) }
            }
        }
        let design = shape.design
        for lead in 0..<design.leads {
            let row = lead * design.weights
            out += ridge.coefficients[row..<(row + design.width)].map { Float($0) }
        }
        for season in design.seasons.indices {
            for lead in 0..<design.leads {
                out.append(Float(ridge.coefficients[lead * design.weights + design.width + season]))
            }
        }
        return out
    }

    /// Trains for the plan's iterations. Nil if `stop` said so.
    mutating func run(stop: () -> Bool) -> (weights: NetworkWeights, report: TrainingReport)? {
        var report = TrainingReport()
        let result = flushingDenormals { () -> NetworkWeights? in
            var (keep1, keep2): (Double, Double) = (1, 1)
            var batch = [Int32](repeating: 0, count: recurrent.batch)
            for iteration in 0..<plan.iterations {
                if stop() { return nil }
                for lane in batch.indices { batch[lane] = usable[random.index(below: usable.count)] }
                kernels.gather(gather, origins: batch, in: arena)
                kernels.forward(recurrent, in: arena)
                kernels.forward(head, in: arena)
                kernels.forward(highway, in: arena)
                if ownLags.count > 0 { kernels.forward(ownLags, in: arena) }
                let mean = kernels.pinball(loss, in: arena)
                kernels.backward(head, in: arena)
                kernels.backward(highway, in: arena)
                if ownLags.count > 0 { kernels.backward(ownLags, in: arena) }
                kernels.backward(recurrent, in: arena)
                keep1 *= 0.9
                keep2 *= 0.999
                let step = AdamWStep(
                    rate: rate(iteration), decay: 0.01, clip: 1, firstCorrection: Float(1 - keep1),
                    secondCorrection: Float(1 - keep2))
                let norm = kernels.step(optimiser, step, in: arena)
                report.note(loss: mean, norm: norm)
            }
            let last = optimiser.parameters + shape.parameterCount
            let trained = arena.read(optimiser.parameters..<last)
            return NetworkWeights(shape: shape, parameters: trained).asStored()
        }
        guard let weights = result else { return nil }
        return (weights, report)
    }

    /// Warm-up over 20 iterations, then a cosine to 0.
    private func rate(_ iteration: Int) -> Float {
        let warm = min(1, Double(iteration + 1) / 20)
        return Float(plan.learningRate * warm * 0.5 * (1 + cos(.pi * Double(iteration) / Double(plan.iterations))))
    }
}
