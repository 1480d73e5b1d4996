// The LSTM cell (Hochreiter & Schmidhuber 1997, with forget gates: Gers et al. 2000).
//
//     [i f g o] = W s                      s = [x ; 1 ; h]; i, f, o through sigmoid, g through tanh
//     c' = f c + i g
//     h' = o tanh(c')
//
//     dc += dh' o (1 - tanh(c')^2)
//     di = dc g i (1 - i)      df = dc c f (1 - f)      dg = dc i (1 - g^2)      do = dh' tanh(c') o (1 - o)
//     dc  = dc f               dh = W_hᵀ [di df dg do]

internal import RNNKernelTable

@inline(never)
func forwardLSTM(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    withWidth(of: plan) { unsafe forward(plan, memory, width: $0) }
}

@inline(always)
private func forward(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, width: Int) {
    let layer = unsafe Layer(plan, memory, width: width)
    let (hidden, rows) = (plan.hidden, plan.stateRows)
    let cells = unsafe Vectors(memory, plan.cellStates)
    let outputs = unsafe Vectors(memory, plan.cellOutputs)
    pack(layer.weights, stride: rows, rows: 4 &* hidden, columns: rows, into: layer.panels)
    let block = hidden &* width
    for t in 0..<plan.steps {
        let z = layer.gates(t)
        let next = layer.hidden(t &+ 1)
        let (before, after) = (cells + t &* block, cells + (t &+ 1) &* block)
        let output = outputs + t &* block
        multiply(
            .panels(layer.panels, columns: rows), rows: 4 &* hidden, depth: t == 0 ? plan.inputs &+ 1 : rows,
            layer.state(t), width: width, into: z)
        // Two passes: in one, the second tanh would wait for the first four activations, and nothing for it.
        for k in 0..<block {
            let i = sigmoid(z[k])
            let f = sigmoid(z[block &+ k])
            let g = tanh(z[2 &* block &+ k])
            z[3 &* block &+ k] = sigmoid(z[3 &* block &+ k])
            z[k] = i
            z[block &+ k] = f
            z[2 &* block &+ k] = g
            after[k] = multiplyAdd(f, before[k], i * g)
        }
        for k in 0..<block {
            let tanhC = tanh(after[k])
            output[k] = tanhC
            next[k] = z[3 &* block &+ k] * tanhC
        }
    }
}

@inline(never)
func backwardLSTM(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    withWidth(of: plan) { unsafe backward(plan, memory, width: $0) }
}

@inline(always)
private func backward(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, width: Int) {
    let layer = unsafe Layer(plan, memory, width: width)
    let (hidden, rows) = (plan.hidden, plan.stateRows)
    let cells = unsafe Vectors(memory, plan.cellStates)
    let outputs = unsafe Vectors(memory, plan.cellOutputs)
    let dc = unsafe Vectors(memory, plan.cellGradient)
    let d = layer.stateGradient
    let block = hidden &* width
    let fromSteps = plan.stepGradients >= 0
    packTransposed(
        layer.weights, stride: rows, firstColumn: plan.hiddenRow, rows: hidden, columns: 4 &* hidden,
        into: layer.panels)
    for k in 0..<block { dc[k] = .zero }

    // The gates of step t become gradients, and dc that of the cell before it.
    @inline(always)
    func throughGates(_ t: Int, _ start: Int, _ count: Int) {
        let z = layer.gates(t)
        let before = cells + t &* block
        let output = outputs + t &* block
        let outside = layer.stepGradient(t)
        for k in start..<(start &+ count) {
            let (i, f) = (z[k], z[block &+ k])
            let (g, o) = (z[2 &* block &+ k], z[3 &* block &+ k])
            let tanhC = output[k]
            let dh = fromSteps ? d[k] + outside[k] : d[k]
            let c = multiplyAdd(dh * o, all(1) - tanhC * tanhC, dc[k])
            z[k] = c * g * i * (all(1) - i)
            z[block &+ k] = c * before[k] * f * (all(1) - f)
            z[2 &* block &+ k] = c * i * (all(1) - g * g)
            z[3 &* block &+ k] = dh * tanhC * o * (all(1) - o)
            dc[k] = c * f
        }
    }

    throughGates(plan.steps &- 1, 0, block)
    layer.sweep { t in
        multiply(
            .panels(layer.panels, columns: 4 &* hidden), rows: hidden, depth: 4 &* hidden, layer.gates(t),
            width: width, into: d
        ) { start, count in throughGates(t &- 1, start, count) }
    } weightGradients: { t, steps, chunk in
        addWeightGradient(
            layer.gates(t), layer.gateStride, rows: 4 &* hidden, layer.state(t), layer.stateStride, columns: rows,
            steps: steps, width: width, into: layer.gradients, stride: rows, carried: layer.carried, chunk)
    }
    layer.propagateToInputs(gated: 4 &* hidden)
}
