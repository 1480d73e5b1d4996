// The columns of the highway for one forecast.

internal import RNNKernelTable

/// One origin of a series, whose bins are seen in the unit of the window that ends there. Bins before the series count as
/// the window's zero.
struct WindowView {
    let origin: Int
    private let anchor: Double
    private let inverse: Double

    init(_ series: PreparedSeries, origin: Int) {
        self.origin = origin
        anchor = series.values[origin]
        inverse = series.inverseScales[origin]
    }

    /// The bin of a channel `offset` bins from the origin.
    func seen(_ channel: [Double], _ offset: Int) -> Double {
        let index = origin + offset
        return index >= 0 ? (channel[index] - anchor) * inverse : 0
    }

    /// The mean of the newest `width` bins, or of as many as there are.
    func mean(of width: Int, in series: PreparedSeries) -> Double {
        let newest = series.values[max(origin + 1 - width, 0)...origin]
        return (newest.reduce(0, +) / Double(newest.count) - anchor) * inverse
    }

    /// A value in the unit of the window, in the unit of the series.
    func restore(_ value: Double, of series: PreparedSeries) -> Double {
        (anchor + value / inverse) * series.spread + series.centre
    }
}

/// The columns of the highway at one origin.
struct HighwayWindow {
    let view: WindowView
    private let design: HighwayDesign
    private let common: [Double]
    /// `[leads][seasons]`
    private let own: [Double]

    init(_ series: PreparedSeries, design: HighwayDesign, origin: Int) {
        self.design = design
        let view = WindowView(series, origin: origin)
        self.view = view
        common =
            ((1 - design.window)..<0).map { view.seen(series.values, $0) }
            + design.seasons.map { view.seen(series.lags, -$0) } + [1]
        var lags: [Double] = []
        for lead in 0..<design.leads {
            for season in design.seasons {
                lags.append(view.seen(series.lags, design.ownOffset(lead: lead, season: season)))
            }
        }
        own = lags
    }

    /// The forecast of `lead` under `[leads][design.weights]` coefficients, in the unit of the window.
    func dot<Scalar: BinaryFloatingPoint>(_ coefficients: Span<Scalar>, lead: Int) -> Double {
        let row = lead * design.weights
        var total = 0.0
        for (i, value) in common.enumerated() { total += Double(coefficients[row + i]) * value }
        for j in design.seasons.indices {
            total += Double(coefficients[row + design.width + j]) * own[lead * design.seasons.count + j]
        }
        return total
    }
}

extension HighwayDesign {
    /// Writes the columns of a window: `[width]` that every lead sees, and `[seasons][leads]` of own lags.
    func write(_ series: PreparedSeries, _ view: WindowView, to values: inout [Float], common: Int, lags: Int) {
        for i in 0..<(window - 1) { values[common + i] = Float(view.seen(series.values, i + 1 - window)) }
        for (j, season) in seasons.enumerated() {
            values[common + window - 1 + j] = Float(view.seen(series.lags, -season))
            for lead in 0..<leads {
                values[lags + j * leads + lead] = Float(
                    view.seen(series.lags, ownOffset(lead: lead, season: season)))
            }
        }
        values[common + width - 1] = 1
    }
}
