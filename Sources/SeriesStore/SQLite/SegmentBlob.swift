// Parts of a segment's bytes, through SQLite's incremental blob interface: a chunk of four thousand points is read out of
// a segment of two hundred thousand without loading the rest.

import GRDB
import GRDBSQLite

/// Reads parts of a segment's bytes without loading the row.
@safe final class SegmentBlob {
    private let handle: OpaquePointer
    /// Length of the segment.
    let size: Int

    /// Nil if there is no such segment: a merge or retention has taken it away.
    init?(_ id: Int64, in db: Database) throws(StoreError) {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_blob_open(db.sqliteConnection, "main", "segment", "bytes", id, 0, &opened)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            // No such row is SQLITE_ERROR; there is nothing else that could be missing.
            if code == SQLITE_ERROR { return nil }
            throw StoreError(sqlite: code, message: unsafe String(cString: sqlite3_errmsg(db.sqliteConnection)))
        }
        unsafe self.handle = unsafe handle
        size = Int(unsafe sqlite3_blob_bytes(handle))
    }

    deinit { unsafe sqlite3_blob_close(handle) }

    /// The bytes of `range`.
    func read(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= size else {
            throw .damaged("bytes \(range) of a segment of \(size)")
        }
        var code = SQLITE_OK
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            unsafe code = sqlite3_blob_read(handle, buffer.baseAddress, Int32(range.count), Int32(range.lowerBound))
            count = code == SQLITE_OK ? range.count : 0
        }
        guard code == SQLITE_OK else { throw StoreError(sqlite: code, message: "cannot read a segment") }
        return bytes
    }
}
