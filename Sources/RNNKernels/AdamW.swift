// AdamW with clipping by the global norm: two passes over the parameters (the equations are at `AdamWPlan`).

internal import RNNKernelTable

@inline(never)
func adamW(_ plan: AdamWPlan, _ step: AdamWStep, _ memory: UnsafeMutablePointer<Float>) -> Float {
    let count = (plan.count &+ lanes &- 1) / lanes
    let parameters = unsafe Vectors(memory, plan.parameters)
    let gradients = unsafe Vectors(memory, plan.gradients)
    let first = unsafe Vectors(memory, plan.firstMoments)
    let second = unsafe Vectors(memory, plan.secondMoments)

    var squares = V.zero
    for i in 0..<count { squares = multiplyAdd(gradients[i], gradients[i], squares) }
    let norm = sum(squares).squareRoot()
    guard norm.isFinite else { return norm }

    let clip = all(norm > step.clip ? step.clip / norm : 1)
    let keep = all(1 - step.rate * step.decay)
    let rate = all(step.rate / step.firstCorrection)
    let correction = all((1 / step.secondCorrection).squareRoot())
    for i in 0..<count {
        let g = gradients[i] * clip
        let m = multiplyAdd(all(0.9), first[i], all(0.1) * g)
        let v = multiplyAdd(all(0.999), second[i], all(0.001) * g * g)
        first[i] = m
        second[i] = v
        parameters[i] = parameters[i] * keep - rate * m / multiplyAdd(squareRoot(v), correction, all(1e-8))
    }
    return norm
}
