// Checksums at the end of whatever is read by itself: a column, a directory, a block of a journal row. Decoders behind a
// good checksum still check every bound: a checksum finds damage, and does not vouch for who wrote it.

/// Adds the checksum that every column carries at its end.
func sealed(_ column: [UInt8]) -> [UInt8] {
    var column = column
    column.appendWord(XXH64.checksum(column.span))
    return column
}

/// The column without its checksum, which must fit.
func unsealed(_ column: [UInt8], what: String) throws(StoreError) -> [UInt8] {
    guard column.count >= 4 else { throw .damaged("\(what) of \(column.count) bytes has no room for a checksum") }
    let content = Array(column[..<(column.count - 4)])
    let stored = column.span.littleEndian(at: content.count, as: UInt32.self)
    let computed = XXH64.checksum(content.span)
    guard stored == computed else { throw .damaged("\(what): checksum \(computed), stored \(stored)") }
    return content
}
