// The running statistic of the detector against the formula written out over all rows, and where it has nothing to
// say.

import Testing

@testable import ForecastDaemon

@Suite("Drift statistic") struct DriftStatisticTests {
    @Test("the ratio is that of the plain formula over all rows", arguments: [500, 1500, 4321])
    func formula(rows: Int) throws {
        var statistic = DriftStatistic(stepSeconds: 300)
        var n = SeededNoise(seed: UInt64(rows))
        var cut: [Double] = []
        var meanAbsolute = 0.0
        var values: [Double] = []
        for row in 0..<rows {
            let residual = n.normal() * (row % 700 < 60 ? 5 : 1)
            let width = lagging(values)
            let scale = max(1.2533 * meanAbsolute, 0.01 * width)
            let s = row < 20 ? residual : min(max(residual, -4 * scale), 4 * scale)
            meanAbsolute += max(1 / 500, 1 / Double(row + 1)) * (abs(s) - meanAbsolute)
            cut.append(s)
            values.append(residual)
            statistic.add(value: residual, residual: residual)
        }
        // Whole blocks of 100 rows: the oldest block goes when the 41st begins.
        let old = cut.dropLast(100)
        let baseline = old.suffix(old.count % 100 + 4000)
        let floor = 0.02 * lagging(values)
        let below = (baseline.reduce(0) { $0 + $1 * $1 } / Double(baseline.count) + floor * floor).squareRoot()
        let above = (cut.suffix(50).reduce(0) { $0 + $1 * $1 } / 50).squareRoot()
        let reading = try #require(statistic.reading)
        // Sums of 4000 squares in another order: a few thousand roundings at most.
        #expect(abs(reading.rmse - above) <= 1e-12 * above)
        #expect(abs(reading.baseline - below) <= 1e-12 * below)
        #expect(abs(reading.ratio - above / below) <= 1e-11 * above / below)
    }

    /// Range of the rows before the newest one or two hundred; of all where there are no older ones.
    private func lagging(_ values: [Double]) -> Double {
        let old = values.prefix(max(0, (values.count - 1) / 100 - 1) * 100)
        let counted = old.isEmpty ? values[...] : old
        return (counted.max() ?? 0) - (counted.min() ?? 0)
    }

    @Test("there is no ratio before a day of residuals lies behind the lag")
    func warmUp() {
        var statistic = DriftStatistic(stepSeconds: 300)
        for _ in 0..<387 { statistic.add(value: 1, residual: 1) }
        #expect(statistic.reading == nil)
        statistic.add(value: 1, residual: 1)
        #expect(statistic.reading != nil)
    }

    @Test("rows of zeros have a ratio of zero, not of nothing by nothing")
    func zeros() throws {
        var statistic = DriftStatistic(stepSeconds: 300)
        for _ in 0..<1000 { statistic.add(value: 3, residual: 0) }
        #expect(try #require(statistic.reading).ratio == 0)
    }
}
