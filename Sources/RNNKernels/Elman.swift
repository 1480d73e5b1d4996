// The Elman cell (Elman 1990), forward and back through time.
//
//     s[t] = [x[t] ; 1 ; h[t-1]]           rows of `states`
//     h[t] = f(W s[t])                     f = tanh, or max(0, .)
//
//     z[t] = dh[t] * f'(h[t])              rows of `gates`; f' = 1 - h^2, or h > 0
//     dh[t-1] = Uᵀ z[t]                    U: the columns of W that read h
//     dW = sum over t of z[t] s[t]ᵀ

internal import RNNKernelTable

/// How many vectors of a row-chunk of the weight gradients are worked on before the next: 8 to 12 steps of 32 windows
/// still lie in the first-level cache.
let chunkVectors = 16

@inline(always)
private func forward(
    _ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, activate: (V) -> V
) {
    let width = plan.batch / lanes
    let hidden = plan.hidden
    let rows = plan.stateRows
    let first = plan.hiddenRow
    let weights = unsafe Scalars(memory, plan.weights)
    let panels = unsafe Scalars(memory, plan.panels)
    pack(weights, stride: rows, rows: hidden, columns: rows, into: panels)
    let states = unsafe Vectors(memory, plan.states)
    for t in 0..<plan.steps {
        let input = states + t &* rows &* width
        let next = states + ((t &+ 1) &* rows &+ first) &* width
        multiply(panels, rows: hidden, depth: rows, input, width: width, into: next) { start, count in
            for i in start..<(start &+ count) { next[i] = activate(next[i]) }
        }
    }
}

@inline(always)
private func backward(
    _ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, derivative: (V) -> V
) {
    let width = plan.batch / lanes
    let hidden = plan.hidden
    let rows = plan.stateRows
    let first = plan.hiddenRow
    let gateRows = plan.gateRows
    let weights = unsafe Scalars(memory, plan.weights)
    let gradients = unsafe Scalars(memory, plan.gradients)
    let panels = unsafe Scalars(memory, plan.panels)
    packTransposed(weights, stride: rows, firstColumn: first, rows: hidden, columns: hidden, into: panels)
    let states = unsafe Vectors(memory, plan.states)
    let gates = unsafe Vectors(memory, plan.gates)
    let carried = unsafe Vectors(memory, plan.accumulators)
    let last = unsafe Vectors(memory, plan.stateGradient)

    let newest = gates + (plan.steps &- 1) &* gateRows &* width
    let newestState = states + (plan.steps &* rows &+ first) &* width
    for i in 0..<(hidden &* width) { newest[i] = last[i] * derivative(newestState[i]) }

    let chunk = max(1, chunkVectors / width)
    var end = plan.steps
    var t = plan.steps &- 1
    while t >= 0 {
        let z = gates + t &* gateRows &* width
        if t > 0 {
            let before = gates + (t &- 1) &* gateRows &* width
            let h = states + (t &* rows &+ first) &* width
            multiply(panels, rows: hidden, depth: hidden, z, width: width, into: before) { start, count in
                for i in start..<(start &+ count) { before[i] = before[i] * derivative(h[i]) }
            }
        }
        if t % chunk == 0 {
            addWeightGradient(
                z, gateRows &* width, rows: hidden, states + t &* rows &* width, rows &* width, columns: rows,
                steps: end &- t, width: width, into: gradients, stride: rows, carried: carried,
                Chunk(first: end == plan.steps, last: t == 0))
            end = t
        }
        t = t &- 1
    }
}

@inline(never)
func forwardElman(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe forward(plan, memory) { tanh($0) }
}

@inline(never)
func backwardElman(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe backward(plan, memory) { h in all(1) - h * h }
}

@inline(never)
func forwardReLU(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe forward(plan, memory) { larger(.zero, $0) }
}

@inline(never)
func backwardReLU(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe backward(plan, memory) { h in V.zero.replacing(with: all(1), where: h .> .zero) }
}
