// A forecast as it is served. Of a last value, lead 1 is made for every bin, since the record and the next score need it;
// the other leads follow from the same few numbers, and are made when somebody looks: most fans of two thousand series
// are replaced before anybody does. What is made then is what would have been made at once, bit for bit.

import RNNForecast
import SeriesStore

/// The fan of an origin, or lead 1 of it and what the rest is made of.
struct ServedFan: Sendable, Hashable {
    /// The row; its fan may have lead 1 alone.
    let row: FanRow
    private let rest: Rest?

    private struct Rest: Hashable {
        let forecaster: Forecaster
        let newest: BinHistory
    }

    /// A whole fan, or one of whose rest nobody knows.
    init(_ row: FanRow) {
        self.row = row
        rest = nil
    }

    /// Lead 1 of a last value's fan.
    ///
    /// - Parameters:
    ///   - row: its resolution holds the whole fan, too (`Fan.resolution`).
    ///   - newest: the newest bin with a value.
    init(next row: FanRow, by forecaster: Forecaster, after newest: BinHistory) {
        self.row = row
        rest = Rest(forecaster: forecaster, newest: newest)
    }

    /// The row with all leads.
    var whole: FanRow {
        guard let rest else { return row }
        var whole = row
        whole.fan = Fan(rest.forecaster.forecast(rest.newest), resolution: row.fan.resolution)
        return whole
    }
}
