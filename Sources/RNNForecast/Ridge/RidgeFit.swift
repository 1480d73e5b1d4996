// The robust ridge: a linear forecast of every lead in closed form.
//
//     minimise  sum over rows of w |y[n] - X b[n] - Z[n] g[n]|^2 + penalty          X common columns, Z[n] own lags
//     w = 1, then twice 1 / mean over leads of |residual|                           (IRLS, towards least absolute error)
//
// Rows are windows, divided by the window's scale. One weighted moment matrix a pass serves every penalty and every
// lead; a lead's own lags are bordered on:
//
//     [G  C] [b]   [p]         b0 = G⁻¹ p     K = G⁻¹ C
//     [Cᵀ D] [g] = [q]         (D - Cᵀ K) g = q - Cᵀ b0           b = b0 - K g
//
// The penalty is chosen on the newest fifth of the rows. Lead 1 is fitted by itself, with weights of its own. Below 300
// rows plain least squares is better than the robust fit, and is used.

internal import RNNKernelTable

/// A fitted linear forecast in the unit of windows.
struct RidgeWeights: Sendable, Hashable {
    let design: HighwayDesign
    /// `[leads][design.weights]`: common columns, constant, own lags.
    var coefficients: [Double]
    /// `[leads][7]`: quantiles of the residuals on rows that the fit had not seen, less their median.
    var offsets: [Double]
}

/// Fits the ridge of a series. One value per fit; `channels` are shared by its passes.
struct RidgeFit {
    let series: PreparedSeries
    let design: HighwayDesign
    let kernels: KernelTable
    private let channels: [Double]
    private let rows: Range<Int>
    private let usable: [Double]

    /// Penalties tried, relative to the variance of a column.
    static let penalties = [1e-4, 1e-3, 1e-2, 1e-1, 1]
    /// Rows below which least squares is not made robust.
    static let robustRows = 300

    /// Prepares a fit on all of `series`. Nil if fewer than 8 rows can be used.
    init?(_ series: PreparedSeries, design: HighwayDesign, kernels: KernelTable) {
        let from = design.firstOrigin
        let to = series.count - design.leads
        guard to - from >= 8 else { return nil }
        self.series = series
        self.design = design
        self.kernels = kernels
        channels = series.values + series.lags
        rows = from..<to
        usable = Self.usable(series, design, rows)
        guard usable.reduce(0, +) >= 8 else { return nil }
    }

    /// 1 for origins whose bin is there, and of whose window and targets at most half are filled; else 0.
    private static func usable(_ series: PreparedSeries, _ design: HighwayDesign, _ rows: Range<Int>) -> [Double] {
        var missing = [0]
        missing.reserveCapacity(series.count + 1)
        for value in series.present { missing.append(missing[missing.count - 1] + (value.isNaN ? 1 : 0)) }
        var out = [Double](repeating: 0, count: series.count)
        for e in rows where !series.present[e].isNaN {
            let inWindow = missing[e + 1] - missing[e + 1 - design.window]
            let inTargets = missing[e + 1 + design.leads] - missing[e + 1]
            if 2 * inWindow <= design.window, 2 * inTargets <= design.leads { out[e] = 1 }
        }
        return out
    }

    /// The fit: lead 1 by itself, the others together.
    func fit() -> RidgeWeights {
        var coefficients: [Double] = []
        var offsets: [Double] = []
        for leads in [0..<1, 1..<design.leads] where !leads.isEmpty {
            let part = fit(leads: leads)
            coefficients += part.coefficients
            offsets += part.offsets
        }
        // Models are stored in single precision, and forecast the same before and after.
        func stored(_ values: [Double]) -> [Double] { values.map { Double(Float($0)) } }
        return RidgeWeights(design: design, coefficients: stored(coefficients), offsets: stored(offsets))
    }

    private func fit(leads: Range<Int>) -> (coefficients: [Double], offsets: [Double]) {
        let plan = design.plan(leads: leads, stride: series.count)
        let cut = rows.lowerBound + rows.count * 4 / 5
        let (older, newest) = (rows.lowerBound..<cut, cut..<rows.upperBound)
        var moments = [Double](repeating: 0, count: plan.momentCount)
        addMoments(plan, weights: usable, rows: older, into: &moments)

        var best: (error: Double, penalty: Double, residuals: [Double])?
        for penalty in Self.penalties {
            guard let coefficients = solve(plan, moments, penalty: penalty) else { continue }
            let tried = residuals(plan, coefficients, rows: newest)
            var error = 0.0
            for (i, e) in newest.enumerated() { error += usable[e] * tried.means[i] }
            if error.isFinite, error < best?.error ?? .infinity {
                best = (error, penalty, tried.residuals)
            }
        }
        addMoments(plan, weights: usable, rows: newest, into: &moments)
        let zeros = [Double](repeating: 0, count: leads.count * (plan.width + plan.own.count))
        guard let best, var coefficients = solve(plan, moments, penalty: best.penalty) else {
            return (zeros, [Double](repeating: 0, count: leads.count * 7))
        }
        if usable.reduce(0, +) >= Double(Self.robustRows) {
            for _ in 0..<2 {
                let means = residuals(plan, coefficients, rows: rows).means
                let weights = robustWeights(means)
                moments = [Double](repeating: 0, count: plan.momentCount)
                addMoments(plan, weights: weights, rows: rows, into: &moments)
                guard let next = solve(plan, moments, penalty: best.penalty) else { break }
                coefficients = next
            }
        }
        return (coefficients, quantileOffsets(best.residuals, leads: leads.count, rows: newest))
    }

    private func addMoments(_ plan: DesignPlan, weights: [Double], rows: Range<Int>, into moments: inout [Double]) {
        kernels.addMoments(
            plan, channels: channels, inverseScales: series.inverseScales, rowWeights: weights, rows: rows,
            into: &moments)
    }

    private func residuals(
        _ plan: DesignPlan, _ coefficients: [Double], rows: Range<Int>
    ) -> (residuals: [Double], means: [Double]) {
        var residuals = [Double](repeating: 0, count: plan.targets.count * rows.count)
        var means = [Double](repeating: 0, count: rows.count)
        kernels.residuals(
            plan, channels: channels, inverseScales: series.inverseScales, rows: rows, coefficients: coefficients,
            residuals: &residuals, means: &means)
        return (residuals, means)
    }

    /// One over the mean absolute residual of each row, at most fifty times that of an average row.
    private func robustWeights(_ means: [Double]) -> [Double] {
        var total = 0.0
        var count = 0.0
        for (i, e) in rows.enumerated() {
            total += usable[e] * means[i]
            count += usable[e]
        }
        let average = count > 0 ? total / count : 0
        var weights = [Double](repeating: 0, count: series.count)
        guard average > 0 else { return usable }
        for (i, e) in rows.enumerated() { weights[e] = usable[e] * average / max(means[i], average / 50) }
        return weights
    }

    private func quantileOffsets(_ residuals: [Double], leads: Int, rows: Range<Int>) -> [Double] {
        var out: [Double] = []
        for lead in 0..<leads {
            var seen: [Double] = []
            for (i, e) in rows.enumerated() where usable[e] > 0 { seen.append(residuals[lead * rows.count + i]) }
            out += spread(of: seen)
        }
        return out
    }

    private func solve(_ plan: DesignPlan, _ moments: [Double], penalty: Double) -> [Double]? {
        let (width, columns, own, leads) = (plan.width, plan.columns, plan.own.count, plan.targets.count)
        let weight = moments[(width - 1) * columns + width - 1]
        guard weight > 0 else { return nil }
        func at(_ i: Int, _ j: Int) -> Double { moments[i * columns + j] }
        func variance(_ square: Double, _ mean: Double) -> Double { max(square - mean * mean / weight, 0) }

        var matrix = [Double](repeating: 0, count: width * width)
        for i in 0..<width {
            for j in 0...i { matrix[i * width + j] = at(j, i) }
            if i < width - 1 { matrix[i * width + i] += penalty * variance(at(i, i), at(i, width - 1)) + 1e-9 * weight }
        }
        // Right-hand sides: the targets, then the own lags, as the columns lie in the moments.
        let sides = leads * (1 + own)
        var right = [Double](repeating: 0, count: width * sides)
        for i in 0..<width {
            for s in 0..<sides { right[i * sides + s] = at(i, width + s) }
        }
        guard kernels.solve(&matrix, &right, size: width) else { return nil }

        var out: [Double] = []
        out.reserveCapacity(leads * (width + own))
        for n in 0..<leads {
            var schur = [Double](repeating: 0, count: own * own)
            var target = [Double](repeating: 0, count: own)
            let corner = width * columns + n * own * (own + 1)
            for j in 0..<own {
                let column = leads + j * leads + n
                for k in 0...j {
                    var value = moments[corner + j * (own + 1) + k]
                    for i in 0..<width { value -= at(i, width + column) * right[i * sides + leads + k * leads + n] }
                    schur[j * own + k] = value
                }
                let square = moments[corner + j * (own + 1) + j]
                schur[j * own + j] += penalty * variance(square, at(width - 1, width + column)) + 1e-9 * weight
                target[j] = moments[corner + j * (own + 1) + own]
                for i in 0..<width { target[j] -= at(i, width + column) * right[i * sides + n] }
            }
            if own > 0, !kernels.solve(&schur, &target, size: own) { return nil }
            for i in 0..<width {
                var value = right[i * sides + n]
                for j in 0..<own { value -= right[i * sides + leads + j * leads + n] * target[j] }
                out.append(value)
            }
            out += target
        }
        return out.allSatisfy(\.isFinite) ? out : nil
    }
}
