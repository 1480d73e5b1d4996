// `forecastd backup`: a hot copy. It is made on a read snapshot, by SQLite's backup API, on the thread of a reading
// connection: commits go on meanwhile, and what they bring is not in the copy. For so long the log cannot be cut.

import GRDB

extension Store {
    /// A consistent copy of the whole file at `path`, as of now, while everything goes on.
    ///
    /// - Parameter path: must not exist. A copy that breaks off leaves a file there that is none; the caller removes it.
    /// - Throws: `.notWritable` if something is there or it cannot be written, `.full`.
    public func backup(to path: String) async throws(StoreError) {
        guard FileSize.bytes(path) == 0 else { throw .notWritable(path: path, reason: "the file exists") }
        // The journal of everything accepted so far is part of the copy.
        try await writer.barrier()
        do {
            try await database.read { db in try db.copyAll(to: path) }
        } catch {
            throw error.about(path)
        }
    }

    /// The same of a store that nobody has open, or that another process has open.
    ///
    /// - Throws: `.missing` if there is no store at `source`; else as `backup(to:)`.
    public static func copy(path source: String, to path: String) throws(StoreError) {
        guard FileSize.bytes(source) > 0 else { throw .missing(path: source) }
        guard FileSize.bytes(path) == 0 else { throw .notWritable(path: path, reason: "the file exists") }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let queue = try DatabaseQueue(path: source, configuration: configuration)
            try queue.read { db in
                _ = try Schema.found(in: db)
                try db.copyAll(to: path)
            }
            try queue.close()
        } catch {
            throw StoreError(error).about(path)
        }
    }
}

extension Database {
    /// Copies every page, as of the transaction that this connection is in.
    fileprivate func copyAll(to path: String) throws {
        let copy = try DatabaseQueue(path: path)
        try copy.writeWithoutTransaction { target in
            try backup(to: target, pagesPerStep: 1000)
            // So that whoever only reads the copy leaves no log beside it; a store that is opened has one again.
            try target.execute(sql: "PRAGMA journal_mode = DELETE")
        }
        try copy.close()
    }
}

extension StoreError {
    /// SQLite does not say which file it cannot write.
    fileprivate func about(_ path: String) -> StoreError {
        if case .notWritable(_, let reason) = self { return .notWritable(path: path, reason: reason) }
        return self
    }
}
