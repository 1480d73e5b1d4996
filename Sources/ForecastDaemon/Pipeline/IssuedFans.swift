// The forecasts that have been issued and whose targets are still to come. The newest one is what the next bin is
// scored against at lead 1; of the others only one every half horizon is kept, and those score the longer leads.
// All of them are the quantised fans that the store holds, so what is scored is what was published.

import RNNForecast
import SeriesStore

/// One issued fan.
struct IssuedFan: Sendable, Hashable {
    let served: ServedFan
    /// Index of the origin's bin.
    let bin: Int64
    /// The last value known at the origin: the baseline of its scores.
    let lastValue: Double

    /// Its row; its fan may have lead 1 alone.
    var row: FanRow { served.row }

    /// What it said of a bin, nil outside its leads.
    func forecast(of target: Int64) -> SkillTally.Forecast? {
        guard target > bin, target - bin <= Int64(row.fan.steps) else { return nil }
        let k = Int(target - bin - 1)
        let fan = row.fan
        return SkillTally.Forecast(
            median: fan.median(k), lower80: fan.lower80(k), upper80: fan.upper80(k), lower95: fan.lower95(k),
            upper95: fan.upper95(k), baseline: lastValue)
    }
}

/// The issued fans of a grid that can still be scored.
struct IssuedFans: Sendable, Hashable {
    /// The newest fan.
    private(set) var newest: IssuedFan?
    /// Sparse fans with targets to come, oldest first; two or three.
    private(set) var sparse: [IssuedFan] = []

    init(newest: IssuedFan? = nil, sparse: [IssuedFan] = []) {
        self.newest = newest
        self.sparse = sparse
    }

    /// Whether the fan of an origin is one of those kept for `AS OF`: one every half horizon, grids in turn.
    static func isSparse(bin: Int64, grid: GridID, horizon: Int) -> Bool {
        (bin &+ grid) % Int64(max(1, horizon / 2)) == 0
    }

    /// Takes a fan that was just issued.
    mutating func issue(_ fan: IssuedFan, sparse isSparse: Bool) {
        newest = fan
        if isSparse { sparse.append(fan) }
    }

    /// The lead-1 forecast of a bin, and who made it.
    func next(_ target: Int64) -> (SkillTally.Forecast, model: String, backfilled: Bool)? {
        guard let newest, newest.bin == target - 1, let forecast = newest.forecast(of: target) else { return nil }
        return (forecast, newest.row.model, newest.row.backfilled)
    }

    /// The forecasts of a bin by the sparse fans, at leads above 1.
    func longer(
        _ target: Int64, leads: [Int]
    ) -> [(SkillTally.Forecast, model: String, lead: Int)] {
        sparse.compactMap { fan in
            let lead = Int(target - fan.bin)
            guard lead > 1, leads.contains(lead), let forecast = fan.forecast(of: target) else { return nil }
            return (forecast, fan.row.model, lead)
        }
    }

    /// Drops sparse fans whose last target is not after `bin`.
    mutating func expire(after bin: Int64) {
        sparse.removeAll { $0.bin + Int64($0.row.fan.steps) <= bin }
    }
}

extension Fan {
    /// A forecast rounded to a resolution.
    init(_ fan: QuantileFan, resolution: Resolution) {
        let quantiles = Fan.RowPlaces(stride: 7, median: 3, lower80: 1, upper80: 5, lower95: 0, upper95: 6)
        self = .quantised(rows: fan.values, places: quantiles, resolution: resolution)
    }
}

extension RecordEntry {
    /// The part of a fan that the record keeps: median and 80 % interval of one lead.
    ///
    /// - Parameters:
    ///   - lead: 1, or 0 for the anchor, whose fan has one step.
    init(grid: GridID, bin: Int64, lead: Int, fan: Fan, model: String, backfilled: Bool) {
        let codes = fan.codes80(0)
        self.init(
            grid: grid, bin: bin, lead: lead, resolution: fan.resolution, median: fan.medianUnits(0),
            lower: codes.lower, upper: codes.upper, model: model, backfilled: backfilled)
    }
}
