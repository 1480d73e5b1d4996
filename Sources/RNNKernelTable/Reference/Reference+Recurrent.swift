// The recurrent cells, forward and back through time, as equations become loops (docs/numerics.md derives them).

extension Reference {
    /// Reads the window, step by step.
    public static func forwardRecurrent(_ plan: RecurrentPlan, _ memory: Memory) {
        let states = unsafe Rows(memory, plan.states, batch: plan.batch)
        let gates = unsafe Rows(memory, plan.gates, batch: plan.batch)
        let (hidden, rows) = (plan.hidden, plan.stateRows)
        let weights = unsafe Numbers(memory, plan.weights)
        for t in 0..<plan.steps {
            let s = states.from(t * rows)
            let next = states.from((t + 1) * rows + plan.hiddenRow)
            let z = gates.from(t * plan.gateRows)
            switch plan.cell {
            case .elman, .relu:
                multiply(weights, rows: hidden, columns: rows, s, into: next)
                each(hidden, plan.batch) { j, b in
                    next[j, b] = plan.cell == .elman ? Scalar.tanh(next[j, b]) : max(0, next[j, b])
                }
            case .gru:
                let h = s.from(plan.hiddenRow)
                multiply(weights, rows: 2 * hidden, columns: rows, s, into: z)
                unsafe multiply(
                    Numbers(memory, plan.inputCandidate), rows: hidden, columns: plan.inputs + 1, s,
                    into: z.from(3 * hidden))
                unsafe multiply(
                    Numbers(memory, plan.recurrentCandidate), rows: hidden, columns: 1 + hidden, s.from(plan.inputs),
                    into: z.from(2 * hidden))
                each(hidden, plan.batch) { j, b in
                    let r = sigmoid(z[j, b])
                    let u = sigmoid(z[hidden + j, b])
                    let n = Scalar.tanh(z[3 * hidden + j, b] + r * z[2 * hidden + j, b])
                    (z[j, b], z[hidden + j, b], z[3 * hidden + j, b]) = (r, u, n)
                    next[j, b] = (1 - u) * n + u * h[j, b]
                }
            case .lstm:
                let cells = unsafe Rows(memory, plan.cellStates, batch: plan.batch)
                let outputs = unsafe Rows(memory, plan.cellOutputs, batch: plan.batch).from(t * hidden)
                let (before, after) = (cells.from(t * hidden), cells.from((t + 1) * hidden))
                multiply(weights, rows: 4 * hidden, columns: rows, s, into: z)
                each(hidden, plan.batch) { j, b in
                    let i = sigmoid(z[j, b])
                    let f = sigmoid(z[hidden + j, b])
                    let g = Scalar.tanh(z[2 * hidden + j, b])
                    let o = sigmoid(z[3 * hidden + j, b])
                    (z[j, b], z[hidden + j, b], z[2 * hidden + j, b], z[3 * hidden + j, b]) = (i, f, g, o)
                    after[j, b] = f * before[j, b] + i * g
                    outputs[j, b] = Scalar.tanh(after[j, b])
                    next[j, b] = o * outputs[j, b]
                }
            }
        }
    }

    /// Goes back through the steps: gates become their pre-activation gradients, and every step adds to the weights'.
    public static func backwardRecurrent(_ plan: RecurrentPlan, _ memory: Memory) {
        let states = unsafe Rows(memory, plan.states, batch: plan.batch)
        let gates = unsafe Rows(memory, plan.gates, batch: plan.batch)
        let d = unsafe Rows(memory, plan.stateGradient, batch: plan.batch)
        let dc = unsafe Rows(memory, plan.cellGradient, batch: plan.batch)
        let (hidden, rows) = (plan.hidden, plan.stateRows)
        let gradients = unsafe Numbers(memory, plan.gradients)
        for i in 0..<plan.parameterCount { gradients[i] = 0 }
        if plan.cell == .lstm { each(hidden, plan.batch) { j, b in dc[j, b] = 0 } }
        for t in stride(from: plan.steps - 1, through: plan.firstStep, by: -1) {
            let s = states.from(t * rows)
            let h = s.from(plan.hiddenRow)
            let next = states.from((t + 1) * rows + plan.hiddenRow)
            let z = gates.from(t * plan.gateRows)
            if plan.stepGradients >= 0 {
                let outside = unsafe Rows(memory, plan.stepGradients, batch: plan.batch).from(t * hidden)
                each(hidden, plan.batch) { j, b in d[j, b] += outside[j, b] }
            }
            switch plan.cell {
            case .elman:
                each(hidden, plan.batch) { j, b in z[j, b] = d[j, b] * (1 - next[j, b] * next[j, b]) }
            case .relu:
                each(hidden, plan.batch) { j, b in z[j, b] = next[j, b] > 0 ? d[j, b] : 0 }
            case .gru:
                each(hidden, plan.batch) { j, b in
                    let (r, u, q, n) = (z[j, b], z[hidden + j, b], z[2 * hidden + j, b], z[3 * hidden + j, b])
                    let dn = d[j, b] * (1 - u) * (1 - n * n)
                    z[j, b] = dn * q * r * (1 - r)
                    z[hidden + j, b] = d[j, b] * (h[j, b] - n) * u * (1 - u)
                    z[2 * hidden + j, b] = dn * r
                    z[3 * hidden + j, b] = dn
                    d[j, b] *= u
                }
            case .lstm:
                let cells = unsafe Rows(memory, plan.cellStates, batch: plan.batch).from(t * hidden)
                let outputs = unsafe Rows(memory, plan.cellOutputs, batch: plan.batch).from(t * hidden)
                each(hidden, plan.batch) { j, b in
                    let (i, f) = (z[j, b], z[hidden + j, b])
                    let (g, o) = (z[2 * hidden + j, b], z[3 * hidden + j, b])
                    let c = dc[j, b] + d[j, b] * o * (1 - outputs[j, b] * outputs[j, b])
                    z[j, b] = c * g * i * (1 - i)
                    z[hidden + j, b] = c * cells[j, b] * f * (1 - f)
                    z[2 * hidden + j, b] = c * i * (1 - g * g)
                    z[3 * hidden + j, b] = d[j, b] * outputs[j, b] * o * (1 - o)
                    dc[j, b] = c * f
                }
            }
            unsafe propagate(plan, memory, t, z, into: d)
            addWeightGradients(plan, z, s, gradients)
        }
    }

    /// `dh = Uᵀ z` (the gru adds it to u * dh), and `dx = Wᵀ z` if a layer below wants it.
    private static func propagate(
        _ plan: RecurrentPlan, _ memory: Memory, _ t: Int, _ z: Rows<Scalar>, into d: Rows<Scalar>
    ) {
        let (hidden, rows) = (plan.hidden, plan.stateRows)
        let weights = unsafe Numbers(memory, plan.weights)
        let gated = plan.cell == .gru ? 2 * hidden : plan.gateRows - 1
        multiplyTransposed(
            weights, rows: gated, stride: rows, first: plan.hiddenRow, count: hidden, z, adding: plan.cell == .gru,
            into: d)
        if plan.cell == .gru {
            unsafe multiplyTransposed(
                Numbers(memory, plan.recurrentCandidate), rows: hidden, stride: 1 + hidden, first: 1, count: hidden,
                z.from(2 * hidden), adding: true, into: d)
        }
        guard plan.inputGradients >= 0 else { return }
        let dx = unsafe Rows(memory, plan.inputGradients, batch: plan.batch).from(t * plan.inputs)
        multiplyTransposed(weights, rows: gated, stride: rows, first: 0, count: plan.inputs, z, adding: false, into: dx)
        if plan.cell == .gru {
            unsafe multiplyTransposed(
                Numbers(memory, plan.inputCandidate), rows: hidden, stride: plan.inputs + 1, first: 0,
                count: plan.inputs, z.from(3 * hidden), adding: true, into: dx)
        }
    }

    /// `dW += z sᵀ`
    private static func addWeightGradients(
        _ plan: RecurrentPlan, _ z: Rows<Scalar>, _ s: Rows<Scalar>, _ gradients: Numbers<Scalar>
    ) {
        let (hidden, rows) = (plan.hidden, plan.stateRows)
        guard plan.cell == .gru else {
            addOuterProduct(z, rows: plan.gateRows - 1, s, columns: rows, into: gradients)
            return
        }
        addOuterProduct(z, rows: 2 * hidden, s, columns: rows, into: gradients)
        unsafe addOuterProduct(
            z.from(2 * hidden), rows: hidden, s.from(plan.inputs), columns: 1 + hidden,
            into: Numbers(gradients.base, plan.recurrentCandidate - plan.weights))
        unsafe addOuterProduct(
            z.from(3 * hidden), rows: hidden, s, columns: plan.inputs + 1,
            into: Numbers(gradients.base, plan.inputCandidate - plan.weights))
    }

    private static func each(_ rows: Int, _ batch: Int, _ body: (Int, Int) -> Void) {
        for row in 0..<rows {
            for lane in 0..<batch { body(row, lane) }
        }
    }
}
