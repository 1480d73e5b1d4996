// The plain loops: what every kernel means, in the words of the equations.
//
// The functions of this namespace have the signatures of the kernels, but run on any scalar: on Float they are the last
// step of a step-down and what the self-check compares with, on Double they are checked against finite differences.
// They are written to be read; nothing about them is fast.

/// Plain loops on `Scalar`. No state.
public enum Reference<Scalar: KernelScalar> {
    /// The arena's memory.
    public typealias Memory = UnsafeMutablePointer<Scalar>

    static func sigmoid(_ x: Scalar) -> Scalar { 1 / (1 + Scalar.exp(-x)) }

    /// `out[m][b] (+)= sum over k of weight[m][k] x[k][b]` for `m` rows.
    static func multiply(
        _ weight: Numbers<Scalar>, rows m: Int, columns k: Int, _ x: Rows<Scalar>, adding: Bool = false,
        into out: Rows<Scalar>
    ) {
        for row in 0..<m {
            for lane in 0..<x.batch {
                var sum: Scalar = adding ? out[row, lane] : 0
                for column in 0..<k { sum += weight[row * k + column] * x[column, lane] }
                out[row, lane] = sum
            }
        }
    }

    /// `out[j][b] (+)= sum over m of weight[m][first + j] d[m][b]` for `count` columns of a `[m][stride]` matrix.
    static func multiplyTransposed(
        _ weight: Numbers<Scalar>, rows m: Int, stride: Int, first: Int, count: Int, _ d: Rows<Scalar>,
        adding: Bool, into out: Rows<Scalar>
    ) {
        for column in 0..<count {
            for lane in 0..<d.batch {
                var sum: Scalar = adding ? out[column, lane] : 0
                for row in 0..<m { sum += weight[row * stride + first + column] * d[row, lane] }
                out[column, lane] = sum
            }
        }
    }

    /// `gradient[m][k] += sum over b of d[m][b] x[k][b]`
    static func addOuterProduct(
        _ d: Rows<Scalar>, rows m: Int, _ x: Rows<Scalar>, columns k: Int, into gradient: Numbers<Scalar>
    ) {
        for row in 0..<m {
            for column in 0..<k {
                var sum: Scalar = 0
                for lane in 0..<d.batch { sum += d[row, lane] * x[column, lane] }
                gradient[row * k + column] += sum
            }
        }
    }

    /// `y = W x`, or `y += W x`
    public static func forwardDense(_ plan: DensePlan, _ memory: Memory) {
        unsafe multiply(
            Numbers(memory, plan.weights), rows: plan.outputs, columns: plan.inputs,
            Rows(memory, plan.input, batch: plan.batch), adding: plan.adding,
            into: Rows(memory, plan.output, batch: plan.batch))
    }

    /// `dW = dy xᵀ`, `dx = Wᵀ dy`
    public static func backwardDense(_ plan: DensePlan, _ memory: Memory) {
        let d = unsafe Rows(memory, plan.output, batch: plan.batch)
        let gradient = unsafe Numbers(memory, plan.gradients)
        for i in 0..<(plan.inputs * plan.outputs) { gradient[i] = 0 }
        unsafe addOuterProduct(
            d, rows: plan.outputs, Rows(memory, plan.input, batch: plan.batch), columns: plan.inputs, into: gradient)
        guard plan.propagated > 0 else { return }
        unsafe multiplyTransposed(
            Numbers(memory, plan.weights), rows: plan.outputs, stride: plan.inputs, first: plan.firstPropagated,
            count: plan.propagated, d, adding: false, into: Rows(memory, plan.inputGradient, batch: plan.batch))
    }

    /// `y[n] += sum over j of weight[j][n] lag[j][n]`
    public static func forwardOwnLags(_ plan: OwnLagPlan, _ memory: Memory) {
        let weights = unsafe Numbers(memory, plan.weights)
        let lags = unsafe Rows(memory, plan.lags, batch: plan.batch)
        let out = unsafe Rows(memory, plan.output, batch: plan.batch)
        for j in 0..<plan.count {
            for n in 0..<plan.leads {
                for lane in 0..<plan.batch {
                    out[n, lane] += weights[j * plan.leads + n] * lags[j * plan.leads + n, lane]
                }
            }
        }
    }

    /// `dweight[j][n] = sum over windows of dy[n] lag[j][n]`
    public static func backwardOwnLags(_ plan: OwnLagPlan, _ memory: Memory) {
        let gradients = unsafe Numbers(memory, plan.gradients)
        let lags = unsafe Rows(memory, plan.lags, batch: plan.batch)
        let d = unsafe Rows(memory, plan.output, batch: plan.batch)
        for i in 0..<(plan.count * plan.leads) {
            var sum: Scalar = 0
            for lane in 0..<plan.batch { sum += d[i % plan.leads, lane] * lags[i, lane] }
            gradients[i] = sum
        }
    }

    /// Rows are copied or added.
    public static func copyRows(_ plan: CopyPlan, _ memory: Memory) {
        let numbers = unsafe Numbers(memory, 0)
        for t in 0..<plan.steps {
            for i in 0..<(plan.rows * plan.batch) {
                let (from, to) = (plan.from + t * plan.fromStride + i, plan.to + t * plan.toStride + i)
                numbers[to] = plan.adding ? numbers[to] + numbers[from] : numbers[from]
            }
        }
    }

    /// Windows become lanes.
    public static func gather(_ plan: GatherPlan, _ origins: UnsafePointer<Int32>, _ memory: Memory) {
        let numbers = unsafe Numbers(memory, 0)
        for lane in 0..<plan.batch {
            let origin = unsafe Int(origins[lane])
            let anchor = numbers[plan.anchors + origin]
            let inverse = numbers[plan.inverseScales + origin]
            for run in plan.runs {
                let from = run.channel + run.offset + (run.periodic ? origin % plan.period : origin)
                for k in 0..<run.count {
                    let value = numbers[from + k * run.stride]
                    numbers[run.row + k * run.rowStride + lane] = run.normalised ? (value - anchor) * inverse : value
                }
            }
        }
    }

    /// The pinball loss (the equations are at `PinballPlan`) and its gradient in place.
    public static func pinball(_ plan: PinballPlan, _ memory: Memory) -> Scalar {
        let base = unsafe Rows(memory, plan.base, batch: plan.batch)
        let offsets = unsafe Rows(memory, plan.offsets, batch: plan.batch)
        let targets = unsafe Rows(memory, plan.targets, batch: plan.batch)
        let positions = unsafe Numbers(memory, plan.positions)
        let leadWeights = unsafe Numbers(memory, plan.leadWeights)
        var total: Scalar = 0
        for n in 0..<plan.leads {
            for lane in 0..<plan.batch where !targets[n, lane].isNaN { total += 7 * leadWeights[n] }
        }
        let scale: Scalar = total > 0 ? 1 / total : 0
        var loss: Scalar = 0
        for lane in 0..<plan.batch {
            var gradient = [Scalar](repeating: 0, count: plan.knots * 7)
            var knot = 0
            for n in 0..<plan.leads {
                if knot + 1 < plan.knots, n >= Int(positions[knot + 1]) { knot += 1 }
                let next = min(knot + 1, plan.knots - 1)
                let span = positions[next] - positions[knot]
                let w = span > 0 ? (Scalar(n) - positions[knot]) / span : 0
                let target = targets[n, lane]
                var baseGradient: Scalar = 0
                for (q, level) in quantileLevels.enumerated() where !target.isNaN {
                    let a = offsets[knot * 7 + q, lane]
                    let b = offsets[next * 7 + q, lane]
                    let e = target - (base[n, lane] + (1 - w) * a + w * b)
                    let slope = (e > 0 ? -Scalar(level) : 1 - Scalar(level)) * leadWeights[n] * scale
                    loss -= slope * e
                    gradient[knot * 7 + q] += (1 - w) * slope
                    gradient[next * 7 + q] += w * slope
                    baseGradient += slope
                }
                base[n, lane] = baseGradient
            }
            for i in gradient.indices { offsets[i, lane] = gradient[i] }
        }
        return loss
    }

    /// Losses of single numbers (the equations are at `PointLoss`) and their gradients in place.
    public static func pointLoss(_ plan: PointLossPlan, _ memory: Memory) -> Scalar {
        let outputs = unsafe Rows(memory, plan.outputs, batch: plan.batch)
        let targets = unsafe Rows(memory, plan.targets, batch: plan.batch)
        var (loss, present): (Scalar, Scalar) = (0, 0)
        for row in 0..<plan.rows {
            for lane in 0..<plan.batch where !targets[row, lane].isNaN { present += 1 }
        }
        let scale = plan.loss == .sumOfSquares ? 1 : 1 / max(present, 1)
        for row in 0..<plan.rows {
            for lane in 0..<plan.batch {
                let (output, target) = (outputs[row, lane], targets[row, lane])
                guard !target.isNaN else {
                    outputs[row, lane] = 0
                    continue
                }
                let e = output - target
                switch plan.loss {
                case .sumOfSquares, .meanSquared:
                    loss += e * e * scale
                    outputs[row, lane] = 2 * e * scale
                case .huber:
                    loss += (abs(e) <= 1 ? e * e / 2 : abs(e) - 0.5) * scale
                    outputs[row, lane] = max(-1, min(1, e)) * scale
                case .crossEntropy:
                    loss += (softplus(output) - target * output) * scale
                    outputs[row, lane] = (sigmoid(output) - target) * scale
                }
            }
        }
        return loss
    }

    /// AdamW (the equations are at `AdamWPlan`).
    public static func adamW(_ plan: AdamWPlan, _ step: AdamWStep, _ memory: Memory) -> Scalar {
        let parameters = unsafe Numbers(memory, plan.parameters)
        let gradients = unsafe Numbers(memory, plan.gradients)
        let first = unsafe Numbers(memory, plan.firstMoments)
        let second = unsafe Numbers(memory, plan.secondMoments)
        var squares: Scalar = 0
        for i in 0..<plan.count { squares += gradients[i] * gradients[i] }
        let norm = squares.squareRoot()
        guard norm.isFinite else { return norm }
        let clip = norm > Scalar(step.clip) ? Scalar(step.clip) / norm : 1
        for i in 0..<plan.count {
            let g = gradients[i] * clip
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g * g
            let m = first[i] / Scalar(step.firstCorrection)
            let v = second[i] / Scalar(step.secondCorrection)
            parameters[i] -= Scalar(step.rate) * (Scalar(step.decay) * parameters[i] + m / (v.squareRoot() + 1e-8))
        }
        return norm
    }
}
