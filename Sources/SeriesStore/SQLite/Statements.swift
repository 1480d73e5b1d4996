// Statements with values in and out, over SQLite's C interface on GRDB's connections. GRDB opens, pools and
// serialises; but its only blob type is Foundation's Data, and a journal row bound through it costs three times the
// CPU. Everything the store says to SQLite goes through these two functions.

import GRDB
import GRDBSQLite

/// A value in SQL.
public enum SQLValue: Sendable, Hashable {
    /// NULL.
    case null
    /// INTEGER.
    case integer(Int64)
    /// REAL.
    case real(Double)
    /// TEXT.
    case text(String)
    /// BLOB.
    case blob([UInt8])

    /// The integer, or NULL.
    static func optional(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
    /// The number, or NULL. SQLite knows no NaN and stores it as NULL anyway.
    static func optional(_ value: Double?) -> SQLValue { value.map { .real($0) } ?? .null }
    /// The text, or NULL.
    static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    /// 0 or 1.
    static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
}

/// The current row of a running statement. Valid only inside the closure that gets it.
@safe struct SQLRow {
    private let statement: OpaquePointer

    fileprivate init(_ statement: OpaquePointer) { unsafe self.statement = unsafe statement }

    var count: Int { Int(unsafe sqlite3_column_count(statement)) }

    func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }
    func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(statement, Int32(column)) }
    func real(_ column: Int) -> Double { unsafe sqlite3_column_double(statement, Int32(column)) }
    func flag(_ column: Int) -> Bool { integer(column) != 0 }

    func text(_ column: Int) -> String {
        unsafe sqlite3_column_text(statement, Int32(column)).map { unsafe String(cString: $0) } ?? ""
    }

    func bytes(_ column: Int) -> [UInt8] {
        let count = Int(unsafe sqlite3_column_bytes(statement, Int32(column)))
        guard count > 0, let start = unsafe sqlite3_column_blob(statement, Int32(column)) else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }
    func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func value(_ column: Int) -> SQLValue {
        switch unsafe sqlite3_column_type(statement, Int32(column)) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(real(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(bytes(column))
        default: .null
        }
    }
}

extension Database {
    /// Runs a statement that gives no rows.
    func run(_ sql: String, _ arguments: [SQLValue] = [], on table: ForecastTable? = nil) throws(StoreError) {
        try query(sql, arguments, on: table) { (_) throws(StoreError) in }
    }

    /// Runs a statement and shows every row to `body`.
    ///
    /// - Parameter table: where the statement touches one table of forecasts: damage that it finds is that table's.
    func query(
        _ sql: String, _ arguments: [SQLValue] = [], on table: ForecastTable? = nil,
        _ body: (SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        do {
            try step(sql, arguments, body)
        } catch {
            guard let table, case .damaged(let why) = error else { throw error }
            throw .damagedTable(table, why)
        }
    }

    private func step(
        _ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        let statement: OpaquePointer
        do {
            unsafe statement = try unsafe cachedStatement(sql: sql).sqliteStatement
        } catch {
            throw StoreError(error)
        }
        // Both before leaving: a statement that is not reset holds a read transaction, a binding holds memory.
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        for (index, argument) in arguments.enumerated() {
            let code = unsafe Self.bind(argument, at: Int32(index + 1), to: statement)
            guard code == SQLITE_OK else { throw StoreError(sqlite: code, message: message) }
        }
        while true {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_ROW: try body(unsafe SQLRow(statement))
            case SQLITE_DONE: return
            default: throw StoreError(sqlite: unsafe sqlite3_extended_errcode(sqliteConnection), message: message)
            }
        }
    }

    /// All rows, each made into a value.
    func rows<T>(
        _ sql: String, _ arguments: [SQLValue] = [], on table: ForecastTable? = nil,
        _ make: (SQLRow) throws(StoreError) -> T
    ) throws(StoreError) -> [T] {
        var result: [T] = []
        try query(sql, arguments, on: table) { (row) throws(StoreError) in result.append(try make(row)) }
        return result
    }

    private var message: String {
        unsafe sqlite3_errmsg(sqliteConnection).map { unsafe String(cString: $0) } ?? "unknown error"
    }

    private static func bind(_ value: SQLValue, at index: Int32, to statement: OpaquePointer) -> Int32 {
        // SQLITE_TRANSIENT: SQLite takes its own copy. The macro is a cast that Swift does not import.
        let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return unsafe sqlite3_bind_null(statement, index)
        case .integer(let integer): return unsafe sqlite3_bind_int64(statement, index, integer)
        case .real(let real): return unsafe sqlite3_bind_double(statement, index, real)
        case .text(let text):
            var text = text
            return text.withUTF8 { utf8 in
                unsafe utf8.withMemoryRebound(to: CChar.self) { characters in
                    unsafe sqlite3_bind_text(statement, index, characters.baseAddress, Int32(characters.count), copied)
                }
            }
        case .blob(let bytes):
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe buffer.isEmpty
                    ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob64(statement, index, buffer.baseAddress, UInt64(buffer.count), copied)
            }
        }
    }
}

extension StoreError {
    /// What SQLite's result code means for us.
    init(sqlite code: Int32, message: String) {
        switch code & 0xFF {
        case SQLITE_FULL: self = .full
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .damaged(message)
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
            self = .notWritable(path: "the store", reason: message)
        case SQLITE_IOERR where code >> 8 == 19 || code >> 8 == 21:
            // SQLITE_IOERR_SHMSIZE, _SHMMAP: the index of the write-ahead log could not grow; there is no space.
            self = .full
        default: self = .failed("\(message) (SQLite \(code))")
        }
    }

    /// Any error that a GRDB call threw.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError:
            self.init(sqlite: error.extendedResultCode.rawValue, message: error.message ?? "unknown error")
        default: self = .failed("\(error)")
        }
    }
}
