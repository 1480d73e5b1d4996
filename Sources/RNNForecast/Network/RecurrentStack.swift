// Recurrent layers on top of each other, each read in one direction or in both.
//
// The reversed reading of a window begins at its newest step; its future is the window's own end, so nothing is looked
// ahead at. A layer above reads at step t what both readings below had there. The summary of a window is the last state
// of every reading of the top layer: `[1 ; h forward ; h reversed]`.
//
// BPTT goes the same way back: a layer hands the gradient of its inputs to the readings below as gradients of every
// step. One layer in one direction, the usual case, copies nothing.

internal import RNNKernelTable

/// The shape of a stack, and where its parameters lie.
struct StackShape: Sendable, Hashable {
    let cell: Cell
    let inputs: Int
    let hidden: Int
    let layers: Int
    let bidirectional: Bool

    var directions: Int { bidirectional ? 2 : 1 }
    /// Rows of the last states.
    var summary: Int { hidden * directions }
    /// Whether there is one layer in one direction.
    var isSingle: Bool { layers == 1 && !bidirectional }

    func inputs(layer: Int) -> Int { layer == 0 ? inputs : summary }

    /// Parameters of one reading of a layer.
    func parameterCount(layer: Int) -> Int {
        RecurrentPlan.parameterCount(cell, inputs: inputs(layer: layer), hidden: hidden)
    }

    /// Parameters in all, `[layer][direction]`.
    var parameterCount: Int { (0..<layers).reduce(0) { $0 + directions * parameterCount(layer: $1) } }
}

/// A stack laid out in an arena.
struct RecurrentStack: Sendable {
    let shape: StackShape
    let steps: Int
    let batch: Int
    /// Where the rows `[1 ; summary]` lie.
    let summary: Int
    /// Where the gradient of the summary's states is wanted, `[summary]` rows.
    let summaryGradient: Int
    /// `[layer][direction]`
    private let readings: [[RecurrentPlan]]
    private let before: [CopyPlan]
    private let zeros: Int

    /// Lays out a stack whose parameters and gradients begin at given places.
    init(
        _ shape: StackShape, steps: Int, batch: Int, weights: Int, gradients: Int, truncation: Int? = nil,
        in layout: inout ArenaLayout
    ) {
        self.shape = shape
        self.steps = steps
        self.batch = batch
        var place = 0
        var readings: [[RecurrentPlan]] = []
        for layer in 0..<shape.layers {
            var row: [RecurrentPlan] = []
            for _ in 0..<shape.directions {
                row.append(
                    RecurrentPlan(
                        cell: shape.cell, inputs: shape.inputs(layer: layer), hidden: shape.hidden, steps: steps,
                        batch: batch, weights: weights + place, gradients: gradients + place,
                        stepGradients: layer < shape.layers - 1, inputGradients: layer > 0,
                        truncation: truncation, in: &layout))
                place += shape.parameterCount(layer: layer)
            }
            readings.append(row)
        }
        self.readings = readings
        zeros = layout.reserve(shape.hidden * batch)
        let top = readings[shape.layers - 1]
        if shape.bidirectional {
            let rows = layout.reserve((1 + shape.summary) * batch)
            summary = rows
            summaryGradient = layout.reserve((shape.summary + 8) * batch)
            before = top.enumerated().map { direction, plan in
                CopyPlan(
                    from: plan.state(step: steps, row: plan.hiddenRow),
                    to: rows + (1 + direction * shape.hidden) * batch, rows: shape.hidden, batch: batch)
            }
        } else {
            summary = top[0].state(step: steps, row: top[0].inputs)
            summaryGradient = top[0].stateGradient
            before = []
        }
    }

    /// Where row `row` of the inputs of step `step` is to be gathered to.
    func input(step: Int, row: Int) -> Int { readings[0][0].state(step: step, row: row) }
    /// Scalars from one step's inputs to the next.
    var inputStride: Int { readings[0][0].stateRows * batch }

    /// Writes the constant rows, once.
    func prepare(_ arena: Arena<Float>) {
        for plan in readings.joined() {
            for step in 0...steps {
                let one = plan.state(step: step, row: plan.inputs)
                arena.fill(one..<(one + batch), with: 1)
            }
        }
        arena.fill(summary..<(summary + batch), with: 1)
    }

    /// Reads the gathered windows, up to the summary.
    func forward(_ kernels: KernelTable, _ arena: Arena<Float>) {
        for (layer, row) in readings.enumerated() {
            for (direction, plan) in row.enumerated() {
                for copy in inputs(of: plan, layer: layer, direction: direction) { kernels.copy(copy, in: arena) }
                kernels.forward(plan, in: arena)
            }
        }
        for copy in before { kernels.copy(copy, in: arena) }
    }

    /// Goes back from the summary's gradient to the gradients of all parameters.
    func backward(_ kernels: KernelTable, _ arena: Arena<Float>) {
        for layer in stride(from: shape.layers - 1, through: 0, by: -1) {
            for (direction, plan) in readings[layer].enumerated() {
                if layer < shape.layers - 1 {
                    let zero = CopyPlan(from: zeros, to: plan.stateGradient, rows: shape.hidden, batch: batch)
                    kernels.copy(zero, in: arena)
                    for copy in stepGradients(of: plan, layer: layer, direction: direction) {
                        kernels.copy(copy, in: arena)
                    }
                } else if shape.bidirectional {
                    let from = summaryGradient + direction * shape.hidden * batch
                    let copy = CopyPlan(from: from, to: plan.stateGradient, rows: shape.hidden, batch: batch)
                    kernels.copy(copy, in: arena)
                }
                kernels.backward(plan, in: arena)
            }
        }
    }

    /// How a reading gets its inputs: the reversed one of the first layer from the gathered windows, those above from
    /// the states below.
    private func inputs(of plan: RecurrentPlan, layer: Int, direction: Int) -> [CopyPlan] {
        guard layer > 0 else {
            guard direction == 1 else { return [] }
            return [
                copy(
                    from: readings[0][0].state(step: 0, row: 0), every: inputStride, to: plan.state(step: 0, row: 0),
                    every: plan.stateRows * batch, rows: plan.inputs, reversed: true)
            ]
        }
        return readings[layer - 1].enumerated().map { below, source in
            copy(
                from: source.state(step: 1, row: source.hiddenRow), every: source.stateRows * batch,
                to: plan.state(step: 0, row: below * shape.hidden), every: plan.stateRows * batch,
                rows: shape.hidden, reversed: below != direction)
        }
    }

    /// What the readings above say about every step of a reading.
    private func stepGradients(of plan: RecurrentPlan, layer: Int, direction: Int) -> [CopyPlan] {
        readings[layer + 1].enumerated().map { above, reader in
            copy(
                from: reader.inputGradients + direction * shape.hidden * batch, every: reader.inputs * batch,
                to: plan.stepGradients, every: shape.hidden * batch, rows: shape.hidden,
                reversed: above != direction, adding: above > 0)
        }
    }

    private func copy(
        from: Int, every fromStride: Int, to: Int, every toStride: Int, rows: Int, reversed: Bool, adding: Bool = false
    ) -> CopyPlan {
        CopyPlan(
            from: reversed ? from + (steps - 1) * fromStride : from, fromStride: reversed ? -fromStride : fromStride,
            to: to, toStride: toStride, rows: rows, steps: steps, batch: batch, adding: adding)
    }
}
