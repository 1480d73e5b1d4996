// The file: opened once by the daemon, with the settings that the promises of the store rest on. GRDB's pool gives one
// writer and a few readers; every use goes through here, so that errors come out as ours and a cancelled task never
// interrupts a commit.

import GRDB
import GRDBSQLite

/// The open database.
final class StoreDatabase: Sendable {
    let path: String
    private let pool: DatabasePool

    /// Opens or creates the file.
    ///
    /// - Parameter cacheBytes: SQLite's page cache over all connections.
    init(path: String, cacheBytes: Int) throws(StoreError) {
        self.path = path
        let pageSize = 1024
        var configuration = Configuration()
        configuration.maximumReaderCount = 2
        // Giving back memory must not cost the readers' connections.
        configuration.persistentReadOnlyConnections = true
        // Somebody with `sqlite3` may hold the file for a moment; that must not end the daemon.
        configuration.busyMode = .timeout(10)
        // Each connection may keep this many KiB of pages; there are one writer and two readers.
        let cache = max(64, cacheBytes / 3 / 1024)
        configuration.prepareDatabase { db in
            // Before the first table and before WAL: later it would need a VACUUM.
            if !db.configuration.readonly {
                try db.execute(sql: "PRAGMA page_size = \(pageSize); PRAGMA auto_vacuum = INCREMENTAL")
            }
            try db.execute(sql: "PRAGMA cache_size = -\(cache)")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL after prepareDatabase. With NORMAL an acknowledged sample could be lost.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                    throw StoreError.failed("SQLite refuses synchronous = FULL")
                }
                // After a checkpoint the log is cut to this size, so that one burst does not occupy the disk for ever.
                try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
                // Each page goes into the file once a checkpoint, wherever it lies there, a disk's whole block for a quarter of
                // one: with 300 series after two and a half hours, not fifty minutes. SQLite's default would be a megabyte.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 12000")
                try Schema.migrate(db)
            }
        } catch {
            throw Self.opening(path, error)
        }
    }

    /// Gives cached pages back, as soon as each connection is free; returns when the writing one has. The kernel has them,
    /// too.
    func releaseMemory() async {
        pool.releaseMemoryEventually()
        // The writer takes its turns in order: behind it, its pages are free.
        _ = try? await write { _ in }
    }

    /// Runs `body` on the one writing connection; in a transaction if it says so itself.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(StoreError) -> T {
        // Not GRDB's async form: that one throws and interrupts SQLite when the task is cancelled.
        let result: Result<T, StoreError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                continuation.resume(returning: Result { try body(db) }.mapError { StoreError($0) })
            }
        }
        return try result.get()
    }

    /// The same for callers who cannot wait asynchronously, at open and in tests.
    func writeNow<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        do { return try pool.writeWithoutTransaction(body) } catch { throw StoreError(error) }
    }

    /// Runs `body` on a snapshot of what was last committed.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(StoreError) -> T {
        let result: Result<T, StoreError> = await withCheckedContinuation { continuation in
            pool.asyncRead { db in
                continuation.resume(returning: Result { try body(db.get()) }.mapError { StoreError($0) })
            }
        }
        return try result.get()
    }

    /// The same, blocking the calling thread; for reads of a few rows.
    func readNow<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        do { return try pool.read(body) } catch { throw StoreError(error) }
    }

    /// Copies what the log holds into the file, without waiting for readers, and returns the frames left.
    @discardableResult
    func checkpoint() async throws(StoreError) -> Int {
        try await write { db in
            let (walFrameCount, checkpointedFrameCount) = try db.checkpoint(.passive)
            return walFrameCount - checkpointedFrameCount
        }
    }

    /// Bytes of the write-ahead log.
    var logBytes: Int { FileSize.bytes(path + "-wal") }

    /// Bytes of the file that hold something.
    func usedBytes() async throws(StoreError) -> Int {
        try await read { db in
            func number(_ sql: String) throws(StoreError) -> Int { try db.rows(sql) { Int($0.integer(0)) }.first ?? 0 }
            return try number("PRAGMA page_size") * (number("PRAGMA page_count") - number("PRAGMA freelist_count"))
        }
    }

    /// Gives free pages at the end of the file back to the file system, after moving others there.
    func shrink() async throws(StoreError) {
        try await write { db in
            try db.execute(sql: "PRAGMA incremental_vacuum")
            _ = try db.checkpoint(.passive)
        }
    }

    /// Closes all connections; the last one copies the log into the file and removes it.
    func close() throws(StoreError) {
        // Readers first: the last to close must be the one that may write, or the log stays.
        pool.invalidateReadOnlyConnections()
        do { try pool.close() } catch { throw StoreError(error) }
    }

    /// A sentence for what may be wrong with a file at open.
    private static func opening(_ path: String, _ error: any Error) -> StoreError {
        let error = StoreError(error)
        return switch error {
        case .damaged(let what): .damaged("\(path): \(what)")
        case .notWritable(_, let reason): .notWritable(path: path, reason: reason)
        case .locked, .damagedTable, .newerSchema, .full, .closed, .missing, .unknown, .failed: error
        }
    }
}
