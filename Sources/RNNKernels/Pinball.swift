// The pinball loss at every lead, its offsets interpolated between knots, and its gradient in place.
//
//     e = y - (base + offset)         loss = max(tau e, (tau - 1) e)         dloss/doffset = e > 0 ? -tau : 1 - tau
//
// A missing target (NaN) has neither loss nor gradient.

internal import RNNKernelTable

@inline(always)
private func levels() -> InlineArray<7, Float> { [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975] }

@inline(always)
private func noSlopes() -> InlineArray<7, V> { [.zero, .zero, .zero, .zero, .zero, .zero, .zero] }

@inline(never)
func pinball(_ plan: PinballPlan, _ memory: UnsafeMutablePointer<Float>) -> Float {
    let width = plan.batch / lanes
    let base = unsafe Vectors(memory, plan.base)
    let offsets = unsafe Vectors(memory, plan.offsets)
    let targets = unsafe Vectors(memory, plan.targets)
    let leadWeights = unsafe Scalars(memory, plan.leadWeights)
    let positions = unsafe Scalars(memory, plan.positions)
    let tau = levels()

    // The weight of what is present, for the mean.
    var present = V.zero
    for n in 0..<plan.leads {
        let weight = all(leadWeights[n])
        for i in 0..<width {
            let y = targets[n &* width &+ i]
            present += V.zero.replacing(with: weight, where: y .== y)
        }
    }
    let total = sum(present) * 7
    let scale = total > 0 ? 1 / total : 0

    var loss = V.zero
    if plan.knots == plan.leads {
        for n in 0..<plan.leads {
            let weight = all(leadWeights[n] * scale)
            for i in 0..<width {
                let y = targets[n &* width &+ i]
                let known = V.zero.replacing(with: weight, where: y .== y)
                let rest = (y - base[n &* width &+ i]).replacing(with: V.zero, where: y .!= y)
                var baseGradient = V.zero
                for q in 0..<7 {
                    let place = (n &* 7 &+ q) &* width &+ i
                    let e = rest - offsets[place]
                    let below = all(-tau[at: q])
                    let slope = below.replacing(with: below + all(1), where: e .<= V.zero) * known
                    loss = multiplyAdd(-slope, e, loss)
                    offsets[place] = slope
                    baseGradient += slope
                }
                base[n &* width &+ i] = baseGradient
            }
        }
        return sum(loss)
    }

    // Between two knots both sets of offsets are read, and the gradient of each is gathered before either is replaced:
    // the right knot's share waits for its own segment in `shares`.
    for i in 0..<width {
        var shares = noSlopes()
        for k in 0..<plan.knots {
            let from = Int(positions[k])
            let last = k == plan.knots &- 1
            let to = last ? from &+ 1 : Int(positions[k &+ 1])
            let step = last ? 0 : 1 / Float(to &- from)
            let next = last ? k : k &+ 1
            var left = shares
            var right = noSlopes()
            for n in from..<to {
                let weight = all(leadWeights[n] * scale)
                let w = all(Float(n &- from) * step)
                let y = targets[n &* width &+ i]
                let known = V.zero.replacing(with: weight, where: y .== y)
                let rest = (y - base[n &* width &+ i]).replacing(with: V.zero, where: y .!= y)
                var baseGradient = V.zero
                for q in 0..<7 {
                    let a = offsets[(k &* 7 &+ q) &* width &+ i]
                    let b = offsets[(next &* 7 &+ q) &* width &+ i]
                    let e = rest - multiplyAdd(w, b - a, a)
                    let below = all(-tau[at: q])
                    let slope = below.replacing(with: below + all(1), where: e .<= V.zero) * known
                    loss = multiplyAdd(-slope, e, loss)
                    left[at: q] += slope * (all(1) - w)
                    right[at: q] += slope * w
                    baseGradient += slope
                }
                base[n &* width &+ i] = baseGradient
            }
            for q in 0..<7 { offsets[(k &* 7 &+ q) &* width &+ i] = left[at: q] }
            shares = right
        }
    }
    return sum(loss)
}
