// A network and everything a step of its training needs, laid out in one arena.
//
//     gather -> recurrent layers -> head ----+
//           \-> highway, own lags -> base ---+-> loss -> back the same way -> gradients
//
// The graph knows shapes and places; what is done with the gradients is `NetworkTraining`'s.

internal import RNNKernelTable

/// What a training needs of a network: its parameters in an arena, and a step that leaves their gradient there.
protocol TrainingGraph {
    var batch: Int { get }
    var arena: Arena<Float> { get }
    var optimiser: AdamWPlan { get }
    /// Windows at `origins` through the network and back. Returns their mean loss; the gradient lies in the arena.
    func step(origins: [Int32]) -> Float
}

extension TrainingGraph {
    /// The parameters.
    var parameters: [Float] {
        get { arena.read(optimiser.parameters..<(optimiser.parameters + optimiser.count)) }
        nonmutating set { arena.write(newValue, at: optimiser.parameters) }
    }
}

/// The plans of a many-to-one network's step and their arena.
struct NetworkGraph: TrainingGraph {
    let shape: NetworkShape
    let batch: Int
    let arena: Arena<Float>
    /// Where the parameters lie; gradients and moments are as long.
    let optimiser: AdamWPlan
    private let kernels: KernelTable
    private let stack: RecurrentStack
    private let head: DensePlan
    private let highway: DensePlan
    private let ownLags: OwnLagPlan
    private let loss: PinballPlan
    private let gather: GatherPlan

    /// Lays out a network over the bins of `series`.
    init(_ series: PreparedSeries, shape: NetworkShape, kernels: KernelTable) {
        let plan = series.plan
        self.shape = shape
        self.kernels = kernels
        batch = (plan.batch + 31) / 32 * 32
        let design = shape.design
        let leads = design.leads
        var layout = ArenaLayout()
        let count = shape.parameterCount
        let (parameters, gradients) = (layout.reserve(count), layout.reserve(count))
        optimiser = AdamWPlan(
            count: count, parameters: parameters, gradients: gradients, firstMoments: layout.reserve(count),
            secondMoments: layout.reserve(count))
        stack = RecurrentStack(
            shape.stack, steps: shape.steps, batch: batch, weights: parameters, gradients: gradients,
            truncation: plan.truncation, in: &layout)
        let offsets = layout.reserve((shape.outputs + 8) * batch)
        let base = layout.reserve((leads + 8) * batch)
        let targets = layout.reserve(leads * batch)
        let common = layout.reserve(design.width * batch)
        let lags = layout.reserve(max(design.seasons.count, 1) * leads * batch)
        head = DensePlan(
            inputs: 1 + shape.stack.summary, outputs: shape.outputs, batch: batch, weights: parameters + shape.head,
            gradients: gradients + shape.head, input: stack.summary, output: offsets,
            inputGradient: stack.summaryGradient, firstPropagated: 1, propagated: shape.stack.summary, in: &layout)
        highway = DensePlan(
            inputs: design.width, outputs: leads, batch: batch, weights: parameters + shape.highway,
            gradients: gradients + shape.highway, input: common, output: base, in: &layout)
        ownLags = OwnLagPlan(
            leads: leads, count: design.seasons.count, weights: parameters + shape.own,
            gradients: gradients + shape.own, lags: lags, output: base, batch: batch)
        loss = PinballPlan(
            leads: leads, knots: shape.knots.count, positions: layout.reserve(shape.knots.count),
            leadWeights: layout.reserve(leads), base: base, offsets: offsets, targets: targets, batch: batch)

        let channels = Channels(series, leads: leads, in: &layout)
        gather = GatherPlan(
            runs: channels.windows(
                shape, first: stack.input(step: 0, row: 0), batch: batch, stride: stack.inputStride)
                + channels.highway(design, common: common, lags: lags, batch: batch)
                + channels.targets(leads: leads, row: targets, batch: batch),
            anchors: channels.values, inverseScales: channels.inverseScales, batch: batch)

        arena = Arena(count: layout.count)
        channels.write(series, leads: leads, to: arena)
        arena.write(shape.knots.map { Float($0) }, at: loss.positions)
        arena.fill(loss.leadWeights..<(loss.leadWeights + leads), with: 1)
        stack.prepare(arena)
        let constant = common + (design.width - 1) * batch
        arena.fill(constant..<(constant + batch), with: 1)
    }

    func step(origins: [Int32]) -> Float {
        kernels.gather(gather, origins: origins, in: arena)
        stack.forward(kernels, arena)
        kernels.forward(head, in: arena)
        kernels.forward(highway, in: arena)
        if ownLags.count > 0 { kernels.forward(ownLags, in: arena) }
        let mean = lossAndGradient()
        kernels.backward(head, in: arena)
        kernels.backward(highway, in: arena)
        if ownLags.count > 0 { kernels.backward(ownLags, in: arena) }
        stack.backward(kernels, arena)
        return mean
    }

    /// The head's outputs of the window at `origin`, `[head leads][loss.outputs]`.
    func headOutputs(origin: Int) -> [Float] {
        kernels.gather(gather, origins: [Int32](repeating: Int32(origin), count: batch), in: arena)
        stack.forward(kernels, arena)
        kernels.forward(head, in: arena)
        return (0..<shape.outputs).map { arena[head.output + $0 * batch] }
    }

    private func lossAndGradient() -> Float {
        guard let point = shape.loss.point else { return kernels.pinball(loss, in: arena) }
        let sum = CopyPlan(
            from: loss.offsets, to: loss.base, rows: loss.leads, batch: batch, adding: true)
        kernels.copy(sum, in: arena)
        let plan = PointLossPlan(
            loss: point, rows: loss.leads, outputs: loss.base, targets: loss.targets, batch: batch)
        let mean = kernels.loss(plan, in: arena)
        kernels.copy(CopyPlan(from: loss.base, to: loss.offsets, rows: loss.leads, batch: batch), in: arena)
        return mean
    }
}
