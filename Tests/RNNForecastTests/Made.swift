// Made-up series for the tests of training and forecasting.

@testable import RNNForecast

/// Made-up series of five-minute bins.
enum Made {
    /// A daily bump, noise, and optionally a walk.
    static func daily(_ count: Int, seed: UInt64 = 1, walk: Double = 0, season: Int = 48) -> [Double] {
        var noise = GoldenNoise(state: seed)
        var level = 50.0
        return (0..<count).map { i in
            level += walk * noise.next()
            let phase = Double(i % season) / Double(season)
            return level + 80 * phase * (1 - phase) + noise.next()
        }
    }

    static func history(_ values: [Double], step: Int64 = 1_800) -> BinHistory {
        BinHistory(first: 900_000, stepSeconds: step, values: values)
    }
}
