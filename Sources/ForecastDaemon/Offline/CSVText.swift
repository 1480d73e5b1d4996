// Rows of comma-separated values as bytes. Numbers are printed in the shortest form that reads back to the same bits;
// what does not exist is empty. Texts with a comma, a quote or a line end are put in quotes (RFC 4180).

/// A growing CSV file.
struct CSVText: Sendable {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    /// A table that begins with these column names.
    init(header: [String]) {
        for name in header { field(name) }
        endRow()
    }

    /// A table without a header, to be appended to one.
    init() {}

    mutating func field(_ text: String) {
        separate()
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        guard needsQuotes else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ number: Double?) {
        separate()
        if let number, !number.isNaN { bytes.append(contentsOf: number.description.utf8) }
    }

    mutating func field(_ number: Int) {
        separate()
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }
}
