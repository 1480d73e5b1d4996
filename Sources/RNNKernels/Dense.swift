// A linear map of rows of lanes: the head of a network, and the common part of its highway.
//
//     y = W x              dW = dy xᵀ              dx = Wᵀ dy

internal import RNNKernelTable

@inline(never)
func forwardDense(_ plan: DensePlan, _ memory: UnsafeMutablePointer<Float>) {
    let panels = unsafe Scalars(memory, plan.panels)
    let weights = unsafe Scalars(memory, plan.weights)
    pack(weights, stride: plan.inputs, rows: plan.outputs, columns: plan.inputs, into: panels)
    let input = unsafe Vectors(memory, plan.input)
    let output = unsafe Vectors(memory, plan.output)
    multiply(
        panels, rows: plan.outputs, depth: plan.inputs, of: plan.inputs, input, width: plan.batch / lanes, into: output)
}

@inline(never)
func backwardDense(_ plan: DensePlan, _ memory: UnsafeMutablePointer<Float>) {
    let width = plan.batch / lanes
    let weights = unsafe Scalars(memory, plan.weights)
    let input = unsafe Vectors(memory, plan.input)
    let output = unsafe Vectors(memory, plan.output)
    let gradients = unsafe Scalars(memory, plan.gradients)
    let carried = unsafe Vectors(memory, plan.accumulators)
    addWeightGradient(
        output, 0, rows: plan.outputs, input, 0, columns: plan.inputs, steps: 1, width: width, into: gradients,
        stride: plan.inputs, carried: carried, Chunk(first: true, last: true))
    guard plan.propagated > 0 else { return }
    let panels = unsafe Scalars(memory, plan.panels)
    let inputGradient = unsafe Vectors(memory, plan.inputGradient)
    packTransposed(
        weights, stride: plan.inputs, firstColumn: plan.firstPropagated, rows: plan.propagated, columns: plan.outputs,
        into: panels)
    multiply(
        panels, rows: plan.propagated, depth: plan.outputs, of: plan.outputs, output, width: width, into: inputGradient)
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
