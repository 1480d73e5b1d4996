// The forecast of one window: lanes are hidden units, because there is only one window.
//
// Weights lie by column (`InferencePlan`), so that a step is a sum of columns, each scaled by one input. Any number of
// units is allowed: the last, incomplete vector of a column is read and written lane by lane.

internal import RNNKernelTable

/// `out[0 ..< m] = first column + sum over j of x[j] column[j]`, columns of `m` weights.
@inline(always)
private func addColumns(_ columns: Scalars, _ m: Int, _ x: Scalars, _ count: Int, into out: Scalars) {
    var place = 0
    while place &+ 2 &* lanes <= m {
        var sum0 = out.vector(at: place)
        var sum1 = out.vector(at: place &+ lanes)
        for j in 0..<count {
            let value = all(x[j])
            sum0 = multiplyAdd(value, columns.vector(at: j &* m &+ place), sum0)
            sum1 = multiplyAdd(value, columns.vector(at: j &* m &+ place &+ lanes), sum1)
        }
        out.store(sum0, at: place)
        out.store(sum1, at: place &+ lanes)
        place = place &+ 2 &* lanes
    }
    while place < m {
        var total = out[place]
        for j in 0..<count { total += x[j] * columns[j &* m &+ place] }
        out[place] = total
        place = place &+ 1
    }
}

@inline(never)
func infer(_ plan: InferencePlan, _ weights: UnsafePointer<Float>, _ values: UnsafeMutablePointer<Float>) {
    let weights = unsafe Scalars(UnsafeMutablePointer(mutating: weights), 0)
    let values = unsafe Scalars(values, 0)
    let m = plan.gateRows
    let hidden = plan.hidden
    let h = values + plan.state
    let c = values + (plan.state &+ hidden)
    let gates = values + plan.gates
    for j in 0..<(2 &* hidden) { h[j] = 0 }
    let bias = weights + plan.inputs &* m
    let recurrent = weights + (plan.inputs &+ 1) &* m
    for t in 0..<plan.steps {
        for j in 0..<m { gates[j] = bias[j] }
        addColumns(weights, m, values + t &* plan.inputs, plan.inputs, into: gates)
        if t > 0 { addColumns(recurrent, m, h, hidden, into: gates) }
        advance(plan.cell, hidden, gates, h, c)
    }
    let head = weights + plan.headWeights
    let output = values + plan.output
    for j in 0..<plan.outputs { output[j] = head[j] }
    addColumns(head + plan.outputs, plan.outputs, h, hidden, into: output)
    guard plan.units > 0 else { return }
    let units = values + plan.unitValues
    let unitWeights = weights + plan.unitWeights
    for k in 0..<plan.units { units[k] = unitWeights[k] }
    addColumns(unitWeights + plan.units, plan.units, values + plan.contextValues, plan.context, into: units)
    eachVector(plan.units, units) { _, a in tanh(a) }
    addColumns(head + (1 &+ hidden) &* plan.outputs, plan.outputs, units, plan.units, into: output)
}

/// The new state from the gates' pre-activations: the equations of each cell's own file.
@inline(always)
private func advance(_ cell: Cell, _ hidden: Int, _ gates: Scalars, _ h: Scalars, _ c: Scalars) {
    switch cell {
    case .elman:
        eachVector(hidden, gates) { _, a in tanh(a) }
        for j in 0..<hidden { h[j] = gates[j] }
    case .relu:
        for j in 0..<hidden { h[j] = max(0, gates[j]) }
    case .gru:
        let recurrent = gates + 2 &* hidden
        let n = gates + 3 &* hidden
        eachVector(2 &* hidden, gates) { _, a in sigmoid(a) }
        for j in 0..<hidden { n[j] += gates[j] * recurrent[j] }
        eachVector(hidden, n) { _, a in tanh(a) }
        for j in 0..<hidden { h[j] = n[j] + gates[hidden &+ j] * (h[j] - n[j]) }
    case .lstm:
        let g = gates + 2 &* hidden
        let o = gates + 3 &* hidden
        eachVector(2 &* hidden, gates) { _, a in sigmoid(a) }
        eachVector(hidden, g) { _, a in tanh(a) }
        eachVector(hidden, o) { _, a in sigmoid(a) }
        for j in 0..<hidden {
            c[j] = gates[hidden &+ j] * c[j] + gates[j] * g[j]
            h[j] = c[j]
        }
        eachVector(hidden, h) { _, a in tanh(a) }
        for j in 0..<hidden { h[j] *= o[j] }
    }
}

/// Applies `change` to `count` scalars, a vector at a time; the last vector may be short.
@inline(always)
private func eachVector(_ count: Int, _ scalars: Scalars, _ change: (Int, V) -> V) {
    var place = 0
    while place &+ lanes <= count {
        scalars.store(change(place, scalars.vector(at: place)), at: place)
        place = place &+ lanes
    }
    guard place < count else { return }
    var rest = V.zero
    for lane in 0..<(count &- place) { rest[lane] = scalars[place &+ lane] }
    rest = change(place, rest)
    for lane in 0..<(count &- place) { scalars[place &+ lane] = rest[lane] }
}
