// The forecast of one window: lanes are hidden units, outputs or leads, because there is only one window.
//
// Weights lie by column (`InferencePlan`), so that a product is a sum of columns, each scaled by one number. Columns are
// gone over in pairs of vectors, the last of which may reach beyond the block: weights are followed by weights or slack,
// and what is overwritten beyond a block of values is computed later. Blocks are therefore computed in the order in which
// they lie.

internal import RNNKernelTable

/// Sums of a pair of vectors over four columns at once: eight chains of multiply-adds, so that none waits for another.
private typealias PairSums = InlineArray<8, V>

@inline(always)
private func emptyPair() -> PairSums { [.zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero] }

/// `sums += sum over j of x[j] column[j]`, columns of `m` weights. `weights` gives a vector of them from any place: a closure
/// and not a protocol, whose conformances would leave weak symbols behind.
@inline(always)
private func add(_ m: Int, _ x: Scalars, _ count: Int, to sums: inout PairSums, _ weights: (_ place: Int) -> V) {
    var column = 0
    var j = 0
    while j &+ 4 <= count {
        for k in 0..<4 {
            let value = all(x[j &+ k])
            let place = column &+ k &* m
            sums[at: 2 &* k] = multiplyAdd(value, weights(place), sums[at: 2 &* k])
            sums[at: 2 &* k &+ 1] = multiplyAdd(value, weights(place &+ lanes), sums[at: 2 &* k &+ 1])
        }
        column = column &+ 4 &* m
        j = j &+ 4
    }
    while j < count {
        let value = all(x[j])
        sums[at: 0] = multiplyAdd(value, weights(column), sums[at: 0])
        sums[at: 1] = multiplyAdd(value, weights(column &+ lanes), sums[at: 1])
        column = column &+ m
        j = j &+ 1
    }
}

/// The two vectors that the eight sums make.
@inline(always)
private func totals(_ sums: PairSums) -> (V, V) {
    (
        (sums[at: 0] + sums[at: 2]) + (sums[at: 4] + sums[at: 6]),
        (sums[at: 1] + sums[at: 3]) + (sums[at: 5] + sums[at: 7])
    )
}

@inline(never)
func infer(
    _ plan: InferencePlan, _ floats: UnsafePointer<Float>, _ bytes: UnsafePointer<Int8>,
    _ values: UnsafeMutablePointer<Float>
) {
    let weights = unsafe Scalars(UnsafeMutablePointer(mutating: floats), 0)
    let values = unsafe Scalars(values, 0)
    readWindow(plan, weights, values)
    addUnits(plan, weights, values)
    unsafe addOutputs(plan, weights, Bytes(bytes), values)
    addHighway(plan, weights, values)
}

/// The last state of the window.
@inline(always)
private func readWindow(_ plan: InferencePlan, _ weights: Scalars, _ values: Scalars) {
    let (m, inputs, hidden) = (plan.gateRows, plan.inputs, plan.hidden)
    let (h, c) = (values + plan.state, values + plan.cellState)
    let gates = values + plan.gates
    for j in 0..<hidden {
        h[j] = 0
        c[j] = 0
    }
    for t in 0..<plan.steps {
        let x = values + t &* inputs
        var place = 0
        while place < m {
            var sums = emptyPair()
            let column = weights + place
            sums[at: 0] = column.vector(at: inputs &* m)
            sums[at: 1] = column.vector(at: inputs &* m &+ lanes)
            add(m, x, inputs, to: &sums) { column.vector(at: $0) }
            let recurrent = column + (inputs &+ 1) &* m
            if t > 0 { add(m, h, hidden, to: &sums) { recurrent.vector(at: $0) } }
            let (low, high) = totals(sums)
            gates.store(low, at: place)
            gates.store(high, at: place &+ lanes)
            place = place &+ 2 &* lanes
        }
        advance(plan.cell, hidden, gates, h, c)
    }
}

/// The new state from the gates' pre-activations: the equations of each cell's own file. What is written beyond `hidden`
/// is not read as state.
@inline(always)
private func advance(_ cell: Cell, _ hidden: Int, _ gates: Scalars, _ h: Scalars, _ c: Scalars) {
    var j = 0
    while j < hidden {
        let a = gates.vector(at: j)
        switch cell {
        case .elman: h.store(tanh(a), at: j)
        case .relu: h.store(larger(.zero, a), at: j)
        case .gru:
            let (r, u) = (sigmoid(a), sigmoid(gates.vector(at: hidden &+ j)))
            let n = tanh(multiplyAdd(r, gates.vector(at: 2 &* hidden &+ j), gates.vector(at: 3 &* hidden &+ j)))
            h.store(multiplyAdd(u, h.vector(at: j) - n, n), at: j)
        case .lstm:
            let (i, f) = (sigmoid(a), sigmoid(gates.vector(at: hidden &+ j)))
            let g = tanh(gates.vector(at: 2 &* hidden &+ j))
            let o = sigmoid(gates.vector(at: 3 &* hidden &+ j))
            let next = multiplyAdd(f, c.vector(at: j), i * g)
            c.store(next, at: j)
            h.store(o * tanh(next), at: j)
        }
        j = j &+ lanes
    }
}

/// `u = tanh(C [1 ; context])`
@inline(always)
private func addUnits(_ plan: InferencePlan, _ weights: Scalars, _ values: Scalars) {
    let m = plan.units
    let units = values + plan.unitValues
    var place = 0
    while place < m {
        var sums = emptyPair()
        let column = weights + (plan.unitWeights &+ place)
        sums[at: 0] = column.vector(at: 0)
        sums[at: 1] = column.vector(at: lanes)
        let read = column + m
        add(m, values + plan.contextValues, plan.context, to: &sums) { read.vector(at: $0) }
        let (low, high) = totals(sums)
        units.store(tanh(low), at: place)
        units.store(tanh(high), at: place &+ lanes)
        place = place &+ 2 &* lanes
    }
}

/// `o = bias + scale * (Q [h ; u])`
@inline(always)
private func addOutputs(_ plan: InferencePlan, _ weights: Scalars, _ bytes: Bytes, _ values: Scalars) {
    let m = plan.outputs
    let output = values + plan.output
    let (bias, scale) = (weights + plan.bias, weights + plan.scale)
    var place = 0
    while place < m {
        var sums = emptyPair()
        let column = bytes + place
        add(m, values + plan.state, plan.hidden &+ plan.units, to: &sums) { column.vector(at: $0) }
        let (low, high) = totals(sums)
        output.store(multiplyAdd(scale.vector(at: place), low, bias.vector(at: place)), at: place)
        let next = place &+ lanes
        output.store(multiplyAdd(scale.vector(at: next), high, bias.vector(at: next)), at: next)
        place = next &+ lanes
    }
}

/// `base = H common + sum over seasons of own * lag`
@inline(always)
private func addHighway(_ plan: InferencePlan, _ weights: Scalars, _ values: Scalars) {
    let m = plan.leads
    let base = values + plan.base
    var place = 0
    while place < m {
        var sums = emptyPair()
        let column = weights + (plan.highway &+ place)
        add(m, values + plan.commonValues, plan.common, to: &sums) { column.vector(at: $0) }
        var (low, high) = totals(sums)
        for j in 0..<plan.seasons {
            let own = weights + (plan.own &+ j &* m &+ place)
            let lag = values + (plan.lagValues &+ j &* m &+ place)
            low = multiplyAdd(own.vector(at: 0), lag.vector(at: 0), low)
            high = multiplyAdd(own.vector(at: lanes), lag.vector(at: lanes), high)
        }
        base.store(low, at: place)
        base.store(high, at: place &+ lanes)
        place = place &+ 2 &* lanes
    }
}
