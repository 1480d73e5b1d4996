// The store of one daemon: `forecasts.db`, opened once. Here is how it is opened, what runs in it, and how it ends.
//
// Open: lock, schema, names, list of segments, then the journal is replayed into heads, row by row, without what a
// series' `sealed_to` says is in a segment already. Run: the commit loop, its timer, the sealer and the housekeeper,
// until the task is cancelled. Close: the last commit, and the log copied into the file.

import Synchronization

/// Samples, forecasts, models and alerts in one file.
public final class Store: Sendable {
    /// How it behaves.
    public typealias Options = StoreOptions

    /// Every series, in memory.
    public let catalogue: SeriesCatalogue
    /// The one that writes.
    public let writer: StoreWriter
    /// The one that reads; a value, to be copied freely.
    public let reader: StoreReader
    /// What is wrong while the store still works.
    public let health: StoreHealth
    let database: StoreDatabase
    private let lock: StoreLock

    /// Opens or creates the file at `path`; its directory must exist.
    ///
    /// - Parameters:
    ///   - clock: waits for the group-commit time and between rounds of housekeeping.
    ///   - now: wall clock.
    ///   - onCommit: called by the commit loop after each fsync that stored samples, with these series by series, those
    ///     of one in journal order; not for what is replayed at open. It must be quick, and must not wait for the store.
    /// - Throws: `.locked`, `.damaged`, `.newerSchema`, `.notWritable`, `.full`.
    public static func open(
        at path: String, options: Options = Options(), clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp, onCommit: @escaping @Sendable (SampleBatch) -> Void = { _ in }
    ) throws(StoreError) -> Store {
        let lock = try StoreLock(for: path)
        let database = try StoreDatabase(path: path, cacheBytes: options.cacheBytes)
        return try Store(
            database: database, lock: lock, options: options, clock: clock, now: now, onCommit: onCommit)
    }

    private init(
        database: StoreDatabase, lock: StoreLock, options: Options, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Timestamp, onCommit: @escaping @Sendable (SampleBatch) -> Void
    ) throws(StoreError) {
        let health = StoreHealth()
        let loaded = try health.skippingDamage { (damaged) throws(StoreError) in
            try database.readNow { db in try LoadedStore(from: db, except: damaged, now: now()) }
        }
        self.database = database
        self.lock = lock
        catalogue = SeriesCatalogue(loaded.series, nextID: loaded.nextSeriesID, now: now)
        let state = StoreState(loaded.contents)
        self.health = health
        writer = StoreWriter(
            options: options, database: database, state: state, catalogue: catalogue, health: health,
            grids: loaded.grids,
            nextGridID: loaded.nextGridID, nextSegmentID: loaded.nextSegmentID, clock: clock, now: now,
            onCommit: onCommit)
        reader = StoreReader(
            database: database, state: state, catalogue: catalogue, health: health, meter: writer.meter)
    }

    /// Commits, seals and keeps house until the task is cancelled; returns after committing all that waits.
    ///
    /// - Throws: what no waiting can mend, such as a damaged file; a full disk is waited out.
    public func run() async throws {
        try await writer.run()
    }

    /// Ends the store: a last commit, and the log is copied into the file. May be called again.
    public func close() async {
        await writer.close()
        lock.release()
    }

    /// Seals everything that is open, and returns when it is committed: for tests, and before a copy that should be
    /// small. The store must be running.
    public func seal() async throws(StoreError) {
        try await writer.sealAll()
    }

    /// Merges all that can be merged and gives free pages back to the file system; returns when done. The store must be
    /// running; it goes on taking entries meanwhile.
    public func compact() async throws(StoreError) {
        try await writer.compact()
    }

    /// Deletes series with all that hangs on them, or their samples with `from <= t < to` alone; returns how many samples
    /// went of each. Samples committed while it runs are not touched. The store must be running.
    @discardableResult
    public func delete(
        _ series: [SeriesID], in range: Range<Timestamp>? = nil
    ) async throws(StoreError) -> [SeriesID: Int] {
        try await writer.delete(series, in: range)
    }

    /// Gives a series another key. If a series has that key already, `merging` decides: the samples go over to it, where
    /// its own win, and the old series is deleted. The store must be running.
    ///
    /// - Throws: `.unknown` if the series is not there, `.failed` if the key is taken and nobody said to merge.
    public func rename(_ series: SeriesID, to key: SeriesKey, merging: Bool = false) async throws(StoreError) {
        try await writer.rename(series, to: key, merging: merging)
    }

    /// Gives cached pages back; the next readers take them from the kernel's.
    public func releaseMemory() async { await database.releaseMemory() }

    /// Changes what is kept: `retention`, `maxBytes`, `keepFree`, `rules` and `forecasts`. The other options stay as they were at
    /// open.
    public func keep(_ options: Options) async { await writer.keep(options) }
}
