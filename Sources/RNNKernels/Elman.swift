// The Elman cell (Elman 1990), forward and back through time.
//
//     s[t] = [x[t] ; 1 ; h[t-1]]           rows of `states`
//     h[t] = f(W s[t])                     f = tanh, or max(0, .)
//
//     z[t] = dh[t] * f'(h[t])              rows of `gates`; f' = 1 - h^2, or h > 0
//     dh[t-1] = Uᵀ z[t]                    U: the columns of W that read h
//     dW = sum over t of z[t] s[t]ᵀ
//
// The state before the first step is 0, so that step multiplies only [x ; 1]. A block of dh[t-1] becomes z[t-1] as soon
// as it is stored.

internal import RNNKernelTable

/// What makes a state of a sum, and its derivative by the state. A type and not a closure, so that it is inlined.
private protocol Activation {
    static func value(_ sum: V) -> V
    static func derivative(_ state: V) -> V
}

private enum HyperbolicTangent: Activation {
    @inline(always) static func value(_ sum: V) -> V { tanh(sum) }
    @inline(always) static func derivative(_ state: V) -> V { all(1) - state * state }
}

private enum Rectifier: Activation {
    @inline(always) static func value(_ sum: V) -> V { larger(.zero, sum) }
    @inline(always) static func derivative(_ state: V) -> V { V.zero.replacing(with: all(1), where: state .> .zero) }
}

@inline(always)
private func forward<A: Activation>(_: A.Type, _ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    withWidth(of: plan) { unsafe forward(A.self, plan, memory, width: $0) }
}

@inline(always)
private func forward<A: Activation>(
    _: A.Type, _ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, width: Int
) {
    let layer = unsafe Layer(plan, memory, width: width)
    let (hidden, rows) = (plan.hidden, plan.stateRows)
    pack(layer.weights, stride: rows, rows: hidden, columns: rows, into: layer.panels)
    for t in 0..<plan.steps {
        let next = layer.hidden(t &+ 1)
        multiply(
            .panels(layer.panels, columns: rows), rows: hidden, depth: t == 0 ? plan.inputs &+ 1 : rows,
            layer.state(t), width: layer.width, into: next
        ) { start, count in
            for i in start..<(start &+ count) { next[i] = A.value(next[i]) }
        }
    }
}

@inline(always)
private func backward<A: Activation>(_: A.Type, _ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    withWidth(of: plan) { unsafe backward(A.self, plan, memory, width: $0) }
}

@inline(always)
private func backward<A: Activation>(
    _: A.Type, _ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, width: Int
) {
    let layer = unsafe Layer(plan, memory, width: width)
    let (hidden, rows) = (plan.hidden, plan.stateRows)
    packTransposed(
        layer.weights, stride: rows, firstColumn: plan.hiddenRow, rows: hidden, columns: hidden, into: layer.panels)

    let last = layer.gates(plan.steps &- 1)
    let h = layer.hidden(plan.steps)
    let outside = layer.stepGradient(plan.steps &- 1)
    let fromSteps = plan.stepGradients >= 0
    for i in 0..<(hidden &* layer.width) {
        let d = fromSteps ? layer.stateGradient[i] + outside[i] : layer.stateGradient[i]
        last[i] = d * A.derivative(h[i])
    }
    layer.sweep { t in
        let before = layer.gates(t &- 1)
        let h = layer.hidden(t)
        let outside = layer.stepGradient(t &- 1)
        multiply(
            .panels(layer.panels, columns: hidden), rows: hidden, depth: hidden, layer.gates(t), width: layer.width,
            into: before
        ) { start, count in
            if fromSteps {
                for i in start..<(start &+ count) { before[i] = (before[i] + outside[i]) * A.derivative(h[i]) }
            } else {
                for i in start..<(start &+ count) { before[i] = before[i] * A.derivative(h[i]) }
            }
        }
    } weightGradients: { t, steps, chunk in
        addWeightGradient(
            layer.gates(t), layer.gateStride, rows: hidden, layer.state(t), layer.stateStride, columns: rows,
            steps: steps, width: layer.width, into: layer.gradients, stride: rows, carried: layer.carried, chunk)
    }
    layer.propagateToInputs(gated: hidden)
}

@inline(never)
func forwardElman(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe forward(HyperbolicTangent.self, plan, memory)
}

@inline(never)
func backwardElman(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe backward(HyperbolicTangent.self, plan, memory)
}

@inline(never)
func forwardReLU(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe forward(Rectifier.self, plan, memory)
}

@inline(never)
func backwardReLU(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    unsafe backward(Rectifier.self, plan, memory)
}
