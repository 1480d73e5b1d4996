// The plain loops of what is not trained by gradients: the ridge, linear equations, one forecast, and the roof.

extension Reference where Scalar == Float {
    /// One window through the cell, the heads and the highway; weights by column (`InferencePlan`).
    public static func infer(
        _ plan: InferencePlan, _ floats: UnsafePointer<Float>, _ bytes: UnsafePointer<Int8>,
        _ values: UnsafeMutablePointer<Float>
    ) {
        let w = unsafe Numbers(UnsafeMutablePointer(mutating: floats), 0)
        let v = unsafe Numbers(values, 0)
        readWindow(plan, w, v)
        let (h, u) = (plan.state, plan.unitValues)
        for k in 0..<plan.units {
            var sum = w[plan.unitWeights + k]
            for j in 0..<plan.context {
                sum += w[plan.unitWeights + (1 + j) * plan.units + k] * v[plan.contextValues + j]
            }
            v[u + k] = Float.tanh(sum)
        }
        for o in 0..<plan.outputs {
            var sum: Float = 0
            for j in 0..<(plan.hidden + plan.units) { unsafe sum += Float(bytes[j * plan.outputs + o]) * v[h + j] }
            v[plan.output + o] = w[plan.bias + o] + w[plan.scale + o] * sum
        }
        for n in 0..<plan.leads {
            var sum: Float = 0
            for i in 0..<plan.common { sum += w[plan.highway + i * plan.leads + n] * v[plan.commonValues + i] }
            for j in 0..<plan.seasons {
                sum += w[plan.own + j * plan.leads + n] * v[plan.lagValues + j * plan.leads + n]
            }
            v[plan.base + n] = sum
        }
    }

    /// The last state of the window.
    private static func readWindow(_ plan: InferencePlan, _ w: Numbers<Float>, _ v: Numbers<Float>) {
        let (m, hidden) = (plan.gateRows, plan.hidden)
        let (h, c, gates) = (plan.state, plan.cellState, plan.gates)
        for j in 0..<hidden { (v[h + j], v[c + j]) = (0, 0) }
        for t in 0..<plan.steps {
            for g in 0..<m {
                var sum = w[plan.inputs * m + g]
                for i in 0..<plan.inputs { sum += w[i * m + g] * v[t * plan.inputs + i] }
                for j in 0..<hidden { sum += w[(plan.inputs + 1 + j) * m + g] * v[h + j] }
                v[gates + g] = sum
            }
            for j in 0..<hidden {
                let a = v[gates + j]
                switch plan.cell {
                case .elman: v[h + j] = Float.tanh(a)
                case .relu: v[h + j] = max(0, a)
                case .gru:
                    let r = sigmoid(a)
                    let u = sigmoid(v[gates + hidden + j])
                    let n = Float.tanh(v[gates + 3 * hidden + j] + r * v[gates + 2 * hidden + j])
                    v[h + j] = (1 - u) * n + u * v[h + j]
                case .lstm:
                    let f = sigmoid(v[gates + hidden + j])
                    let g = Float.tanh(v[gates + 2 * hidden + j])
                    v[c + j] = f * v[c + j] + sigmoid(a) * g
                    v[h + j] = sigmoid(v[gates + 3 * hidden + j]) * Float.tanh(v[c + j])
                }
            }
        }
    }

    /// Independent multiply-adds, one at a time.
    public static func multiplyAdds(_ rounds: Int) -> Float {
        var sum: Float = 0
        for i in 0..<rounds { sum = sum * 0.999_999 + Float(i & 1) }
        return sum
    }
}

extension Reference where Scalar == Double {
    /// The value of a column at an origin.
    private static func value(_ rows: RidgeRows, _ column: DesignPlan.Column, _ origin: Int) -> Double {
        let stride = unsafe rows.design.stride
        return unsafe (rows.channels[column.channel * stride + origin + column.offset] - rows.channels[origin])
            * rows.inverseScales[origin]
    }

    /// All columns of one row: common, constant, targets, own.
    private static func row(_ rows: RidgeRows, _ origin: Int) -> [Double] {
        let design = unsafe rows.design
        return design.common.map { unsafe value(rows, $0, origin) } + [1]
            + design.targets.map { unsafe value(rows, $0, origin) }
            + design.own.flatMap { $0.map { unsafe value(rows, $0, origin) } }
    }

    /// Adds weighted moments, row by row.
    public static func addMoments(_ rows: RidgeRows, _ moments: UnsafeMutablePointer<Double>) {
        let design = unsafe rows.design
        let (width, columns, leads, own) = (design.width, design.columns, design.targets.count, design.own.count)
        let out = unsafe Numbers(moments, 0)
        for origin in unsafe rows.rows {
            let x = unsafe row(rows, origin)
            let weight = unsafe rows.weights[origin]
            for i in 0..<width {
                for j in i..<columns { out[i * columns + j] += weight * x[i] * x[j] }
            }
            var place = width * columns
            for n in 0..<leads {
                for j in 0..<own {
                    let lag = weight * x[width + leads + j * leads + n]
                    for k in 0..<own { out[place + k] += lag * x[width + leads + k * leads + n] }
                    out[place + own] += lag * x[width + n]
                    place += own + 1
                }
            }
        }
    }

    /// Residuals and their mean sizes, row by row.
    public static func residuals(
        _ rows: RidgeRows, _ coefficients: UnsafePointer<Double>, _ residuals: UnsafeMutablePointer<Double>,
        _ means: UnsafeMutablePointer<Double>
    ) {
        let design = unsafe rows.design
        let (width, leads, own) = (design.width, design.targets.count, design.own.count)
        let count = unsafe rows.rows.count
        let c = unsafe Numbers(UnsafeMutablePointer(mutating: coefficients), 0)
        for (i, origin) in unsafe rows.rows.enumerated() {
            let x = unsafe row(rows, origin)
            var total = 0.0
            for n in 0..<leads {
                var e = x[width + n]
                for k in 0..<width { e -= c[n * (width + own) + k] * x[k] }
                for j in 0..<own { e -= c[n * (width + own) + width + j] * x[width + leads + j * leads + n] }
                unsafe residuals[n * count + i] = e
                total += abs(e)
            }
            unsafe means[i] = total / Double(leads)
        }
    }

    /// Cholesky's decomposition and two substitutions, one right-hand side at a time.
    public static func solvePositive(
        _ n: Int, _ columns: Int, _ matrix: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>
    ) -> Bool {
        let a = unsafe Numbers(matrix, 0)
        let b = unsafe Numbers(right, 0)
        for i in 0..<n {
            for j in 0...i {
                var value = a[i * n + j]
                for k in 0..<j { value -= a[i * n + k] * a[j * n + k] }
                if i == j {
                    guard value > 0, value.isFinite else { return false }
                    a[i * n + i] = value.squareRoot()
                } else {
                    a[i * n + j] = value / a[j * n + j]
                }
            }
        }
        for column in 0..<columns {
            for i in 0..<n {
                var value = b[i * columns + column]
                for k in 0..<i { value -= a[i * n + k] * b[k * columns + column] }
                b[i * columns + column] = value / a[i * n + i]
            }
            for i in stride(from: n - 1, through: 0, by: -1) {
                var value = b[i * columns + column]
                for k in (i + 1)..<n { value -= a[k * n + i] * b[k * columns + column] }
                b[i * columns + column] = value / a[i * n + i]
            }
        }
        return true
    }
}
