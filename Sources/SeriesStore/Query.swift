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
    /// - Throws: `.statement` for what SQLite does not understand or does not do here; `.store` for the rest.
    public static func query(path: String, sql: String, limit: Int = .max) throws(QueryError) -> QueryResult {
        guard FileSize.bytes(path) > 0 else { throw .store(.missing(path: path)) }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let result = try queue.inDatabase { db in
                _ = try Schema.found(in: db)
                var result = QueryResult(columns: [], rows: [], isCutOff: false)
                do {
                    result.columns = try db.makeStatement(sql: sql).columnNames
                } catch {
                    throw QueryError(preparing: error)
                }
                do throws(StoreError) {
                    try db.query(sql) { row in
                        if result.rows.count < limit {
                            result.rows.append((0..<row.count).map { row.value($0) })
                        } else {
                            result.isCutOff = true
                        }
                    }
                } catch {
                    throw QueryError(running: error)
                }
                return result
            }
            try queue.close()
            return result
        } catch let error as QueryError {
            throw error
        } catch {
            throw QueryError.store(StoreError(error))
        }
    }
}

/// Why a query has no answer.
public enum QueryError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    case statement(String)
    /// What is wrong with the store.
    case store(StoreError)

    /// A statement that SQLite could not compile. Its own words name what it stumbled over.
    fileprivate init(preparing error: any Error) {
        guard let error = error as? DatabaseError else {
            self = .store(StoreError(error))
            return
        }
        switch error.resultCode {
        case .SQLITE_ERROR: self = .statement(error.message ?? "SQLite does not say why")
        case .SQLITE_MISUSE: self = .statement("it is not one statement, and one is read at a time")
        default: self = .store(StoreError(error))
        }
    }

    /// A statement that SQLite could not run to its end.
    fileprivate init(running error: StoreError) {
        switch error {
        case .notWritable: self = .statement("it would change the store, and only reading is possible here")
        case .locked, .damaged, .damagedTable, .newerSchema, .full, .closed, .missing, .unknown, .failed:
            self = .store(error)
        }
    }

    /// What was found.
    public var description: String {
        switch self {
        case .statement(let why): "the statement cannot be answered: \(why)"
        case .store(let error): error.description
        }
    }
}
