// The ridge against numpy.

import RNNKernelTable
import Testing

@testable import RNNForecast

/// A file of Fixtures/ridge, written by make_ridge.py.
private struct RidgeGolden: Decodable {
    let count: Int
    let window: Int
    let leads: Int
    let season: Int
    let coefficients: [[Double]]

    /// The series of the script.
    var values: [Double] {
        func noise(_ count: Int, _ seed: UInt64) -> [Double] {
            var noise = GoldenNoise(state: seed)
            return noise(count)
        }
        let shape = noise(season, 1)
        var walk = 0.0
        return zip(noise(count, 2), noise(count, 3)).enumerated().map { i, pair in
            walk += pair.0
            return shape[i % season] + walk * 0.05 + pair.1 * 0.3 + 10
        }
    }
}

@Suite("Ridge") struct RidgeTests {
    @Test("coefficients agree with numpy's", arguments: ["least-squares", "robust"])
    func golden(name: String) throws {
        let golden: RidgeGolden = try Fixture.json("ridge/\(name).json")
        let plan = ForecastPlan(stepSeconds: 1_800, horizon: golden.leads, season: golden.season)
        let history = BinHistory(first: 0, stepSeconds: 1_800, values: golden.values)
        let series = try #require(PreparedSeries(history, plan: plan))
        let design = HighwayDesign(plan: plan, bins: golden.count)
        for table in Kernels.available {
            // The plain loops in a debug build take seconds for the larger one.
            if table.instructionSet == .reference, golden.count > 300 { continue }
            let fit = try #require(RidgeFit(series, design: design, kernels: table)).fit()
            let expected = golden.coefficients.flatMap { $0 }
            // Stored in single precision; the normal equations have a condition number of about 1e6.
            #expect(relativeDistance(fit.coefficients, expected) < 1e-6, "\(table.instructionSet)")
        }
    }

    @Test("a straight line is continued exactly, whatever its unit", arguments: [1e-9, 1, 1e12])
    func line(unit: Double) throws {
        let plan = ForecastPlan(stepSeconds: 3_600, horizon: 4, season: nil)
        let values = (0..<200).map { unit * (Double($0) + 7) }
        let history = BinHistory(first: 5, stepSeconds: 3_600, values: values)
        let model = try #require(FittedRidge(history, plan: plan)).forecaster
        let fan = model.forecast(history)
        for lead in 0..<4 { #expect(abs(fan[lead, 3] / (unit * Double(207 + lead)) - 1) < 1e-3) }
    }
}
