// Turns the bytes of a file of history into rows, in pieces of any size.
//
// Pure: no file, no clock, no store. Bytes go in, runs of samples and problems come out. A bad row is told with its
// line and reason and does not stop the rest, because an import of a year should not fail at its last line. Memory is
// about three times the longest line: twice its bytes, and its samples at 16 bytes each.
internal import SeriesStore

/// Reads one file.
package struct ImportReader {
    /// A line longer than this is refused: a year at 10 s in one JSON line fits.
    package static let longestLine = 64 * 1024 * 1024

    /// How the file is read.
    package let options: ImportOptions
    /// Samples given out so far.
    package private(set) var samples = 0
    /// Problems so far.
    package private(set) var problems = 0

    private var lines = 0
    private var pending: [UInt8] = []
    private var csv = CSVRows()
    private var rrd = RRDRows()
    private var lineProtocol: LineProtocolRows
    private var isSkippingLongLine = false

    package init(_ options: ImportOptions) {
        self.options = options
        lineProtocol = LineProtocolRows(unit: options.unit ?? 1)
    }

    /// Takes the next bytes and gives out every row that they complete.
    ///
    /// - Parameter isLast: no bytes follow: a last line without a line end counts.
    package mutating func read(_ bytes: [UInt8], isLast: Bool) -> ImportBatch {
        var batch = ImportBatch(options: options)
        if options.format == .lineProtocol {
            lineProtocol.read(bytes, isLast: isLast, into: &batch)
        } else {
            readLines(bytes, isLast: isLast, into: &batch)
        }
        samples += batch.count
        problems += batch.problemCount
        return batch
    }

    private mutating func readLines(_ bytes: [UInt8], isLast: Bool, into batch: inout ImportBatch) {
        // Only the new bytes are searched for a line end: a line of 60 MB arrives in a thousand pieces.
        var start = 0
        var searched = pending.count
        pending += bytes
        while let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            take(pending[start..<end], into: &batch)
            start = end + 1
            searched = start
        }
        if isLast, start < pending.count {
            take(pending[start...], into: &batch)
            start = pending.count
        }
        pending.removeSubrange(..<start)
        guard pending.count > ImportReader.longestLine else { return }
        batch.line = lines + 1
        if !isSkippingLongLine { batch.problem("longer than 64 MiB") }
        isSkippingLongLine = true
        pending = []
    }

    private mutating func take(_ raw: ArraySlice<UInt8>, into batch: inout ImportBatch) {
        lines += 1
        if isSkippingLongLine {
            isSkippingLongLine = false
            return
        }
        var line = raw
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else { return }
        batch.line = lines
        switch options.format {
        case .csv: csv.read(line, isFirst: lines == 1, into: &batch)
        case .jsonLines: readJSONLine(line, into: &batch)
        case .seriesFile: readSeriesLine(line, into: &batch)
        case .promtool: readPromtoolLine(line, into: &batch)
        case .rrdtool: rrd.read(line, into: &batch)
        case .lineProtocol: preconditionFailure("line protocol is read as a stream, not by lines")
        }
    }
}
