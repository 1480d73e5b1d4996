// Drives the pipelines: which bins are closed, read from the store, put through, and what comes out committed and then
// published. One actor owns every pipeline. It is woken after commits and once a second; it never delays an
// acknowledgement, because the commit loop only notes arrivals. A series with more than two closed bins behind it is in
// catch-up: its bins go strictly in order, and where a training is due it waits for it, while all others go on.

import Logging
import RNNForecast
import SeriesStore

/// The owner of all pipelines and of the fans that are served.
actor ForecastingService {
    /// What the service is built from.
    struct Parts: Sendable {
        let store: Store
        let book: ArrivalBook
        let training: TrainingService
        let logger: Logger
        /// Wall clock.
        let now: @Sendable () -> Timestamp
        /// How a series is to be treated.
        let treatment: @Sendable (SeriesInfo) -> SeriesTreatment
        let settings: PipelineSettings
        /// `limits.trained`.
        let trainedLimit: Int
        /// Asks for another turn soon.
        let ring: @Sendable () -> Void
    }

    /// Counts for `/metrics` and `status`.
    struct Counts: Sendable {
        var issued: Int64 = 0
        var backfilled: Int64 = 0
        var scored: Int64 = 0
        var outside80: Int64 = 0
        var transitions: Int64 = 0
    }

    let parts: Parts
    var tracked: [SeriesID: Tracked] = [:]
    var seriesOfGrid: [GridID: SeriesID] = [:]
    /// Tracked series that are trained.
    var places = 0
    /// Tracked series that would be trained if `limits.trained` had a place for them.
    var beyondTrainedLimit = 0
    /// The minute in which it was last looked for places that can be spared.
    var placesSeenAt: Int64 = .min
    /// Grids of series deleted since the last turn ended: what a turn had made for them before is not written after they are
    /// gone. Only a turn holds rows while others get in, and those that wait for the disk; once both are committed nothing
    /// can name these grids again, since ids are never given twice.
    var forgotten: Set<GridID> = []
    var counts = Counts()
    var nextModelID: Int64 = 1
    /// Rows that could not be committed (disk full). Nothing further is processed before they are.
    private var unsaved: Outbox?
    /// The minute whose share of the newest fans has been written.
    private var savedMinute: Int64 = .min
    var firing: [GridID: AlertRow] = [:]
    private var turnWaiters: [CheckedContinuation<Void, Never>] = []
    private var isEnding = false
    private let alertSink: @Sendable (AlertRow, AlertTransition, SeriesKey, _ unit: String) -> Void

    /// Bins that one series may put through in one turn, so that an import does not hold up the live ones.
    static let binsPerTurn: Int64 = 512
    /// Bins that all series together may put through in one turn: their rows wait in memory for the turn's commit.
    static let binsOfTurn: Int64 = 32_768

    /// A bin that ended so long ago, in nanoseconds, is of the past, even if it is the newest of its series.
    static let present: Int64 = 3_600_000_000_000

    /// - Parameter alertSink: told of every committed transition that is not of the past; must return at once.
    init(
        _ parts: Parts,
        alertSink: @escaping @Sendable (AlertRow, AlertTransition, SeriesKey, _ unit: String) -> Void
    ) {
        self.parts = parts
        self.alertSink = alertSink
    }

    /// One turn: takes the news, closes what is closed, commits, publishes.
    ///
    /// - Returns: whether there is more to do at once.
    func turn() async -> Bool {
        if let left = unsaved {
            unsaved = nil
            await commit(left)
            if unsaved != nil { return false }
        }
        // First: what has waited comes before what begins now.
        handOverPlaces(now: parts.now())
        for news in parts.book.drain() { await adopt(news) }
        let now = parts.now()
        var outbox = Outbox()
        await repairLate(now: now)
        let more = await advance(now: now, into: &outbox)
        saveInTurn(now: now, into: &outbox)
        saveModelsAfterCatchUp(now: now, into: &outbox)
        await commit(outbox)
        if unsaved == nil { forgotten = [] }
        releaseWaiters()
        return more
    }

    /// Returns after the next turn has ended: for requests that wait for work to be done.
    ///
    /// - Returns: false when there will be no more turns.
    func afterTurn() async -> Bool {
        if !isEnding { await withCheckedContinuation { turnWaiters.append($0) } }
        return !isEnding
    }

    /// No more turns: whoever waits for one is told.
    func end() {
        isEnding = true
        releaseWaiters()
    }

    private func releaseWaiters() {
        let waiting = turnWaiters
        turnWaiters = []
        for waiter in waiting { waiter.resume() }
    }

    // News

    private func adopt(_ news: ArrivalBook.News) async {
        guard let series = tracked[news.series] else {
            await begin(news)
            return
        }
        let stepOfRhythm = Tracked.step(of: news.rhythm)
        if let stepOfRhythm, stepOfRhythm != series.stepOfRhythm {
            series.stepOfRhythm = stepOfRhythm
            if let step = newStep(of: series, news.rhythm) {
                await leaveGrid(of: series, for: step)
                await begin(news, mayReturn: true)
                return
            }
        }
        series.newest = news.newest
        let clock = series.pipeline.clock
        let late = clock.bin(containing: news.oldest)
        if late < series.pipeline.nextBin {
            let from = min(late, series.dirty?.lowerBound ?? late)
            series.dirty = from..<series.pipeline.nextBin
        }
    }

    // Late samples

    private func repairLate(now: Timestamp) async {
        for series in Array(tracked.values) {
            guard let dirty = series.dirty else { continue }
            series.dirty = nil
            let reach = max(dirty.lowerBound, series.pipeline.nextBin - Int64(series.pipeline.plan.neededBins))
            guard reach < dirty.upperBound else { continue }
            guard let values = await bins(of: series, reach..<dirty.upperBound) else { continue }
            for (offset, value) in values.enumerated() {
                series.pipeline.repair(bin: reach + Int64(offset), value: value)
            }
        }
    }

    // Closing bins

    private func advance(now: Timestamp, into outbox: inout Outbox) async -> Bool {
        var due: [(series: SeriesID, grid: GridID, last: Int64, pending: Int64)] = []
        for (id, series) in tracked where !series.awaitsTraining {
            let last = series.closable(now: now)
            let pending = last + 1 - series.pipeline.nextBin
            if pending > 0 { due.append((id, series.grid, last, pending)) }
        }
        due.sort { ($0.pending, $0.grid) < ($1.pending, $1.grid) }
        var requests: [BinRequest] = []
        // Live series come first, and of an import those that are nearly done.
        var left = Self.binsOfTurn
        for next in due where left > 0 {
            guard let series = tracked[next.series] else { continue }
            let from = series.pipeline.nextBin
            let to = from + min(next.pending, Self.binsPerTurn)
            left -= to - from
            requests.append(
                BinRequest(
                    series: series.series, stepSeconds: series.pipeline.plan.stepSeconds, range: from..<to,
                    aggregate: series.aggregate))
        }
        var more = requests.count < due.count
        // All that live series ask for lies in the heads: one look there answers thousands of them.
        for ((next, request), values) in zip(zip(due, requests), await bins(requests)) {
            guard let values else { continue }
            if close(next.series, request.range, values: values, newestClosed: next.last, now: now, into: &outbox) {
                more = more || request.range.upperBound <= next.last
            }
        }
        return more
    }

    /// Nil for a series that the store cannot answer for: one damaged segment must not stop the others.
    private func bins(_ requests: [BinRequest]) async -> [[Double]?] {
        // Where this fails, each series is asked for alone, and the error told with its name.
        if let all = try? await parts.store.reader.bins(of: requests) { return all }
        var answers: [[Double]?] = []
        for request in requests {
            do {
                answers.append(try await parts.store.reader.bins(of: [request]).first)
            } catch {
                parts.logger.error("bins of series \(request.series) cannot be read: \(error)")
                answers.append(nil)
            }
        }
        return answers
    }

    /// Puts bins through one pipeline.
    ///
    /// - Returns: false when the series now waits for a training.
    private func close(
        _ id: SeriesID, _ range: Range<Int64>, values: [Double], newestClosed: Int64, now: Timestamp,
        into outbox: inout Outbox
    ) -> Bool {
        guard let series = tracked[id] else { return false }
        var events: [PipelineEvent] = []
        for (bin, value) in zip(range, values) {
            // More than two closed bins that are not processed: catch-up.
            let backfilled = newestClosed - bin >= 2
            events.removeAll(keepingCapacity: true)
            series.pipeline.close(bin: bin, value: value, backfilled: backfilled, issuedAt: now, into: &events)
            outbox.add(events, of: series)
            count(events)
            let isNow = now - series.pipeline.clock.end(of: bin) <= Self.present
            if !backfilled, isNow, value.isFinite, let row = series.untold {
                series.untold = nil
                outbox.late.append(row)
            }
            guard let need = series.pipeline.needsTraining else { continue }
            if !series.asked || backfilled {
                series.asked = true
                let (training, grid) = (parts.training, series.grid)
                outbox.askings.append { await training.ask(grid: grid, reason: need.reason, isAwaited: backfilled) }
            }
            if backfilled {
                series.awaitsTraining = true
                return false
            }
        }
        return true
    }

    private func count(_ events: [PipelineEvent]) {
        for event in events {
            switch event {
            case .fan(let fan, _): if fan.row.backfilled { counts.backfilled += 1 } else { counts.issued += 1 }
            case .scored(let bin):
                counts.scored += 1
                if bin.value < bin.lower || bin.value > bin.upper { counts.outside80 += 1 }
            case .alert: counts.transitions += 1
            case .record, .skill: break
            }
        }
    }

    /// Bins of a series from the store; nil where the store cannot answer now.
    func bins(of series: Tracked, _ range: Range<Int64>) async -> [Double]? {
        do {
            return try await parts.store.reader.bins(
                of: series.series, stepSeconds: series.pipeline.plan.stepSeconds, range: range,
                aggregate: series.aggregate)
        } catch {
            parts.logger.error("bins of series \(series.series) cannot be read: \(error)")
            return nil
        }
    }

    // Committing and publishing

    /// Commits what a turn brought; then, and only then, fans are served and alerts told.
    func commit(_ outbox: Outbox) async {
        var outbox = outbox
        if !forgotten.isEmpty { outbox.entry.removeAll(of: forgotten) }
        guard !outbox.isEmpty else { return }
        if !outbox.entry.isEmpty {
            do {
                try await parts.store.writer.submit(outbox.entry, urgency: .waited)
            } catch {
                // At a stop that is in a hurry they wait for the next start.
                if error != .closed { parts.logger.warning("forecasts wait for the store: \(error)") }
                unsaved = outbox
                return
            }
        }
        for fan in outbox.published {
            guard let id = seriesOfGrid[fan.row.grid] else { continue }
            tracked[id]?.published = fan
            tracked[id]?.latestIsStale = true
        }
        for (row, transition) in outbox.alerts { tell(row, transition) }
        for row in outbox.late where seriesOfGrid[row.grid] != nil {
            guard let info = parts.store.catalogue[row.series] else { continue }
            alertSink(row, .firing, info.key, info.unit)
        }
        for ask in outbox.askings { await ask() }
    }

    private func tell(_ row: AlertRow, _ transition: AlertTransition) {
        // Of a series that was deleted meanwhile: the row went with it.
        guard seriesOfGrid[row.grid] != nil else { return }
        switch transition {
        case .firing: firing[row.grid] = row
        case .resolved, .accepted: firing[row.grid] = nil
        }
        guard !row.backfilled, let info = parts.store.catalogue[row.series] else { return }
        alertSink(row, transition, info.key, info.unit)
    }

    func restoreFiring(_ rows: [AlertRow]) {
        for row in rows where parts.store.catalogue[row.series] != nil { firing[row.grid] = row }
    }

    /// Once a minute a contiguous fifth of the newest fans goes to its table, and a sixtieth of the states.
    private func saveInTurn(now: Timestamp, into outbox: inout Outbox) {
        let minute = now / 60_000_000_000
        guard minute != savedMinute else { return }
        savedMinute = minute
        let grids = seriesOfGrid.keys.sorted()
        func share(_ parts: Int64) -> ArraySlice<GridID> {
            let turn = Int(minute % parts)
            let (from, to) = (grids.count * turn / Int(parts), grids.count * (turn + 1) / Int(parts))
            return grids[from..<to]
        }
        for grid in share(5) { saveLatest(grid, into: &outbox) }
        for grid in share(60) { saveState(grid, into: &outbox) }
    }

    private func saveLatest(_ grid: GridID, into outbox: inout Outbox) {
        guard let id = seriesOfGrid[grid], let series = tracked[id], series.latestIsStale,
            let fan = series.published
        else { return }
        outbox.entry.rows.append(.latestFan(fan.whole))
        series.latestIsStale = false
    }

    func saveState(_ grid: GridID, into outbox: inout Outbox) {
        guard let id = seriesOfGrid[grid], let series = tracked[id] else { return }
        outbox.entry.rows.append(
            .state(grid: grid, bytes: series.pipeline.encodedState(), processed: series.pipeline.nextBin - 1))
    }

    /// Writes all that is only in memory: newest fans, models, states, today's skill. Called once, at stop.
    func saveAll() async {
        var outbox = Outbox()
        for grid in seriesOfGrid.keys.sorted() {
            guard let id = seriesOfGrid[grid], let series = tracked[id] else { continue }
            saveLatest(grid, into: &outbox)
            saveState(grid, into: &outbox)
            if let model = series.unsavedModel { outbox.entry.rows.append(.model(model)) }
            outbox.entry.rows += series.pipeline.skillOfToday.map { .skill($0) }
            tracked[id]?.unsavedModel = nil
        }
        await commit(outbox)
    }
}
