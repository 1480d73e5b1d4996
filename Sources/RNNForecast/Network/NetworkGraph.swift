// A network and everything a step of its training needs, laid out in one arena.
//
//     gather -> recurrent layers -> heads ---+
//           \-> context -> tanh units -------+-> loss -> back the same way -> gradients
//           \-> highway, own lags -> gates --+
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
    /// What is gathered, and where it goes.
    let places: Places
    private let kernels: KernelTable
    private let stack: RecurrentStack
    private let context: ContextLayer?
    private let head: DensePlan
    private let highway: DensePlan
    private let ownLags: OwnLagPlan
    private let gates: GatePlan?
    private let loss: PinballPlan
    private let eventLoss: PointLossPlan?
    private let gather: GatherPlan

    /// Where the gathered rows of a minibatch begin.
    struct Places: Sendable {
        /// First row of a step's inputs, and scalars from step to step.
        let inputs: (first: Int, stride: Int)
        /// `[features]` rows; -1 without a context.
        let context: Int
        /// `[width]` rows, the last of them 1.
        let common: Int
        /// `[seasons][leads]` rows.
        let lags: Int
        /// `[leads]` rows of the window's mean; -1 without gates.
        let windowMean: Int
        /// `[leads]` rows.
        let targets: Int
        /// One row: whether the event comes; -1 without one.
        let event: Int
    }

    /// Lays out a network over the bins of `series`.
    init(_ series: PreparedSeries, shape: NetworkShape, kernels: KernelTable) {
        let plan = series.plan
        self.shape = shape
        self.kernels = kernels
        let batch = (plan.batch + 31) / 32 * 32
        self.batch = batch
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
        let heads = layout.reserve((shape.outputs + 8) * batch)
        let base = layout.reserve((leads + 8) * batch)
        let targets = layout.reserve(leads * batch)
        let common = layout.reserve(design.width * batch)
        // The experts: last value (the window's zero), mean of the window, own lags of each season.
        let experts = layout.reserve((2 + max(design.seasons.count, 1)) * leads * batch)
        let (windowMean, lags) = (experts + leads * batch, experts + 2 * leads * batch)
        head = DensePlan(
            inputs: 1 + shape.stack.summary, outputs: shape.outputs, batch: batch, weights: parameters + shape.head,
            gradients: gradients + shape.head, input: stack.summary, output: heads,
            inputGradient: stack.summaryGradient, firstPropagated: 1, propagated: shape.stack.summary, in: &layout)
        if let design = shape.contextDesign {
            context = ContextLayer(
                design, shape: shape, batch: batch, weights: parameters, gradients: gradients, output: heads,
                in: &layout)
        } else {
            context = nil
        }
        highway = DensePlan(
            inputs: design.width, outputs: leads, batch: batch, weights: parameters + shape.highway,
            gradients: gradients + shape.highway, input: common, output: base, in: &layout)
        ownLags = OwnLagPlan(
            leads: leads, count: design.seasons.count, weights: parameters + shape.own,
            gradients: gradients + shape.own, lags: lags, output: base, batch: batch)
        if shape.experts > 0 {
            gates = GatePlan(
                leads: leads, experts: shape.experts, base: base, gates: heads + shape.gates * batch, values: experts,
                mixed: layout.reserve(leads * batch), batch: batch)
        } else {
            gates = nil
        }
        loss = PinballPlan(
            leads: leads, knots: shape.knots.count, positions: layout.reserve(shape.knots.count),
            leadWeights: layout.reserve(leads), base: gates?.mixed ?? base, offsets: heads, targets: targets,
            batch: batch)
        if shape.events > 0 {
            eventLoss = PointLossPlan(
                loss: .crossEntropy, rows: 1, outputs: heads + shape.event * batch, targets: layout.reserve(batch),
                batch: batch)
        } else {
            eventLoss = nil
        }
        places = Places(
            inputs: (stack.input(step: 0, row: 0), stack.inputStride), context: context?.context ?? -1, common: common,
            lags: lags, windowMean: gates == nil ? -1 : windowMean, targets: targets, event: eventLoss?.targets ?? -1)

        let channels = Channels(series, shape: shape, in: &layout)
        var runs = channels.windows(shape, first: places.inputs.first, batch: batch, stride: places.inputs.stride)
        runs += channels.highway(design, common: common, lags: lags, batch: batch)
        runs += channels.targets(leads: leads, row: targets, batch: batch)
        if let context, let design = shape.contextDesign {
            runs += channels.context(design, row: context.context, batch: batch)
        }
        if gates != nil { runs += channels.windowMean(design, row: windowMean, batch: batch) }
        runs += channels.event(row: places.event, batch: batch)
        gather = GatherPlan(
            runs: runs, anchors: channels.values, inverseScales: channels.inverseScales, batch: batch,
            period: channels.period)

        arena = Arena(count: layout.count)
        channels.write(series, leads: leads, to: arena)
        arena.write(shape.knots.map { Float($0) }, at: loss.positions)
        arena.fill(loss.leadWeights..<(loss.leadWeights + leads), with: 1)
        stack.prepare(arena)
        context?.prepare(arena)
        let constant = common + (design.width - 1) * batch
        arena.fill(constant..<(constant + batch), with: 1)
    }

    func step(origins: [Int32]) -> Float {
        kernels.gather(gather, origins: origins, in: arena)
        return passGathered()
    }

    /// The gathered windows through the network and back.
    func passGathered() -> Float {
        forward()
        var mean = lossAndGradient()
        if let eventLoss { mean += kernels.loss(eventLoss, in: arena) }
        if let gates { kernels.backward(gates, in: arena) }
        kernels.backward(head, in: arena)
        context?.backward(kernels, arena)
        kernels.backward(highway, in: arena)
        if ownLags.count > 0 { kernels.backward(ownLags, in: arena) }
        stack.backward(kernels, arena)
        return mean
    }

    /// What the heads say of the window at `origin`, `[outputs]`, and what highway and gates do, `[leads]`.
    func outputs(origin: Int) -> (heads: [Float], base: [Float]) {
        kernels.gather(gather, origins: [Int32](repeating: Int32(origin), count: batch), in: arena)
        forward()
        return (
            (0..<shape.outputs).map { arena[head.output + $0 * batch] },
            (0..<loss.leads).map { arena[loss.base + $0 * batch] }
        )
    }

    private func forward() {
        stack.forward(kernels, arena)
        kernels.forward(head, in: arena)
        context?.forward(kernels, arena)
        kernels.forward(highway, in: arena)
        if ownLags.count > 0 { kernels.forward(ownLags, in: arena) }
        if let gates { kernels.forward(gates, in: arena) }
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
