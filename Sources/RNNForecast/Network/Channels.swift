// The channels of a series in an arena, and which bins of them a window takes.

internal import RNNKernelTable

/// Where each channel of a series lies; index 0 of a channel is its first bin.
struct Channels {
    let values: Int
    let inverseScales: Int
    private let present: Int
    private let lags: Int
    private let coarse: Int
    /// Phases of the day: of one day and what a window reaches back before it, if days are whole bins, else of all bins.
    private let sines: Int
    private let cosines: Int
    private let reach: Int
    /// Bins after which phases repeat themselves; 1 if they do not.
    let period: Int
    private let events: Int
    /// Bins of each mean, and where their channel lies.
    private let means: [(width: Int, place: Int)]

    /// Reserves room for the bins of `series` and for a horizon of missing targets after them.
    init(_ series: PreparedSeries, shape: NetworkShape, in layout: inout ArenaLayout) {
        let room = series.count + shape.design.leads
        let day = Int(86_400 / series.plan.stepSeconds)
        let isWhole = day > 0 && Int64(day) * series.plan.stepSeconds == 86_400 && day < series.count
        period = isWhole ? day : 1
        reach = isWhole ? shape.reach : 0
        let phases = isWhole ? day + shape.reach : room
        values = layout.reserve(room)
        inverseScales = layout.reserve(room)
        present = layout.reserve(room)
        lags = layout.reserve(room)
        coarse = layout.reserve(room)
        sines = layout.reserve(phases) + reach
        cosines = layout.reserve(phases) + reach
        events = series.plan.eventLevel == nil ? -1 : layout.reserve(room)
        let widths = series.plan.contextUnits > 0 || series.plan.gated ? series.plan.contextMeans : []
        means = widths.map { ($0, layout.reserve(room)) }
    }

    func write(_ series: PreparedSeries, leads: Int, to arena: Arena<Float>) {
        func put(_ content: [Double], at place: Int) { arena.write(content.map { Float($0) }, at: place) }
        put(series.values, at: values)
        put(series.inverseScales, at: inverseScales)
        put(series.present + [Double](repeating: .nan, count: leads), at: present)
        put(series.lags, at: lags)
        put(PreparedSeries.means(series.values, of: 5, centred: false), at: coarse)
        let phases = (period > 1 ? -reach..<period : 0..<series.count).map(series.phase)
        put(phases.map(\.sin), at: sines - reach)
        put(phases.map(\.cos), at: cosines - reach)
        for mean in means { put(PreparedSeries.means(series.values, of: mean.width, centred: false), at: mean.place) }
        if events >= 0, let threshold = series.eventThreshold {
            put(series.events(above: threshold, leads: leads), at: events)
        }
    }

    /// The steps of the recurrent layers: coarse means, then bins, each step with the phase of its last bin.
    /// `first` is where the inputs of the first step go, a row of `batch` each; the next step's are `stride` on.
    func windows(_ shape: NetworkShape, first: Int, batch: Int, stride: Int) -> [GatherPlan.Run] {
        let bins = NetworkShape.binsPerStep
        let fine = shape.steps - shape.coarseSteps
        func runs(_ channel: Int, _ coarseChannel: Int, bin: Int, row: Int, phase: Bool = false) -> [GatherPlan.Run] {
            [
                GatherPlan.Run(
                    channel: coarseChannel, offset: shape.offset(step: 0, place: bin), stride: 5 * bins,
                    count: shape.coarseSteps, row: first + row * batch, rowStride: stride, normalised: !phase,
                    periodic: phase && period > 1),
                GatherPlan.Run(
                    channel: channel, offset: shape.offset(step: shape.coarseSteps, place: bin), stride: bins,
                    count: fine, row: first + row * batch + shape.coarseSteps * stride, rowStride: stride,
                    normalised: !phase, periodic: phase && period > 1),
            ]
            .filter { $0.count > 0 }
        }
        return (0..<bins).flatMap { runs(values, coarse, bin: $0, row: $0) }
            + runs(sines, sines, bin: bins - 1, row: bins, phase: true)
            + runs(cosines, cosines, bin: bins - 1, row: bins + 1, phase: true)
    }

    /// The columns of the highway: the window, each season's lag now, and the lags of each lead's own.
    func highway(_ design: HighwayDesign, common: Int, lags rows: Int, batch: Int) -> [GatherPlan.Run] {
        var runs = [
            GatherPlan.Run(
                channel: values, offset: 1 - design.window, count: design.window - 1, row: common, rowStride: batch,
                normalised: true)
        ]
        for (j, season) in design.seasons.enumerated() {
            runs.append(
                GatherPlan.Run(
                    channel: lags, offset: -season, count: 1, row: common + (design.window - 1 + j) * batch,
                    rowStride: batch, normalised: true))
            // Consecutive leads look at consecutive bins, except where one more season is skipped.
            var lead = 0
            while lead < design.leads {
                let until = min((lead / season + 1) * season, design.leads)
                runs.append(
                    GatherPlan.Run(
                        channel: lags, offset: design.ownOffset(lead: lead, season: season), count: until - lead,
                        row: rows + (j * design.leads + lead) * batch, rowStride: batch, normalised: true))
                lead = until
            }
        }
        return runs
    }

    /// The context of a window, a row each feature.
    func context(_ design: ContextDesign, row: Int, batch: Int) -> [GatherPlan.Run] {
        let features =
            design.means.map { width in (means.first { $0.width == width }?.place ?? values, 0) }
            + design.lags.map { (lags, $0) }
        return features.enumerated().map { place, feature in
            GatherPlan.Run(
                channel: feature.0, offset: feature.1, count: 1, row: row + place * batch, rowStride: batch,
                normalised: true)
        }
    }

    /// The mean of the window as every lead's forecast.
    func windowMean(_ design: HighwayDesign, row: Int, batch: Int) -> [GatherPlan.Run] {
        means.filter { $0.width == design.window }.map { mean in
            GatherPlan.Run(
                channel: mean.place, offset: 0, stride: 0, count: design.leads, row: row, rowStride: batch,
                normalised: true)
        }
    }

    /// Whether the event comes.
    func event(row: Int, batch: Int) -> [GatherPlan.Run] {
        guard events >= 0 else { return [] }
        return [GatherPlan.Run(channel: events, offset: 0, count: 1, row: row, rowStride: batch, normalised: false)]
    }

    /// What is to be forecast; NaN where nothing came.
    func targets(leads: Int, row: Int, batch: Int) -> [GatherPlan.Run] {
        [GatherPlan.Run(channel: present, offset: 1, count: leads, row: row, rowStride: batch, normalised: true)]
    }

    /// For every step the bins of the next, side by side over steps: `[bins][steps]` rows.
    func nextSteps(_ shape: NetworkShape, row: Int, batch: Int) -> [GatherPlan.Run] {
        let bins = NetworkShape.binsPerStep
        return (0..<bins).map { bin in
            GatherPlan.Run(
                channel: present, offset: shape.offset(step: 0, place: bin) + bins, stride: bins, count: shape.steps,
                row: row + bin * shape.steps * batch, rowStride: batch, normalised: true)
        }
    }
}
