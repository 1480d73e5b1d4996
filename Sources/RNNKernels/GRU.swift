// The gated recurrent unit (Cho et al. 2014) in PyTorch's form, which resets after the product.
//
//     [r u] = sigmoid(W s)                 s = [x ; 1 ; h]
//     q     = V [1 ; h]
//     n     = tanh(N [x ; 1] + r q)
//     h'    = n + u (h - n)
//
//     dn = dh' (1 - u) (1 - n^2)           du = dh' (h - n) u (1 - u)
//     dq = dn r                            dr = dn q r (1 - r)
//     dh = dh' u + [W_h ; V_h]ᵀ [dr ; du ; dq]
//
// A step of `gates` holds the blocks r, u, q, n, so that one product serves the whole of dh.

internal import RNNKernelTable

@inline(never)
func forwardGRU(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    // Spelt out: by way of `withWidth` this one is 3 % slower.
    if widthIsConstant, plan.batch == 32 {
        unsafe forward(plan, memory, width: usualWidth)
    } else {
        unsafe forward(plan, memory, width: plan.batch / lanes)
    }
}

@inline(always)
private func forward(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, width: Int) {
    let layer = unsafe Layer(plan, memory, width: width)
    let (hidden, rows) = (plan.hidden, plan.stateRows)
    let recurrent = unsafe Scalars(memory, plan.recurrentCandidate)
    let input = unsafe Scalars(memory, plan.inputCandidate)
    let gatePanels = layer.panels
    let recurrentPanels = gatePanels + panelCount(rows: 2 &* hidden, columns: rows)
    let inputPanels = recurrentPanels + panelCount(rows: hidden, columns: 1 &+ hidden)
    pack(layer.weights, stride: rows, rows: 2 &* hidden, columns: rows, into: gatePanels)
    pack(recurrent, stride: 1 &+ hidden, rows: hidden, columns: 1 &+ hidden, into: recurrentPanels)
    pack(input, stride: plan.inputs &+ 1, rows: hidden, columns: plan.inputs &+ 1, into: inputPanels)

    let block = hidden &* width
    for t in 0..<plan.steps {
        let s = layer.state(t)
        let z = layer.gates(t)
        let (h, next) = (layer.hidden(t), layer.hidden(t &+ 1))
        multiply(
            .panels(gatePanels, columns: rows), rows: 2 &* hidden, depth: t == 0 ? plan.inputs &+ 1 : rows, s,
            width: width, into: z)
        let q = z + 2 &* block
        let n = z + 3 &* block
        multiply(
            .panels(recurrentPanels, columns: 1 &+ hidden), rows: hidden, depth: t == 0 ? 1 : 1 &+ hidden,
            s + plan.inputs &* width, width: width, into: q)
        multiply(
            .panels(inputPanels, columns: plan.inputs &+ 1), rows: hidden, depth: plan.inputs &+ 1, s, width: width,
            into: n)
        // All products first: on AVX2 a product that waits for activations is slower than their second reading.
        for i in 0..<(2 &* block) { z[i] = sigmoid(z[i]) }
        for i in 0..<block {
            let candidate = tanh(multiplyAdd(z[i], q[i], n[i]))
            n[i] = candidate
            next[i] = multiplyAdd(z[block &+ i], h[i] - candidate, candidate)
        }
    }
}

@inline(never)
func backwardGRU(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    withWidth(of: plan) { unsafe backward(plan, memory, width: $0) }
}

@inline(always)
private func backward(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, width: Int) {
    let layer = unsafe Layer(plan, memory, width: width)
    let (hidden, rows) = (plan.hidden, plan.stateRows)
    let recurrent = unsafe Scalars(memory, plan.recurrentCandidate)
    let input = unsafe Scalars(memory, plan.inputCandidate)
    let block = hidden &* width
    let d = layer.stateGradient
    let fromSteps = plan.stepGradients >= 0
    packStateColumns(layer.weights, recurrent, plan, into: layer.panels)

    // The gates of step t become gradients, and d the part of dh that came through u.
    @inline(always)
    func throughGates(_ t: Int, _ start: Int, _ count: Int) {
        let z = layer.gates(t)
        let h = layer.hidden(t)
        let outside = layer.stepGradient(t)
        for i in start..<(start &+ count) {
            let (r, u) = (z[i], z[block &+ i])
            let (q, n) = (z[2 &* block &+ i], z[3 &* block &+ i])
            let dh = fromSteps ? d[i] + outside[i] : d[i]
            let dn = dh * (all(1) - u) * (all(1) - n * n)
            let dq = dn * r
            z[i] = dq * q * (all(1) - r)
            z[block &+ i] = dh * (h[i] - n) * u * (all(1) - u)
            z[2 &* block &+ i] = dq
            z[3 &* block &+ i] = dn
            d[i] = dh * u
        }
    }

    throughGates(plan.steps &- 1, 0, block)
    let inputGradients = layer.gradients + (plan.inputCandidate &- plan.weights)
    let recurrentGradients = layer.gradients + (plan.recurrentCandidate &- plan.weights)
    layer.sweep { t in
        multiply(
            .panels(layer.panels, columns: 3 &* hidden), rows: hidden, depth: 3 &* hidden, layer.gates(t),
            width: width, into: d, adding: true
        ) { start, count in throughGates(t &- 1, start, count) }
    } weightGradients: { t, steps, chunk in
        let (z, s) = (layer.gates(t), layer.state(t))
        let (zStride, sStride) = (layer.gateStride, layer.stateStride)
        addWeightGradient(
            z, zStride, rows: 2 &* hidden, s, sStride, columns: rows, steps: steps, width: width,
            into: layer.gradients, stride: rows, carried: layer.carried, chunk)
        let recurrentCarried = layer.carried + 2 &* hidden &* rows
        addWeightGradient(
            z + 2 &* block, zStride, rows: hidden, s + plan.inputs &* width, sStride, columns: 1 &+ hidden,
            steps: steps, width: width, into: recurrentGradients, stride: 1 &+ hidden, carried: recurrentCarried,
            chunk)
        addWeightGradient(
            z + 3 &* block, zStride, rows: hidden, s, sStride, columns: plan.inputs &+ 1, steps: steps, width: width,
            into: inputGradients, stride: plan.inputs &+ 1, carried: recurrentCarried + hidden &* (1 &+ hidden), chunk)
    }
    layer.propagateToInputs(gated: 2 &* hidden)
    layer.addToInputs(input, rows: hidden, firstGate: 3 &* hidden)
}

/// The transpose of the columns that read h, of r and u (`[2 hidden][rows]`) and of q (`[hidden][1 + hidden]`), as one
/// matrix of `3 hidden` columns.
@inline(always)
private func packStateColumns(_ gates: Scalars, _ recurrent: Scalars, _ plan: RecurrentPlan, into panels: Scalars) {
    let hidden = plan.hidden
    var out = panels
    var row = 0
    while row < hidden {
        let present = min(tileRows, hidden &- row)
        for column in 0..<(3 &* hidden) {
            for j in 0..<tileRows {
                let unit = row &+ min(j, present &- 1)
                let weight =
                    column < 2 &* hidden
                    ? gates[column &* plan.stateRows &+ plan.hiddenRow &+ unit]
                    : recurrent[(column &- 2 &* hidden) &* (1 &+ hidden) &+ 1 &+ unit]
                out[column &* tileRows &+ j] = j < present ? weight : 0
            }
        }
        out = out + 3 &* hidden &* tileRows
        row = row &+ tileRows
    }
}
