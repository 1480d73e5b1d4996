// A forecast as it is served. Of a last value, lead 1 is made for every bin, since the record and the next score need it;
// the other leads follow from the same few numbers, and are made when somebody looks: most fans of two thousand series
// are replaced before anybody does. What is made then is what would have been made at once, bit for bit.

import RNNForecast
import SeriesStore

/// The fan of an origin, or lead 1 of it and what the rest is made of. A reference to what never changes: it goes
/// through half a dozen hands for every bin.
struct ServedFan: Sendable, Hashable {
    private let content: Content

    private final class Content: Sendable, Hashable {
        let row: FanRow
        let rest: Rest?

        init(_ row: FanRow, _ rest: Rest?) {
            self.row = row
            self.rest = rest
        }

        static func == (left: Content, right: Content) -> Bool { left.row == right.row && left.rest == right.rest }

        func hash(into hasher: inout Hasher) {
            hasher.combine(row)
            hasher.combine(rest)
        }
    }

    private struct Rest: Hashable {
        let forecaster: Forecaster
        let newest: NewestBin
    }

    /// A whole fan, or one of whose rest nobody knows.
    init(_ row: FanRow) { content = Content(row, nil) }

    /// Lead 1 of a last value's fan.
    ///
    /// - Parameters:
    ///   - row: its resolution holds the whole fan, too (`Fan.resolution`).
    ///   - newest: the newest bin with a value.
    init(next row: FanRow, by forecaster: Forecaster, after newest: NewestBin) {
        content = Content(row, Rest(forecaster: forecaster, newest: newest))
    }

    /// The row; its fan may have lead 1 alone.
    var row: FanRow { content.row }

    /// The row with all leads.
    var whole: FanRow {
        guard let rest = content.rest else { return row }
        var whole = row
        let history = rest.newest.history(stepSeconds: row.stepSeconds)
        whole.fan = Fan(rest.forecaster.forecast(history), resolution: row.fan.resolution)
        return whole
    }
}
