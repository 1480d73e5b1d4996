// The one that writes. Entries wait in a queue; the commit loop takes all of them at once, so that whatever gathered
// during one fsync shares the next. Who waits is committed at once; what nobody waits for is grouped for up to
// `groupCommit`, so that a script writing one line at a time does not cost an fsync a line.
//
// The queue is bounded (`queueBytes`); when it is full, `submit` suspends: the feeder stops reading its socket. On a
// full disk those who wait are told so, and what nobody waited for stays in the queue until there is space again; who
// only offers samples, and can be told to come again, is told so when that queue is full too.

/// Takes entries and makes them durable.
public actor StoreWriter {
    /// Entries hold at most so many bytes in memory before `submit` suspends: 4 MiB. One larger entry may pass alone.
    static let queueBytes = 4 << 20

    /// An entry in the queue and, if somebody waits for it, whom to tell.
    struct Pending {
        var entry: JournalEntry
        var size: Int
        var waiter: CheckedContinuation<Result<Void, StoreError>, Never>?
    }

    /// What the writer is doing with new entries.
    enum Phase {
        /// Takes them.
        case open
        /// Takes no more, commits what waits.
        case stopping
        /// Done.
        case closed
    }

    /// What the sealer is asked for.
    enum SealWork: Sendable {
        case seal(GroupKey)
        case merge(MergeRequest)
    }

    var options: StoreOptions
    let database: StoreDatabase
    let state: StoreState
    let catalogue: SeriesCatalogue
    let onCommit: @Sendable (SampleBatch) -> Void
    let now: @Sendable () -> Timestamp
    let clock: any Clock<Duration>
    let journalCompressor = Compressor(.quick)
    /// Counts commits and knows the one in flight.
    public nonisolated let meter = CommitMeter()

    var phase = Phase.open
    var isRunning = false
    var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    var queue: [Pending] = []
    var queuedBytes = 0
    /// Whether the group-commit time of the oldest entry has passed.
    var isDue = false
    /// Whether a timer runs for it.
    var isArmed = false
    private var waitingForSpace: [CheckedContinuation<Void, Never>] = []

    /// Rings when there may be something to commit; starts the group-commit timer; asks for a group to be sealed.
    let bell = Signal<Void>(.bufferingNewest(1))
    let timer = Signal<Void>(.bufferingNewest(1))
    /// At most one request for each group: whoever asks puts the group into `sealing` first.
    let sealRequests = Signal<SealWork>(.unbounded)

    var gridIDs: [SeriesID: [Int64: GridID]] = [:]
    var unwrittenGrids: [GridRow] = []
    var nextGridID: GridID

    /// Groups whose seal or merge was asked for and is not committed yet. Bounded by the number of groups.
    var sealing: Set<GroupKey> = []
    /// Series that were merged into others: what still comes for them goes there. What comes for other series that the
    /// catalogue does not know is of deleted ones, and is dropped.
    var merged = MergedSeries()
    /// Fans with an origin before this have been thinned, seconds.
    var thinnedTo: Int64 = 0
    /// Whether a reader keeps the log from being cut, as of the last round of housekeeping: no merges and no retention
    /// then, and a seal only for memory.
    var isLogHeld = false
    /// A log larger than this is held: SQLite cuts it after 4 MB.
    static let usualLog = 32 << 20
    let health: StoreHealth
    /// Groups with a segment that cannot be read: they are not merged.
    var notMerged: Set<GroupKey> = []
    /// Seals that ride with the next commit.
    var sealed: [SealedGroup] = []
    var waitingForSeal: [CheckedContinuation<Void, Never>] = []
    var nextSegmentID: Int64

    init(
        options: StoreOptions, database: StoreDatabase, state: StoreState, catalogue: SeriesCatalogue,
        health: StoreHealth, grids: [GridRow], nextGridID: GridID, nextSegmentID: Int64, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Timestamp, onCommit: @escaping @Sendable (SampleBatch) -> Void
    ) {
        self.options = options
        self.database = database
        self.state = state
        self.catalogue = catalogue
        self.health = health
        self.nextGridID = nextGridID
        self.nextSegmentID = nextSegmentID
        self.clock = clock
        self.now = now
        self.onCommit = onCommit
        for grid in grids { gridIDs[grid.series, default: [:]][grid.stepSeconds] = grid.id }
    }

    /// Hands over an entry.
    ///
    /// - `.waited` returns when it is fsynced, or throws: then nothing of it is stored.
    /// - `.grouped` returns when it is queued; suspends while the queue is full.
    /// - `.offered` the same, but throws `.full` where the queue is full because the disk is.
    ///
    /// - Throws: `.full` (try again later), `.closed`.
    public func submit(_ entry: JournalEntry, urgency: Urgency) async throws(StoreError) {
        while queuedBytes >= Self.queueBytes, phase == .open {
            if urgency == .offered, meter.isFull { throw .full }
            await withCheckedContinuation { waitingForSpace.append($0) }
        }
        guard phase == .open else { throw .closed }
        switch urgency {
        case .grouped, .offered:
            enqueue(entry, waiter: nil)
        case .waited:
            let result = await withCheckedContinuation { enqueue(entry, waiter: $0) }
            try result.get()
        }
    }

    /// Returns when everything submitted before is fsynced.
    public func barrier() async throws(StoreError) {
        guard phase == .open else { throw .closed }
        let result = await withCheckedContinuation { enqueue(JournalEntry(), waiter: $0) }
        try result.get()
    }

    /// The grid of a series at a step, made if there is none. Its row goes with the next commit.
    public func grid(series: SeriesID, stepSeconds: Int64) async throws(StoreError) -> GridID {
        guard phase == .open else { throw .closed }
        guard catalogue[series] != nil else { throw .unknown("series \(series)") }
        if let known = gridIDs[series]?[stepSeconds] { return known }
        let grid = GridRow(id: nextGridID, series: series, stepSeconds: stepSeconds)
        nextGridID += 1
        gridIDs[series, default: [:]][stepSeconds] = grid.id
        unwrittenGrids.append(grid)
        return grid.id
    }

    private func enqueue(_ entry: JournalEntry, waiter: CheckedContinuation<Result<Void, StoreError>, Never>?) {
        let pending = Pending(entry: entry, size: entry.size, waiter: waiter)
        queue.append(pending)
        queuedBytes += pending.size
        if waiter != nil || queuedBytes >= options.groupBytes { isDue = true }
        isDue ? bell.send(()) : arm()
    }

    /// Starts the group-commit time, unless it runs.
    func arm() {
        if isArmed { return }
        isArmed = true
        timer.send(())
    }

    /// Lets suspended feeders try again.
    func announceSpace() {
        let waiting = waitingForSpace
        waitingForSpace = []
        for continuation in waiting { continuation.resume() }
    }

    /// Wakes whoever waits for a seal.
    func announceSeal() {
        let waiting = waitingForSeal
        waitingForSeal = []
        for continuation in waiting { continuation.resume() }
    }

    /// Takes no more entries and lets the loops end.
    func stop() {
        if phase == .open { phase = .stopping }
        announceSpace()
        announceSeal()
        bell.finish()
        timer.finish()
        sealRequests.finish()
    }
}

extension JournalEntry {
    /// What it occupies in memory, about.
    fileprivate var size: Int {
        var size = samples.count * 24 + records.count * 96
        for fan in fans { size += fan.fan.bytes.count + 96 }
        for row in rows {
            switch row {
            case .latestFan(let fan): size += fan.fan.bytes.count + 96
            case .model(let model): size += (model.bytes?.count ?? 0) + 200
            case .state(_, let bytes, _): size += bytes.count + 32
            case .alert, .skill, .series, .mark, .cursor, .deleteModels: size += 200
            }
        }
        return size
    }
}

/// A stream with its sending end, for one consumer.
struct Signal<Element: Sendable>: Sendable {
    let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init(_ policy: AsyncStream<Element>.Continuation.BufferingPolicy) {
        (stream, continuation) = AsyncStream.makeStream(of: Element.self, bufferingPolicy: policy)
    }

    func send(_ element: Element) { continuation.yield(element) }
    func finish() { continuation.finish() }
}
