// One whole training step of the size that capacity is stated for: gather, forward, BPTT, clip and Adam.

internal import RNNKernelTable

/// A many-to-one network on made-up windows, with a mean squared error.
struct CapacityStep {
    let cell: Cell
    let inputs: Int
    let hidden: Int
    let steps: Int
    let outputs: Int
    let kernels: KernelTable
    let arena: Arena<Float>
    let gather: GatherPlan
    let recurrent: RecurrentPlan
    let head: DensePlan
    let loss: PointLossPlan
    let optimiser: AdamWPlan
    var batch: [Int32]
    private var random = SplitMix64(seed: 1)
    private static let bins = 3_000

    /// Lays out a step; `batch` windows, a multiple of 32.
    init(cell: Cell, inputs: Int, hidden: Int, steps: Int, outputs: Int, batch: Int, kernels: KernelTable) {
        self.cell = cell
        self.inputs = inputs
        self.hidden = hidden
        self.steps = steps
        self.outputs = outputs
        self.kernels = kernels
        self.batch = [Int32](repeating: 0, count: batch)
        var layout = ArenaLayout()
        let recurrentCount = RecurrentPlan.parameterCount(cell, inputs: inputs, hidden: hidden)
        let count = recurrentCount + outputs * (1 + hidden)
        let parameters = layout.reserve(count)
        let gradients = layout.reserve(count)
        optimiser = AdamWPlan(
            count: count, parameters: parameters, gradients: gradients, firstMoments: layout.reserve(count),
            secondMoments: layout.reserve(count))
        recurrent = RecurrentPlan(
            cell: cell, inputs: inputs, hidden: hidden, steps: steps, batch: batch, weights: parameters,
            gradients: gradients, in: &layout)
        let output = layout.reserve((outputs + 8) * batch)
        let targets = layout.reserve(outputs * batch)
        head = DensePlan(
            inputs: 1 + hidden, outputs: outputs, batch: batch, weights: parameters + recurrentCount,
            gradients: gradients + recurrentCount, input: recurrent.state(step: steps, row: inputs), output: output,
            inputGradient: recurrent.stateGradient, firstPropagated: 1, propagated: hidden, in: &layout)
        loss = PointLossPlan(loss: .meanSquared, rows: outputs, outputs: output, targets: targets, batch: batch)
        let channels = (0..<inputs).map { _ in layout.reserve(Self.bins) }
        let rowStride = recurrent.stateRows * batch
        let rows = (0..<inputs).map { [recurrent] in recurrent.state(step: 0, row: $0) }
        var runs = zip(channels, rows).map { channel, row in
            GatherPlan.Run(
                channel: channel, offset: 0, count: steps, row: row, rowStride: rowStride, normalised: false)
        }
        runs.append(
            .init(
                channel: channels[0], offset: steps, count: outputs, row: targets, rowStride: batch, normalised: false))
        gather = GatherPlan(runs: runs, anchors: channels[0], inverseScales: channels[0], batch: batch)
        arena = Arena(count: layout.count)
        let bound = 1 / Float(hidden).squareRoot()
        arena.write((0..<count).map { _ in random.uniform(in: bound) }, at: parameters)
        for channel in channels { arena.write((0..<Self.bins).map { _ in random.uniform(in: 1) }, at: channel) }
        for step in 0...steps {
            let one = recurrent.state(step: step, row: inputs)
            arena.fill(one..<(one + batch), with: 1)
        }
    }

    /// Chooses the windows of the next step.
    mutating func draw() {
        for i in batch.indices { batch[i] = Int32(random.index(below: 2_000)) }
    }

    /// The step that is timed. Returns the loss.
    @discardableResult
    func run() -> Float {
        kernels.gather(gather, origins: batch, in: arena)
        kernels.forward(recurrent, in: arena)
        kernels.forward(head, in: arena)
        let mean = kernels.loss(loss, in: arena)
        kernels.backward(head, in: arena)
        kernels.backward(recurrent, in: arena)
        let numbers = AdamWStep(rate: 1e-3, decay: 0, clip: 1, firstCorrection: 0.9, secondCorrection: 0.9)
        _ = kernels.step(optimiser, numbers, in: arena)
        return mean
    }

    /// Floating-point operations of a window: the products of forward pass, state gradients (recurrent part only) and
    /// weight gradients; everything else counts as nothing.
    var operationsPerWindow: Double {
        let gates: Double =
            switch cell {
            case .elman, .relu: 1
            case .gru: 3
            case .lstm: 4
            }
        let (i, h, t, o) = (Double(inputs), Double(hidden), Double(steps), Double(outputs))
        return 2 * (2 * t * gates * h * (i + h) + t * gates * h * h + 3 * h * o)
    }
}
