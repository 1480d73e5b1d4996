// The columns of the highway for one forecast.

internal import RNNKernelTable

/// The columns of the highway at one origin. Bins before the series count as the window's zero.
struct HighwayWindow {
    private let design: HighwayDesign
    private let anchor: Double
    private let inverse: Double
    private let common: [Double]
    private let own: [Double]

    init(_ series: PreparedSeries, design: HighwayDesign, origin: Int) {
        self.design = design
        let anchor = series.values[origin]
        let inverse = series.inverseScales[origin]
        self.anchor = anchor
        self.inverse = inverse
        func seen(_ channel: [Double], _ offset: Int) -> Double {
            let index = origin + offset
            return index >= 0 ? (channel[index] - anchor) * inverse : 0
        }
        common =
            ((1 - design.window)..<0).map { seen(series.values, $0) } + design.seasons.map { seen(series.lags, -$0) }
            + [1]
        var lags: [Double] = []
        for lead in 0..<design.leads {
            for season in design.seasons {
                lags.append(seen(series.lags, design.ownOffset(lead: lead, season: season)))
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

    /// A value in the unit of the window, in the unit of the series.
    func restore(_ value: Double, of series: PreparedSeries) -> Double {
        (anchor + value / inverse) * series.spread + series.centre
    }
}
