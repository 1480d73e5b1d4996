// One series through the pipeline, value by value, and the two tables that come of it. The virtual clock is the end of
// the newest bin. A value whose bin is closed or already filled moves nothing: it gets the columns of its bin.

internal import RNNForecast
internal import SeriesStore

/// The replay of one series.
struct ReplayRun {
    /// What is written beside the values of one bin.
    private struct Columns {
        var expected: Double?
        var lower: Double?
        var upper: Double?
        var model: String?
        var residual: Double?
        var rmse: Double?
        var baseline: Double?
        var score: Double?
        var raised = false
        var drift: String?
    }

    static let header = [
        "timestamp", "value", "expected", "lower", "upper", "residual", "rmse", "baseline_rmse", "score", "anomaly",
        "drift", "model",
    ]
    static let forecastHeader = ["origin", "step", "mean", "q0.1", "q0.5", "q0.9", "model"]

    let series: OfflineSeries
    let every: Int
    /// Steps that are written at every origin, and at those of full fans; 0 without a second table.
    private let shortest: Int
    private let longest: Int
    private(set) var rows = CSVText(header: Self.header)
    private(set) var forecasts: CSVText?

    private var pipeline: SeriesPipeline
    private let firstBin: Int64
    /// Bins that were closed so far, missing ones NaN, from `firstBin` on.
    private var history: [Double] = []
    private var columns: [Int64: Columns] = [:]

    init(series: OfflineSeries, horizons: [Int], every: Int, seed: UInt64) {
        self.series = series
        self.every = every
        shortest = horizons.min() ?? 0
        longest = horizons.max() ?? 0
        forecasts = horizons.isEmpty ? nil : CSVText(header: Self.forecastHeader)
        let near = ForecastPlan.near(stepSeconds: series.stepSeconds).horizon
        let plan = ForecastPlan.offline(
            stepSeconds: series.stepSeconds, season: series.season, horizon: max(near, longest))
        var settings = PipelineSettings()
        settings.seed = seed
        firstBin = zip(series.bins, series.values).first { $1.isFinite }?.0 ?? 0
        pipeline = SeriesPipeline(
            plan: plan, series: 0, grid: series.grid, firstBin: firstBin, settings: settings)
    }

    /// Feeds all values.
    mutating func feedAll() throws {
        for (index, value) in series.values.enumerated() where value.isFinite {
            let bin = series.bins[index]
            if bin >= pipeline.nextBin { try close(bin: bin, value: value) }
            writeRow(index, value: value, columns[bin] ?? Columns())
            writeForecasts(origin: index)
        }
    }

    // One bin

    private mutating func close(bin: Int64, value: Double) throws {
        var own = Columns()
        if pipeline.isConstant, let fan = pipeline.forecastNow(now: 0)?.fan {
            own.expected = fan.median(0)
            own.lower = fan.lower80(0)
            own.upper = fan.upper80(0)
            own.model = ModelKind.constant.name
        }
        history.append(contentsOf: repeatElement(.nan, count: Int(bin - firstBin) - history.count))
        history.append(value)
        let events = pipeline.close(
            bin: bin, value: value, backfilled: false, issuedAt: pipeline.clock.end(of: bin))
        for event in events {
            switch event {
            case .record(let entry) where entry.lead == 1:
                // What a value that comes late for a missing bin is shown beside.
                columns[entry.bin] = Columns(
                    expected: entry.medianValue, lower: entry.lowerValue, upper: entry.upperValue, model: entry.model)
            case .scored(let scored):
                own.expected = scored.expected
                own.lower = scored.lower
                own.upper = scored.upper
                own.model = scored.model
            // Until there are anomaly alerts, the event that a row may raise is a drift that fires.
            case .alert(_, .firing): own.raised = true
            case .alert(_, .resolved), .alert(_, .accepted), .record, .fan, .skill: break
            }
        }
        own.residual = own.expected.map { value - $0 }
        if let seen = pipeline.drift.newest {
            own.rmse = seen.reading?.rmse
            own.baseline = seen.reading?.baseline
            own.score = seen.score
        }
        own.drift = own.expected == nil ? nil : Self.word(pipeline.drift.detector.lifecycle.phase)
        columns[bin] = own
        try trainIfDue()
    }

    private mutating func trainIfDue() throws {
        guard let need = pipeline.needsTraining else { return }
        let values = Array(history[Int(need.bins.lowerBound - firstBin)..<Int(need.bins.upperBound - firstBin)])
        do throws(TrainingError) {
            let outcome = try train(pipeline.trainingRequest(need, values: values), stop: { false })
            pipeline.install(outcome, modelID: Int64(pipeline.schedule.trainings) + 1)
        } catch {
            pipeline.trainingFailed()
        }
    }

    private static func word(_ phase: DriftPhase) -> String {
        switch phase {
        case .learning, .ok, .cooling: "ok"
        case .pending: "pending"
        case .firing: "firing"
        }
    }

    // Tables

    private mutating func writeRow(_ index: Int, value: Double, _ columns: Columns) {
        rows.field(series.stamp(index))
        rows.field(value)
        for number in [
            columns.expected, columns.lower, columns.upper, columns.residual, columns.rmse, columns.baseline,
            columns.score,
        ] { rows.field(number) }
        rows.field(columns.raised ? 1 : 0)
        rows.field(columns.drift ?? "")
        rows.field(columns.model ?? "")
        rows.endRow()
    }

    private mutating func writeForecasts(origin: Int) {
        let known = origin + 1
        let train = series.train ?? 0
        guard forecasts != nil, known >= train, let row = pipeline.forecastNow(now: 0) else { return }
        let isFull = (known - train) % every == 0
        for k in 0..<min(isFull ? longest : shortest, row.fan.steps) {
            forecasts?.field(origin)
            forecasts?.field(k + 1)
            for number in [row.fan.median(k), row.fan.lower80(k), row.fan.median(k), row.fan.upper80(k)] {
                forecasts?.field(number)
            }
            forecasts?.field(row.model)
            forecasts?.endRow()
        }
    }
}
