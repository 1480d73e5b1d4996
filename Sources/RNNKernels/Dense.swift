// A linear map of rows of lanes: the head of a network, and the common part of its highway.
//
//     y = W x              dW = dy xᵀ              dx = Wᵀ dy

internal import RNNKernelTable

@inline(never)
func forwardDense(_ plan: DensePlan, _ memory: UnsafeMutablePointer<Float>) {
    let weights = unsafe Scalars(memory, plan.weights)
    let input = unsafe Vectors(memory, plan.input)
    let output = unsafe Vectors(memory, plan.output)
    multiply(
        .rows(weights, stride: plan.inputs), rows: plan.outputs, depth: plan.inputs, input, width: plan.batch / lanes,
        into: output, adding: plan.adding)
}

@inline(never)
func backwardDense(_ plan: DensePlan, _ memory: UnsafeMutablePointer<Float>) {
    let width = plan.batch / lanes
    let weights = unsafe Scalars(memory, plan.weights)
    let input = unsafe Vectors(memory, plan.input)
    let output = unsafe Vectors(memory, plan.output)
    let gradients = unsafe Scalars(memory, plan.gradients)
    let scratch = unsafe Scalars(memory, plan.accumulators)
    multiplyByTransposed(
        output, rows: plan.outputs, input, columns: plan.inputs, width: width, into: gradients, scratch: scratch)
    guard plan.propagated > 0 else { return }
    let inputGradient = unsafe Vectors(memory, plan.inputGradient)
    multiply(
        .columns(weights + plan.firstPropagated, stride: plan.inputs), rows: plan.propagated, depth: plan.outputs,
        output,
        width: width, into: inputGradient)
}

/// `out[m][k] = sum over lanes of d[m] x[k]`, for one step.
///
/// With only one step to sum, adding across lanes would cost more than the products. So x is transposed first, `[window]
/// [column]`, and the lanes of the sums are columns: a tile of `gradientRows` x 3 vectors stays in registers over all
/// windows. Columns that fill no vector are summed lane by lane.
@inline(always)
private func multiplyByTransposed(
    _ d: Vectors, rows m: Int, _ x: Vectors, columns k: Int, width: Int, into out: Scalars, scratch: Scalars
) {
    let batch = width &* lanes
    let whole = k / lanes &* lanes
    let (numbers, values) = (x.scalars, d.scalars)
    for column in stride(from: 0, to: whole, by: transposedAtOnce) {
        for window in stride(from: 0, to: batch, by: transposedAtOnce) {
            numbers.transpose(at: column &* batch &+ window, batch, into: scratch + (window &* whole &+ column), whole)
        }
    }
    var row = 0
    while row < m {
        let present = min(gradientRows, m &- row)
        var column = 0
        while column < whole {
            let vectors = min(3, (whole &- column) / lanes)
            let place = out + (row &* k &+ column)
            if present == gradientRows, vectors == 3 {
                addWindows(3, values + row &* batch, scratch + column, whole, batch, into: place, stride: k)
            } else if present == gradientRows, vectors == 2 {
                addWindows(2, values + row &* batch, scratch + column, whole, batch, into: place, stride: k)
            } else {
                for i in 0..<present {
                    for v in 0..<vectors {
                        var sums = V.zero
                        for window in 0..<batch {
                            let value = all(values[(row &+ i) &* batch &+ window])
                            sums = multiplyAdd(value, scratch.vector(at: window &* whole &+ column &+ v &* lanes), sums)
                        }
                        place.store(sums, at: i &* k &+ v &* lanes)
                    }
                }
            }
            column = column &+ vectors &* lanes
        }
        for column in whole..<k {
            for i in 0..<present {
                var sums = V.zero
                for n in 0..<width {
                    sums = multiplyAdd(d[(row &+ i) &* width &+ n], x[column &* width &+ n], sums)
                }
                out[(row &+ i) &* k &+ column] = sum(sums)
            }
        }
        row = row &+ gradientRows
    }
}

/// A tile of `gradientRows` x `vectors` vectors of columns, at most 3, summed over windows.
@inline(always)
private func addWindows(
    _ vectors: Int, _ d: Scalars, _ x: Scalars, _ xStride: Int, _ batch: Int, into out: Scalars, stride: Int
) {
    var sums = emptyGradients()
    for window in 0..<batch {
        let row = x + window &* xStride
        for i in 0..<gradientRows {
            let value = all(d[i &* batch &+ window])
            for v in 0..<vectors {
                let place = vectors &* i &+ v
                sums[at: place] = multiplyAdd(value, row.vector(at: v &* lanes), sums[at: place])
            }
        }
    }
    for i in 0..<gradientRows {
        for v in 0..<vectors { out.store(sums[at: vectors &* i &+ v], at: i &* stride &+ v &* lanes) }
    }
}

@inline(never)
func forwardOwnLags(_ plan: OwnLagPlan, _ memory: UnsafeMutablePointer<Float>) {
    let width = plan.batch / lanes
    let weights = unsafe Scalars(memory, plan.weights)
    let lags = unsafe Vectors(memory, plan.lags)
    let output = unsafe Vectors(memory, plan.output)
    for j in 0..<plan.count {
        for n in 0..<plan.leads {
            let weight = all(weights[j &* plan.leads &+ n])
            let lag = lags + (j &* plan.leads &+ n) &* width
            let out = output + n &* width
            for i in 0..<width { out[i] = multiplyAdd(weight, lag[i], out[i]) }
        }
    }
}

@inline(never)
func backwardOwnLags(_ plan: OwnLagPlan, _ memory: UnsafeMutablePointer<Float>) {
    let width = plan.batch / lanes
    let gradients = unsafe Scalars(memory, plan.gradients)
    let lags = unsafe Vectors(memory, plan.lags)
    let output = unsafe Vectors(memory, plan.output)
    for j in 0..<plan.count {
        for n in 0..<plan.leads {
            let lag = lags + (j &* plan.leads &+ n) &* width
            let out = output + n &* width
            var total = V.zero
            for i in 0..<width { total = multiplyAdd(out[i], lag[i], total) }
            gradients[j &* plan.leads &+ n] = sum(total)
        }
    }
}
