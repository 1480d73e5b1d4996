// A network that says at every step what the next step will bring: many to many.
//
//     o[t] = O [1 ; h[t]]          the next step's bins, in the unit of the window, for every step t
//     dh_out[t] = O_hᵀ do[t]       every step has a reader, so every step's gradient enters the way back
//
// The head reads all steps at once: the states of T steps of B windows are laid side by side as T B lanes.

internal import RNNKernelTable

/// The plans of a many-to-many network's step and their arena.
struct SequenceGraph: TrainingGraph {
    let batch: Int
    let arena: Arena<Float>
    let optimiser: AdamWPlan
    private let kernels: KernelTable
    private let gather: GatherPlan
    private let recurrent: RecurrentPlan
    private let head: DensePlan
    private let loss: PointLossPlan
    private let zeros: Int

    /// Lays out a network over the bins of `series`: one layer, forward, no coarse means.
    init(_ series: PreparedSeries, shape: NetworkShape, kernels: KernelTable) {
        precondition(shape.stack.isSingle && shape.coarseSteps == 0)
        let plan = series.plan
        self.kernels = kernels
        batch = (plan.batch + 31) / 32 * 32
        let wide = shape.steps * batch
        var layout = ArenaLayout()
        let count = shape.parameterCount
        let (parameters, gradients) = (layout.reserve(count), layout.reserve(count))
        optimiser = AdamWPlan(
            count: count, parameters: parameters, gradients: gradients, firstMoments: layout.reserve(count),
            secondMoments: layout.reserve(count))
        recurrent = RecurrentPlan(
            cell: shape.stack.cell, inputs: shape.inputs, hidden: shape.stack.hidden, steps: shape.steps,
            batch: batch, weights: parameters, gradients: gradients, stepGradients: true,
            truncation: plan.truncation, in: &layout)
        let output = layout.reserve((shape.outputs + 8) * wide)
        let targets = layout.reserve(shape.outputs * wide)
        head = DensePlan(
            inputs: 1 + shape.stack.hidden, outputs: shape.outputs, batch: wide, weights: parameters + shape.head,
            gradients: gradients + shape.head, input: layout.reserve((1 + shape.stack.hidden) * wide), output: output,
            inputGradient: layout.reserve((shape.stack.hidden + 8) * wide), firstPropagated: 1,
            propagated: shape.stack.hidden, in: &layout)
        loss = PointLossPlan(
            loss: plan.loss.point ?? .huber, rows: shape.outputs, outputs: output, targets: targets, batch: wide)
        zeros = layout.reserve(shape.stack.hidden * batch)
        let channels = Channels(series, shape: shape, in: &layout)
        gather = GatherPlan(
            runs: channels.windows(
                shape, first: recurrent.state(step: 0, row: 0), batch: batch, stride: recurrent.stateRows * batch)
                + channels.nextSteps(shape, row: targets, batch: batch),
            anchors: channels.values, inverseScales: channels.inverseScales, batch: batch,
            period: channels.period)
        arena = Arena(count: layout.count)
        channels.write(series, leads: shape.design.leads, to: arena)
        for step in 0...shape.steps {
            let one = recurrent.state(step: step, row: shape.inputs)
            arena.fill(one..<(one + batch), with: 1)
        }
    }

    func step(origins: [Int32]) -> Float {
        kernels.gather(gather, origins: origins, in: arena)
        kernels.forward(recurrent, in: arena)
        for row in 0..<head.inputs { kernels.copy(states(row), in: arena) }
        kernels.forward(head, in: arena)
        let mean = kernels.loss(loss, in: arena)
        kernels.backward(head, in: arena)
        for unit in 0..<recurrent.hidden { kernels.copy(stepGradients(unit), in: arena) }
        let none = CopyPlan(from: zeros, to: recurrent.stateGradient, rows: recurrent.hidden, batch: batch)
        kernels.copy(none, in: arena)
        kernels.backward(recurrent, in: arena)
        return mean
    }

    /// Row `row` of [1 ; h] after every step, side by side.
    private func states(_ row: Int) -> CopyPlan {
        CopyPlan(
            from: recurrent.state(step: 1, row: recurrent.inputs + row), fromStride: recurrent.stateRows * batch,
            to: head.input + row * head.batch, toStride: batch, rows: 1, steps: recurrent.steps, batch: batch)
    }

    /// What the head says about unit `unit`, back to its steps.
    private func stepGradients(_ unit: Int) -> CopyPlan {
        CopyPlan(
            from: head.inputGradient + unit * head.batch, fromStride: batch,
            to: recurrent.stepGradients + unit * batch, toStride: recurrent.hidden * batch, rows: 1,
            steps: recurrent.steps, batch: batch)
    }
}
