// One small step of everything, to be run by two tables and compared.
//
// At start the chosen kernels run the default trial against the plain loops (`KernelTable.differences`); the tests run
// trials of every shape that matters. A trial's numbers are made up from a seed, so two runs see the same.

/// A training step of one recurrent layer with context, heads, highway, gates and loss, then a forecast and a small
/// ridge.
public struct Trial: Sendable, Hashable {
    /// The kind of cell.
    public var cell: Cell
    /// Inputs a step.
    public var inputs: Int
    /// Hidden units.
    public var hidden: Int
    /// Steps of the window.
    public var steps: Int
    /// Leads.
    public var leads: Int
    /// Leads (from 0) with offsets of their own, the first 0, the last `leads - 1`.
    public var knots: [Int]
    /// Windows; the other lanes of the last 32 have no targets.
    public var windows: Int
    /// Whether every step's state has a reader and every input wants a gradient.
    public var everyStep = false
    /// Steps that BPTT goes back, or nil for all.
    public var truncation: Int?
    /// Units that read the context.
    public var units = 3
    /// Rows of the ridge.
    public var rows = 40

    /// A trial of a shape.
    public init(
        cell: Cell, inputs: Int = 3, hidden: Int = 5, steps: Int = 2, leads: Int = 4, knots: [Int] = [0, 3],
        windows: Int = 32, everyStep: Bool = false
    ) {
        self.cell = cell
        self.inputs = inputs
        self.hidden = hidden
        self.steps = steps
        self.leads = leads
        self.knots = knots
        self.windows = windows
        self.everyStep = everyStep
    }

    /// What a step computed, by name.
    public typealias Results = [(name: String, values: [Double])]

    /// Made-up numbers in (-size, size).
    private struct Noise {
        var state: UInt64 = 0x1234_5678_9ABC_DEF1
        mutating func callAsFunction(_ size: Float) -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return size * (Float(state >> 40) * 0x1p-23 - 1)
        }
    }

    /// Runs the step with `table`.
    public func run(with table: KernelTable) -> Results {
        training(table) + losses(table) + inference(table) + ridge(table)
    }

    private func training(_ table: KernelTable) -> Results {
        var noise = Noise()
        let batch = (windows + 31) / 32 * 32
        var layout = ArenaLayout()
        let recurrentCount = RecurrentPlan.parameterCount(cell, inputs: inputs, hidden: hidden)
        let outputs = knots.count * 7
        let width = 5
        let count = recurrentCount + outputs * (1 + hidden + units) + units * width + leads * width + leads
        let parameters = layout.reserve(count)
        let gradients = layout.reserve(count)
        let adam = AdamWPlan(
            count: count, parameters: parameters, gradients: gradients, firstMoments: layout.reserve(count),
            secondMoments: layout.reserve(count))
        let recurrent = RecurrentPlan(
            cell: cell, inputs: inputs, hidden: hidden, steps: steps, batch: batch, weights: parameters,
            gradients: gradients, stepGradients: everyStep, inputGradients: everyStep, truncation: truncation,
            in: &layout)
        let offsets = layout.reserve((outputs + 8) * batch)
        let base = layout.reserve((leads + 8) * batch)
        let targets = layout.reserve(leads * batch)
        let common = layout.reserve(width * batch)
        let lags = layout.reserve(leads * batch)
        var place = recurrentCount
        let head = DensePlan(
            inputs: 1 + hidden, outputs: outputs, batch: batch, weights: parameters + place,
            gradients: gradients + place, input: recurrent.state(step: steps, row: inputs), output: offsets,
            inputGradient: recurrent.stateGradient, firstPropagated: 1, propagated: hidden, in: &layout)
        place += outputs * (1 + hidden)
        let contextUnits = layout.reserve((units + 8) * batch)
        let contextGradient = layout.reserve((units + 8) * batch)
        let context = DensePlan(
            inputs: width, outputs: units, batch: batch, weights: parameters + place, gradients: gradients + place,
            input: common, output: contextUnits, in: &layout)
        place += units * width
        let tanh = TanhPlan(values: contextUnits, gradients: contextGradient, rows: units, batch: batch)
        let contextHead = DensePlan(
            inputs: units, outputs: outputs, batch: batch, weights: parameters + place, gradients: gradients + place,
            input: contextUnits, output: offsets, inputGradient: contextGradient, propagated: units, adding: true,
            in: &layout)
        place += outputs * units
        let highway = DensePlan(
            inputs: width, outputs: leads, batch: batch, weights: parameters + place, gradients: gradients + place,
            input: common, output: base, in: &layout)
        place += leads * width
        let own = OwnLagPlan(
            leads: leads, count: 1, weights: parameters + place, gradients: gradients + place, lags: lags,
            output: base, batch: batch)
        let gates = GatePlan(
            leads: leads, experts: 2, base: base, gates: layout.reserve(2 * leads * batch),
            values: layout.reserve(2 * leads * batch), mixed: layout.reserve(leads * batch), batch: batch)
        let loss = PinballPlan(
            leads: leads, knots: knots.count, positions: layout.reserve(knots.count),
            leadWeights: layout.reserve(leads), base: gates.mixed, offsets: offsets, targets: targets, batch: batch)
        let bins = 3 * max(steps, leads) + batch
        let channel = layout.reserve(bins)
        let scales = layout.reserve(bins)

        let arena = Arena<Float>(count: layout.count)
        arena.write((0..<count).map { _ in noise(0.5) }, at: parameters)
        arena.write((0..<bins).map { _ in noise(1) }, at: channel)
        arena.write((0..<bins).map { _ in 1 + noise(0.5) }, at: scales)
        arena.write(knots.map { Float($0) }, at: loss.positions)
        arena.write((0..<leads).map { $0 == 0 ? 2 : 1 }, at: loss.leadWeights)
        for place in [gates.gates, gates.values] {
            arena.write((0..<(2 * leads * batch)).map { _ in noise(1) }, at: place)
        }
        for step in 0...steps { arena.fill(range(recurrent.state(step: step, row: inputs), batch), with: 1) }
        if everyStep {
            arena.write((0..<(steps * hidden * batch)).map { _ in noise(0.1) }, at: recurrent.stepGradients)
        }
        let stepRows = recurrent.stateRows * batch
        var runs = (0..<inputs).map { input in
            GatherPlan.Run(
                channel: channel, offset: input % 2 - steps, stride: 1, count: steps,
                row: recurrent.state(step: 0, row: input), rowStride: stepRows, normalised: input != 1)
        }
        for (row, size, offset) in [(common, width, -2), (lags, leads, 0), (targets, leads, 1)] {
            runs.append(
                .init(channel: channel, offset: offset, count: size, row: row, rowStride: batch, normalised: true))
        }
        let gather = GatherPlan(runs: runs, anchors: channel, inverseScales: scales, batch: batch)
        let origins = (0..<batch).map { Int32(steps + 2 + ($0 * 7) % batch) }

        table.gather(gather, origins: origins, in: arena)
        for lead in 0..<leads {
            arena.fill(range(targets + lead * batch + windows, batch - windows), with: .nan)
        }
        arena[targets] = .nan
        var results: Results = [("inputs", arena.read(range(recurrent.states, inputs * batch)).map { Double($0) })]
        table.forward(recurrent, in: arena)
        table.forward(head, in: arena)
        table.forward(context, in: arena)
        table.forward(tanh, in: arena)
        table.forward(contextHead, in: arena)
        table.forward(highway, in: arena)
        table.forward(own, in: arena)
        table.forward(gates, in: arena)
        let last = recurrent.state(step: steps, row: inputs + 1)
        results.append(("states", arena.read(range(last, hidden * batch)).map { Double($0) }))
        results.append(("outputs", arena.read(range(offsets, outputs * batch)).map { Double($0) }))
        results.append(("base", arena.read(range(base, leads * batch)).map { Double($0) }))
        results.append(("mixed", arena.read(range(gates.mixed, leads * batch)).map { Double($0) }))
        results.append(("loss", [Double(table.pinball(loss, in: arena))]))
        table.backward(gates, in: arena)
        let ofGates = range(gates.gates, 2 * leads * batch)
        results.append(("gates", arena.read(ofGates).map { Double($0) }))
        table.backward(head, in: arena)
        table.backward(contextHead, in: arena)
        table.backward(tanh, in: arena)
        table.backward(context, in: arena)
        table.backward(highway, in: arena)
        table.backward(own, in: arena)
        table.backward(recurrent, in: arena)
        results.append(("gradients", arena.read(range(gradients, count)).map { Double($0) }))
        if everyStep {
            let dx = range(recurrent.inputGradients, steps * inputs * batch)
            results.append(("input gradients", arena.read(dx).map { Double($0) }))
        }
        // A first step divides each gradient by its own size, and would make much of differences near 0.
        arena.fill(range(adam.secondMoments, count), with: 1e-3)
        let step = AdamWStep(rate: 0.01, decay: 0.01, clip: 0.1, firstCorrection: 0.1, secondCorrection: 0.001)
        let norm = table.step(adam, step, in: arena)
        results.append(("norm", [Double(norm)]))
        results.append(("parameters", arena.read(range(parameters, count)).map { Double($0) }))
        return results
    }

    private func losses(_ table: KernelTable) -> Results {
        var results: Results = []
        for loss in PointLoss.allCases {
            var noise = Noise()
            let plan = PointLossPlan(loss: loss, rows: leads, outputs: 0, targets: leads * 32, batch: 32)
            let arena = Arena<Float>(count: 2 * leads * 32)
            arena.write((0..<(leads * 32)).map { _ in noise(3) }, at: plan.outputs)
            arena.write((0..<(leads * 32)).map { $0 % 3 == 0 ? 1 : $0 % 7 == 0 ? .nan : 0 }, at: plan.targets)
            results.append((loss.rawValue, [Double(table.loss(plan, in: arena))]))
            results.append(("\(loss.rawValue) gradient", arena.read(0..<(leads * 32)).map { Double($0) }))
        }
        return results
    }

    private func inference(_ table: KernelTable) -> Results {
        var noise = Noise()
        let plan = InferencePlan(
            cell: cell, inputs: inputs, hidden: hidden, steps: steps, context: inputs, units: units,
            outputs: knots.count * 7, common: 5, leads: leads, seasons: 2)
        let slack = InferencePlan.slack
        let floats = (0..<(plan.floatCount + slack)).map { _ in noise(0.5) }
        let bytes = (0..<(plan.byteCount + slack)).map { _ in Int8(noise(127)) }
        var values = (0..<(plan.valueCount + slack)).map { $0 < plan.state ? noise(1) : 0 }
        table.infer(plan, floats: floats, bytes: bytes, values: &values)
        return [("forecast", values[plan.output..<plan.valueCount].map { Double($0) })]
    }

    private func ridge(_ table: KernelTable) -> Results {
        var noise = Noise()
        let stride = rows + leads + 8
        let design = DesignPlan(
            stride: stride, common: [-3, -2, -1].map { .init(channel: 0, offset: $0) },
            targets: (0..<leads).map { .init(channel: 0, offset: $0 + 1) },
            own: [(0..<leads).map { .init(channel: 1, offset: $0 - 4) }])
        let channels = (0..<(2 * stride)).map { _ in Double(noise(1)) }
        let scales = (0..<stride).map { _ in 1 + Double(noise(0.5)) }
        var moments = [Double](repeating: 0, count: design.momentCount)
        table.addMoments(
            design, channels: channels, inverseScales: scales, rowWeights: scales, rows: 5..<(5 + rows),
            into: &moments)
        // What lies left of the diagonal is not promised.
        for i in 0..<design.width { for j in 0..<i { moments[i * design.columns + j] = 0 } }
        let coefficients = (0..<(leads * (design.width + 1))).map { _ in Double(noise(1)) }
        var residuals = [Double](repeating: 0, count: leads * rows)
        var means = [Double](repeating: 0, count: rows)
        table.residuals(
            design, channels: channels, inverseScales: scales, rows: 5..<(5 + rows), coefficients: coefficients,
            residuals: &residuals, means: &means)
        let n = hidden
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0..<n { matrix[i * n + j] = i == j ? Double(n) : Double(noise(0.5)) }
        }
        var right = (0..<(n * leads)).map { _ in Double(noise(1)) }
        let solved = table.solve(&matrix, &right, size: n)
        return [
            ("moments", moments), ("residuals", residuals), ("means", means), ("solution", right),
            ("solved", [solved ? 1 : 0]),
        ]
    }

    private func range(_ start: Int, _ count: Int) -> Range<Int> { start..<(start + count) }
}

extension KernelTable {
    /// What of `trial` this table computes otherwise than `expected`: the names of the results, empty if all agree.
    ///
    /// `tolerance` is relative to the largest value of a result. Sums of a few hundred products in another order and a
    /// tanh of 3.3e-7 differ by less than 1e-5; a wrong kernel differs by far more.
    public func differences(from expected: Trial.Results, on trial: Trial, tolerance: Double = 2e-5) -> [String] {
        zip(trial.run(with: self), expected).compactMap { mine, theirs in
            let size = theirs.values.reduce(1e-3) { max($0, abs($1)) }
            let same = zip(mine.values, theirs.values).allSatisfy { abs($0 - $1) <= tolerance * size }
            return same ? nil : mine.name
        }
    }

    /// Whether these kernels may serve on this machine: every cell's small trial agrees with the plain loops.
    public func passesSelfCheck() -> Bool {
        Cell.allCases.allSatisfy { cell in
            let trial = Trial(cell: cell)
            return differences(from: trial.run(with: .reference), on: trial).isEmpty
        }
    }
}
