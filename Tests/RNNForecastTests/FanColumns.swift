// What only tests ask of a fan.

@testable import RNNForecast

extension QuantileFan {
    /// The medians, lead by lead.
    var median: [Double] { (0..<leads).map { self[$0, 3] } }
}
