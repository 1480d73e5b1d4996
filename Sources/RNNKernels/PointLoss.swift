// Losses of single numbers (the equations are at `PointLoss`), with their gradients in place of the outputs.
//
// A missing target (NaN) has neither loss nor gradient, and does not count in a mean.

internal import CVector
internal import RNNKernelTable

@inline(always)
private func eachOutput(
    _ plan: PointLossPlan, _ memory: UnsafeMutablePointer<Float>, mean: Bool,
    _ value: (_ output: V, _ target: V) -> (loss: V, slope: V)
) -> Float {
    let count = plan.rows &* (plan.batch / lanes)
    let outputs = unsafe Vectors(memory, plan.outputs)
    let targets = unsafe Vectors(memory, plan.targets)
    var scale: Float = 1
    if mean {
        var present = V.zero
        for i in 0..<count { present += V.zero.replacing(with: all(1), where: targets[i] .== targets[i]) }
        scale = 1 / max(sum(present), 1)
    }
    var loss = V.zero
    for i in 0..<count {
        let target = targets[i]
        let missing = target .!= target
        let part = value(outputs[i], target.replacing(with: outputs[i], where: missing))
        loss += part.loss.replacing(with: V.zero, where: missing)
        outputs[i] = (part.slope * all(scale)).replacing(with: V.zero, where: missing)
    }
    return sum(loss) * scale
}

@inline(never)
func pointLoss(_ plan: PointLossPlan, _ memory: UnsafeMutablePointer<Float>) -> Float {
    switch plan.loss {
    case .sumOfSquares, .meanSquared:
        return unsafe eachOutput(plan, memory, mean: plan.loss == .meanSquared) { output, target in
            let e = output - target
            return (e * e, e + e)
        }
    case .huber:
        return unsafe eachOutput(plan, memory, mean: true) { output, target in
            let e = output - target
            let slope = larger(smaller(e, all(1)), all(-1))
            return (slope * (e - slope * all(0.5)), slope)
        }
    case .crossEntropy:
        return unsafe eachOutput(plan, memory, mean: true) { output, target in
            (softplus(output) - target * output, sigmoid(output) - target)
        }
    }
}

/// log(1 + exp(x)), lane by lane in scalar code: an event has one row, not a thousand.
@inline(always)
private func softplus(_ x: V) -> V {
    var out = V.zero
    for lane in 0..<lanes { out[lane] = vector_softplus(x[lane]) }
    return out
}
