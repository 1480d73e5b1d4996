// `forecastd sql`: any SELECT, on a connection that cannot write, whether the daemon runs or not.

import GRDB

extension Store {
    /// The answer to a query.
    public struct QueryResult: Sendable {
        /// Names of the columns.
        public var columns: [String]
        /// The rows, at most as many as were asked for.
        public var rows: [[SQLValue]]
        /// Whether there were more.
        public var isCutOff: Bool
    }

    /// Runs one statement on a read-only connection of its own.
    ///
    /// - Throws: `.failed` with SQLite's message; `.notWritable` for a statement that would write; `.missing` if there
    ///   is no file.
    public static func query(path: String, sql: String, limit: Int = .max) throws(StoreError) -> QueryResult {
        guard FileSize.bytes(path) > 0 else { throw .missing(path: path) }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let result = try queue.inDatabase { db in
                _ = try Schema.found(in: db)
                var result = QueryResult(columns: [], rows: [], isCutOff: false)
                result.columns = try db.makeStatement(sql: sql).columnNames
                try db.query(sql) { row in
                    if result.rows.count < limit {
                        result.rows.append((0..<row.count).map { row.value($0) })
                    } else {
                        result.isCutOff = true
                    }
                }
                return result
            }
            try queue.close()
            return result
        } catch {
            throw StoreError(error)
        }
    }
}
