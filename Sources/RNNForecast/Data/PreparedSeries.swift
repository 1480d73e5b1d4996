// A history made ready for fitting and forecasting: gaps filled, values brought near 1, the scale of every window known.
//
//     u[i]     = (y[i] - centre) / spread                        of the whole history, against loss of precision
//     scale[e] = std(u[e - day + 1 ... e]) + 0.05 mean |u[i + horizon] - u[i]|
//     window   = (u[e - k] - u[e]) / scale[e]                    what models see: the last value is 0
//
// A gap is filled for the inputs: its first three bins carry the last value, the rest take the value one season before
// where there is one. Targets are never filled for the network; the ridge gives rows of mostly filled bins no weight.

internal import RNNKernelTable

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Bins in the unit of models, with the channels that the lags and phases come from. All arrays are as long.
struct PreparedSeries: Sendable {
    let plan: ForecastPlan
    /// Index of the first bin.
    let first: Int64
    /// Value of 0 and size of 1, in the unit of the series.
    let centre: Double
    let spread: Double
    /// Smallest size of a window's scale, in units of `spread`.
    let scaleFloor: Double
    /// Filled values.
    let values: [Double]
    /// Values as they came; NaN where nothing came.
    let present: [Double]
    /// One over the scale of the window that ends at each bin; for a fitted model, of the newest only.
    let inverseScales: [Double]
    /// What the seasonal lags read: the values, or means of `lagMean` of them.
    let lags: [Double]

    var count: Int { values.count }

    /// Prepares `history`. Nil if no bin holds a finite number. `unit`, of a fitted model, overrides centre, spread and
    /// floor, so that the model sees what it was fitted on.
    init?(_ history: BinHistory, plan: ForecastPlan, unit: SeriesUnit? = nil) {
        guard let start = history.values.firstIndex(where: \.isFinite) else { return nil }
        self.plan = plan
        first = history.first + Int64(start)
        let raw = history.values[start...]
        if let unit {
            centre = unit.centre
            spread = unit.spread
        } else {
            // Everything is first divided by the largest value, so that squares of any Double stay finite.
            let size = raw.reduce(0.0) { $1.isFinite ? max($0, abs($1)) : $0 }
            let divisor = size > 0 ? size : 1
            let finite = raw.filter(\.isFinite).map { $0 / divisor }
            let mean = finite.reduce(0, +) / Double(finite.count)
            let variance = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(finite.count)
            centre = mean * divisor
            let deviation = variance.squareRoot() * divisor
            let isSpread = deviation.isNormal && deviation > abs(centre) * 1e-14
            spread = isSpread ? deviation : max(abs(centre), 1)
        }
        let inverse = 1 / spread
        let shift = centre * inverse
        // The clamp only meets values a trillion times beyond what the model was fitted on.
        let scaled = raw.map { $0.isFinite ? min(max($0 * inverse - shift, -1e12), 1e12) : Double.nan }
        present = scaled
        values = Self.filled(scaled, season: plan.season)
        scaleFloor = unit?.scaleFloor ?? Self.floor(of: values, horizon: plan.horizon)
        inverseScales =
            unit == nil
            ? Self.inverseScales(values, window: plan.scaleBins, floor: scaleFloor)
            : Self.newestInverseScale(values, window: plan.scaleBins, floor: scaleFloor)
        lags = plan.lagMean > 1 ? Self.means(values, of: plan.lagMean, centred: true) : values
    }

    /// The unit that a model fitted on this series remembers.
    var unit: SeriesUnit { SeriesUnit(centre: centre, spread: spread, scaleFloor: scaleFloor) }

    /// Sine and cosine of the phase of the day at a bin.
    func phase(_ index: Int) -> (sin: Double, cos: Double) {
        let seconds = (first + Int64(index)) * plan.stepSeconds + plan.phaseOffsetSeconds
        let day = Double(((seconds % 86_400) + 86_400) % 86_400) / 86_400
        return (sin(2 * .pi * day), cos(2 * .pi * day))
    }

    private static func filled(_ values: [Double], season: Int?) -> [Double] {
        var out = values
        var gap = 0
        for i in out.indices.dropFirst() {
            guard out[i].isNaN else {
                gap = 0
                continue
            }
            gap += 1
            out[i] = out[i - 1]
            if gap > 3, let season, i >= season { out[i] = out[i - season] }
        }
        return out
    }

    /// A twentieth of the mean change over the horizon: no window counts as quieter than this.
    private static func floor(of values: [Double], horizon: Int) -> Double {
        let apart = min(horizon, values.count - 1)
        guard apart > 0 else { return 1e-3 }
        var total = 0.0
        for i in apart..<values.count { total += abs(values[i] - values[i - apart]) }
        return max(0.05 * total / Double(values.count - apart), 1e-6)
    }

    private static func inverseScales(_ values: [Double], window: Int, floor: Double) -> [Double] {
        // Values are near 1, so running sums of squares lose nothing that matters beside the floor.
        var sum = 0.0
        var squares = 0.0
        var out = [Double](repeating: 0, count: values.count)
        for i in values.indices {
            sum += values[i]
            squares += values[i] * values[i]
            if i >= window {
                sum -= values[i - window]
                squares -= values[i - window] * values[i - window]
            }
            out[i] = inverseScale(sum, squares, of: min(i + 1, window), floor: floor)
        }
        return out
    }

    /// Of a fitted model: a forecast asks for the newest only.
    private static func newestInverseScale(_ values: [Double], window: Int, floor: Double) -> [Double] {
        var (sum, squares) = (0.0, 0.0)
        for i in max(values.count - window, 0)..<values.count {
            sum += values[i]
            squares += values[i] * values[i]
        }
        var out = [Double](repeating: 0, count: values.count)
        out[values.count - 1] = inverseScale(sum, squares, of: min(values.count, window), floor: floor)
        return out
    }

    private static func inverseScale(_ sum: Double, _ squares: Double, of count: Int, floor: Double) -> Double {
        let n = Double(count)
        return 1 / (max(squares / n - (sum / n) * (sum / n), 0).squareRoot() + floor)
    }

    /// Means of `width` bins: centred on each, or ending at it. At the ends, of those that exist.
    static func means(_ values: [Double], of width: Int, centred: Bool) -> [Double] {
        let ahead = centred ? width / 2 : 0
        var out = values
        var sum = 0.0
        var from = 0
        var to = 0
        for i in values.indices {
            while to < min(i + ahead + 1, values.count) {
                sum += values[to]
                to += 1
            }
            while from < i + ahead + 1 - width {
                sum -= values[from]
                from += 1
            }
            out[i] = sum / Double(to - from)
        }
        return out
    }
}

/// Centre, spread and smallest scale of the series that a model was fitted on.
struct SeriesUnit: Sendable, Hashable {
    var centre: Double
    var spread: Double
    var scaleFloor: Double
}
