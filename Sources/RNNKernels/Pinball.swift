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

@inline(always)
private func twoSums() -> InlineArray<2, V> { [.zero, .zero] }

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

    var losses = twoSums()
    if plan.knots == plan.leads {
        for n in 0..<plan.leads {
            let weight = all(leadWeights[n] * scale)
            for i in 0..<width {
                let y = targets[n &* width &+ i]
                let known = V.zero.replacing(with: weight, where: y .== y)
                let rest = (y - base[n &* width &+ i]).replacing(with: V.zero, where: y .!= y)
                // Sums of even and of odd quantiles: one chain of additions would take longer than all else.
                var gradients = twoSums()
                for q in 0..<7 {
                    let place = (n &* 7 &+ q) &* width &+ i
                    let e = rest - offsets[place]
                    let below = all(-tau[at: q])
                    let slope = below.replacing(with: below + all(1), where: e .<= V.zero) * known
                    losses[at: q & 1] = multiplyAdd(-slope, e, losses[at: q & 1])
                    offsets[place] = slope
                    gradients[at: q & 1] += slope
                }
                base[n &* width &+ i] = gradients[at: 0] + gradients[at: 1]
            }
        }
        return sum(losses[at: 0] + losses[at: 1])
    }

    // Between two knots both sets of offsets are read, and the gradient of each is gathered before either is replaced:
    // the right knot's share waits for its own segment. With hit = 1 where e <= 0 the slope is (hit - tau) weight, so hits
    // are gathered for each quantile, and the weights once for all. The loss is linear in e on both sides of 0, so that it
    // is the sum of each gradient times what it belongs to: -dbase * (y - base) + doffset * offset.
    for i in 0..<width {
        var shares = noSlopes()
        var shareWeight = V.zero
        for k in 0..<plan.knots {
            let from = Int(positions[k])
            let last = k == plan.knots &- 1
            let to = last ? from &+ 1 : Int(positions[k &+ 1])
            let step = last ? 0 : 1 / Float(to &- from)
            let next = last ? k : k &+ 1
            var offset = noSlopes()
            var rise = noSlopes()
            for q in 0..<7 {
                offset[at: q] = offsets[(k &* 7 &+ q) &* width &+ i]
                rise[at: q] = offsets[(next &* 7 &+ q) &* width &+ i] - offset[at: q]
            }
            var left = shares
            var leftWeight = shareWeight
            var right = noSlopes()
            var rightWeight = V.zero
            for n in from..<to {
                let w = all(Float(n &- from) * step)
                let y = targets[n &* width &+ i]
                let known = V.zero.replacing(with: all(leadWeights[n] * scale), where: y .== y)
                let rest = (y - base[n &* width &+ i]).replacing(with: V.zero, where: y .!= y)
                let (knownRight, knownLeft) = (known * w, known - known * w)
                var hits = V.zero
                for q in 0..<7 {
                    let e = rest - multiplyAdd(w, rise[at: q], offset[at: q])
                    let below = e .<= V.zero
                    left[at: q] += V.zero.replacing(with: knownLeft, where: below)
                    right[at: q] += V.zero.replacing(with: knownRight, where: below)
                    hits += V.zero.replacing(with: known, where: below)
                }
                leftWeight += knownLeft
                rightWeight += knownRight
                // The levels add up to 3.5.
                let gradient = multiplyAdd(all(-3.5), known, hits)
                base[n &* width &+ i] = gradient
                losses[at: 0] = multiplyAdd(-gradient, rest, losses[at: 0])
            }
            for q in 0..<7 {
                let gradient = multiplyAdd(all(-tau[at: q]), leftWeight, left[at: q])
                offsets[(k &* 7 &+ q) &* width &+ i] = gradient
                losses[at: 1] = multiplyAdd(gradient, offset[at: q], losses[at: 1])
            }
            shares = right
            shareWeight = rightWeight
        }
    }
    return sum(losses[at: 0] + losses[at: 1])
}
