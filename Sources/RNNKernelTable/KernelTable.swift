// The table of kernel functions of one instruction set, and the safe way to call them.
//
// The functions behind it are compiled with CPU flags (RNNKernelsV1, V3, V4) or are the plain loops of `Reference`; all
// have the same meaning. They trust their plans, whose initialisers make shapes and places consistent within one layout.
// The methods here check once more what a plan made for another arena would break first: not every array of it, but where
// its last or largest ones lie.

/// Kernels of one instruction set. Calls are not thread-safe on one arena; different arenas are independent.
@safe public struct KernelTable: Sendable {
    /// A kernel on the arena of a training.
    public typealias Step<Plan> = @Sendable (Plan, UnsafeMutablePointer<Float>) -> Void

    /// Residuals of rows under coefficients, and their means over leads.
    public typealias RidgeStep =
        @Sendable (RidgeRows, UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    /// A solution in place of the right-hand sides: size, their number, matrix, right-hand sides.
    public typealias LinearSolver =
        @Sendable (Int, Int, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Bool

    /// The forecast of one window: weights in single precision, weights of a byte, values.
    public typealias Inference =
        @Sendable (InferencePlan, UnsafePointer<Float>, UnsafePointer<Int8>, UnsafeMutablePointer<Float>) -> Void

    /// Which loops these are.
    public let instructionSet: InstructionSet
    let gatherRows: @Sendable (GatherPlan, UnsafePointer<Int32>, UnsafeMutablePointer<Float>) -> Void
    let copyRows: Step<CopyPlan>
    let forwardRecurrent: Step<RecurrentPlan>
    let backwardRecurrent: Step<RecurrentPlan>
    let forwardDense: Step<DensePlan>
    let backwardDense: Step<DensePlan>
    let pinballLoss: @Sendable (PinballPlan, UnsafeMutablePointer<Float>) -> Float
    let pointLossStep: @Sendable (PointLossPlan, UnsafeMutablePointer<Float>) -> Float
    let adamWStep: @Sendable (AdamWPlan, AdamWStep, UnsafeMutablePointer<Float>) -> Float
    let productOfRows: @Sendable (OwnLagPlan, UnsafeMutablePointer<Float>) -> Void
    let productOfRowsGradient: @Sendable (OwnLagPlan, UnsafeMutablePointer<Float>) -> Void
    let forwardTanh: Step<TanhPlan>
    let backwardTanh: Step<TanhPlan>
    let forwardGates: Step<GatePlan>
    let backwardGates: Step<GatePlan>
    let infer: Inference
    let addMoments: @Sendable (RidgeRows, UnsafeMutablePointer<Double>) -> Void
    let ridgeResiduals: RidgeStep
    let solvePositive: LinearSolver
    let multiplyAdds: @Sendable (Int) -> Float
    /// Operations (a multiplication and an addition count two) of one round of `runMultiplyAdds`.
    public let operationsPerRound: Int

    /// A table of functions; each set of kernels makes its own.
    public init(
        instructionSet: InstructionSet,
        gatherRows: @escaping @Sendable (GatherPlan, UnsafePointer<Int32>, UnsafeMutablePointer<Float>) -> Void,
        copyRows: @escaping Step<CopyPlan>,
        forwardRecurrent: @escaping Step<RecurrentPlan>,
        backwardRecurrent: @escaping Step<RecurrentPlan>,
        forwardDense: @escaping Step<DensePlan>,
        backwardDense: @escaping Step<DensePlan>,
        pinballLoss: @escaping @Sendable (PinballPlan, UnsafeMutablePointer<Float>) -> Float,
        pointLossStep: @escaping @Sendable (PointLossPlan, UnsafeMutablePointer<Float>) -> Float,
        adamWStep: @escaping @Sendable (AdamWPlan, AdamWStep, UnsafeMutablePointer<Float>) -> Float,
        productOfRows: @escaping Step<OwnLagPlan>,
        productOfRowsGradient: @escaping Step<OwnLagPlan>,
        forwardTanh: @escaping Step<TanhPlan>,
        backwardTanh: @escaping Step<TanhPlan>,
        forwardGates: @escaping Step<GatePlan>,
        backwardGates: @escaping Step<GatePlan>,
        infer: @escaping Inference,
        addMoments: @escaping @Sendable (RidgeRows, UnsafeMutablePointer<Double>) -> Void,
        ridgeResiduals: @escaping RidgeStep,
        solvePositive: @escaping LinearSolver,
        multiplyAdds: @escaping @Sendable (Int) -> Float,
        operationsPerRound: Int
    ) {
        self.instructionSet = instructionSet
        unsafe self.gatherRows = gatherRows
        unsafe self.copyRows = copyRows
        unsafe self.forwardRecurrent = forwardRecurrent
        unsafe self.backwardRecurrent = backwardRecurrent
        unsafe self.forwardDense = forwardDense
        unsafe self.backwardDense = backwardDense
        unsafe self.pinballLoss = pinballLoss
        unsafe self.pointLossStep = pointLossStep
        unsafe self.adamWStep = adamWStep
        unsafe self.productOfRows = productOfRows
        unsafe self.productOfRowsGradient = productOfRowsGradient
        unsafe self.forwardTanh = forwardTanh
        unsafe self.backwardTanh = backwardTanh
        unsafe self.forwardGates = forwardGates
        unsafe self.backwardGates = backwardGates
        unsafe self.infer = infer
        unsafe self.addMoments = addMoments
        unsafe self.ridgeResiduals = ridgeResiduals
        unsafe self.solvePositive = solvePositive
        self.multiplyAdds = multiplyAdds
        self.operationsPerRound = operationsPerRound
    }

    /// Copies the windows that end at `origins` into their rows; lanes beyond `origins` repeat the first of them.
    public func gather(_ plan: GatherPlan, origins: [Int32], in arena: Arena<Float>) {
        precondition(origins.count == plan.batch && plan.period > 0)
        let (first, last) = (Int(origins.min() ?? 0), Int(origins.max() ?? 0))
        for run in plan.runs {
            precondition(run.row >= 0 && run.row + (run.count - 1) * run.rowStride + plan.batch <= arena.count)
            precondition(first >= 0 && run.channel + run.offset + (run.periodic ? 0 : first) >= 0)
            let newest = run.periodic ? plan.period - 1 : last
            precondition(run.channel + run.offset + (run.count - 1) * run.stride + newest < arena.count)
        }
        unsafe origins.withUnsafeBufferPointer { buffer in
            guard let address = buffer.baseAddress else { return }
            unsafe gatherRows(plan, address, arena.base)
        }
    }

    /// Moves rows about.
    public func copy(_ plan: CopyPlan, in arena: Arena<Float>) {
        let size = plan.rows * plan.batch
        for (start, stride) in [(plan.from, plan.fromStride), (plan.to, plan.toStride)] {
            let end = start + (plan.steps - 1) * stride
            precondition(min(start, end) >= 0 && max(start, end) + size <= arena.count)
        }
        unsafe copyRows(plan, arena.base)
    }

    /// Reads the window: fills `states` (but for x), `gates` and what else `backward` needs.
    public func forward(_ plan: RecurrentPlan, in arena: Arena<Float>) {
        precondition(plan.accumulators < arena.count && plan.states < arena.count)
        unsafe forwardRecurrent(plan, arena.base)
    }

    /// Backpropagation through time from `stateGradient` to `gradients`.
    public func backward(_ plan: RecurrentPlan, in arena: Arena<Float>) {
        precondition(plan.accumulators < arena.count && plan.states < arena.count)
        unsafe backwardRecurrent(plan, arena.base)
    }

    /// `output = W input`
    public func forward(_ plan: DensePlan, in arena: Arena<Float>) {
        precondition(plan.accumulators < arena.count && plan.output + plan.outputs * plan.batch <= arena.count)
        unsafe forwardDense(plan, arena.base)
    }

    /// `gradients = output input^T`, `inputGradient = W^T output`, where `output` holds the gradient of the loss.
    public func backward(_ plan: DensePlan, in arena: Arena<Float>) {
        precondition(plan.accumulators < arena.count && plan.output + plan.outputs * plan.batch <= arena.count)
        unsafe backwardDense(plan, arena.base)
    }

    /// `output[n] += weight[j][n] own[j][n]` for every own lag j.
    public func forward(_ plan: OwnLagPlan, in arena: Arena<Float>) {
        precondition(plan.lags + plan.count * plan.leads * plan.batch <= arena.count)
        unsafe productOfRows(plan, arena.base)
    }

    /// `gradients[j][n] = sum over windows of output[n] own[j][n]`, where `output` holds the gradient of the loss.
    public func backward(_ plan: OwnLagPlan, in arena: Arena<Float>) {
        precondition(plan.lags + plan.count * plan.leads * plan.batch <= arena.count)
        unsafe productOfRowsGradient(plan, arena.base)
    }

    /// Sums become tanh units.
    public func forward(_ plan: TanhPlan, in arena: Arena<Float>) {
        precondition(plan.values + plan.rows * plan.batch <= arena.count)
        unsafe forwardTanh(plan, arena.base)
    }

    /// Units become the gradient of their sums.
    public func backward(_ plan: TanhPlan, in arena: Arena<Float>) {
        precondition(max(plan.values, plan.gradients) + plan.rows * plan.batch <= arena.count)
        unsafe backwardTanh(plan, arena.base)
    }

    /// Mixes the experts into the highway's forecast.
    public func forward(_ plan: GatePlan, in arena: Arena<Float>) {
        precondition(max(plan.gates, plan.values) + plan.experts * plan.leads * plan.batch <= arena.count)
        unsafe forwardGates(plan, arena.base)
    }

    /// Gates and base become their gradients, where `mixed` holds its own.
    public func backward(_ plan: GatePlan, in arena: Arena<Float>) {
        precondition(max(plan.gates, plan.values) + plan.experts * plan.leads * plan.batch <= arena.count)
        unsafe backwardGates(plan, arena.base)
    }

    /// The mean loss over targets that are present; base and offsets are replaced by its gradient.
    public func pinball(_ plan: PinballPlan, in arena: Arena<Float>) -> Float {
        precondition(plan.targets + plan.leads * plan.batch <= arena.count)
        return unsafe pinballLoss(plan, arena.base)
    }

    /// The loss of outputs; they are replaced by its gradient.
    public func loss(_ plan: PointLossPlan, in arena: Arena<Float>) -> Float {
        precondition(plan.targets + plan.rows * plan.batch <= arena.count)
        return unsafe pointLossStep(plan, arena.base)
    }

    /// One step of the optimiser. Returns the norm of the gradient before clipping; if it is not finite, nothing else
    /// is touched.
    public func step(_ plan: AdamWPlan, _ step: AdamWStep, in arena: Arena<Float>) -> Float {
        precondition(plan.secondMoments + plan.count <= arena.count && plan.parameters + plan.count <= arena.count)
        return unsafe adamWStep(plan, step, arena.base)
    }

    /// The forecast of one window: `values` holds the inputs and room for the outputs as `plan` says; all arrays have its
    /// slack.
    public func infer(_ plan: InferencePlan, floats: [Float], bytes: [Int8], values: inout [Float]) {
        let slack = InferencePlan.slack
        precondition(floats.count >= plan.floatCount + slack && bytes.count >= plan.byteCount + slack)
        precondition(values.count >= plan.valueCount + slack)
        unsafe floats.withUnsafeBufferPointer { floats in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe values.withUnsafeMutableBufferPointer { values in
                    guard let f = floats.baseAddress, let b = bytes.baseAddress, let v = values.baseAddress
                    else { return }
                    unsafe infer(plan, f, b, v)
                }
            }
        }
    }

    /// Adds the weighted moments of the rows of a ridge to `moments` (`DesignPlan.momentCount` numbers):
    /// `[width][columns]` of common with all columns, then for every lead its own columns with each other and with its
    /// target.
    public func addMoments(
        _ design: DesignPlan, channels: [Double], inverseScales: [Double], rowWeights: [Double], rows: Range<Int>,
        into moments: inout [Double]
    ) {
        precondition(moments.count == design.momentCount)
        unsafe Self.withRows(design, channels, inverseScales, rowWeights, rows) { rows in
            unsafe moments.withUnsafeMutableBufferPointer { out in
                guard let address = out.baseAddress else { return }
                unsafe addMoments(rows, address)
            }
        }
    }

    /// Residuals of the rows under `coefficients` (`[leads][width + own]`): `residuals[n][row]`, and the mean of their
    /// absolute values over leads, `means[row]`.
    public func residuals(
        _ design: DesignPlan, channels: [Double], inverseScales: [Double], rows: Range<Int>, coefficients: [Double],
        residuals: inout [Double], means: inout [Double]
    ) {
        precondition(coefficients.count == design.targets.count * (design.width + design.own.count))
        precondition(residuals.count == design.targets.count * rows.count && means.count == rows.count)
        unsafe Self.withRows(design, channels, inverseScales, inverseScales, rows) { rows in
            unsafe coefficients.withUnsafeBufferPointer { coefficients in
                unsafe residuals.withUnsafeMutableBufferPointer { residuals in
                    unsafe means.withUnsafeMutableBufferPointer { means in
                        guard let c = coefficients.baseAddress, let r = residuals.baseAddress,
                            let m = means.baseAddress
                        else { return }
                        unsafe ridgeResiduals(rows, c, r, m)
                    }
                }
            }
        }
    }

    /// Solves `matrix x = right` for `columns` right-hand sides by Cholesky's decomposition; `matrix` (`[n][n]`, lower
    /// half) and `right` (`[n][columns]`) are replaced. False if the matrix is not positive definite.
    public func solve(_ matrix: inout [Double], _ right: inout [Double], size n: Int) -> Bool {
        precondition(matrix.count == n * n && right.count % n == 0)
        let columns = right.count / n
        return unsafe matrix.withUnsafeMutableBufferPointer { matrix in
            unsafe right.withUnsafeMutableBufferPointer { right in
                guard let m = matrix.baseAddress, let r = right.baseAddress else { return true }
                return unsafe solvePositive(n, columns, m, r)
            }
        }
    }

    /// Runs `count` rounds of independent multiply-adds, `operationsPerRound` each: the roof of this machine.
    public func runMultiplyAdds(_ count: Int) -> Float { multiplyAdds(count) }

    private static func withRows(
        _ design: DesignPlan, _ channels: [Double], _ inverseScales: [Double], _ weights: [Double], _ rows: Range<Int>,
        _ body: (RidgeRows) -> Void
    ) {
        precondition(rows.lowerBound >= 0 && inverseScales.count >= rows.upperBound && weights.count >= rows.upperBound)
        for column in design.allColumns {
            precondition(column.offset + rows.lowerBound >= 0 && column.offset + rows.upperBound <= design.stride)
            precondition((column.channel + 1) * design.stride <= channels.count)
        }
        unsafe channels.withUnsafeBufferPointer { channels in
            unsafe inverseScales.withUnsafeBufferPointer { scales in
                unsafe weights.withUnsafeBufferPointer { weights in
                    guard let c = channels.baseAddress, let s = scales.baseAddress, let w = weights.baseAddress
                    else { return }
                    unsafe body(
                        RidgeRows(design: design, channels: c, inverseScales: s, weights: w, rows: rows))
                }
            }
        }
    }
}
