// A segment is one row of the file: the chunks of a group of series over one stretch of time, with a directory in
// front, so that one series can be read without the others. Segments are written once and never changed; a merge writes
// a new one. The record of forecasts is kept in the same container. Boxes: docs/format/segment.md.
//
//     header | directory (zstd) | checksum | time columns | payload columns        each column: bytes, checksum

/// What the chunks of a segment hold.
enum SegmentKind: UInt8, Sendable {
    /// Samples; a chunk's owner is a series.
    case samples = 0
    /// What had been forecast; a chunk's owner is a grid and lead.
    case record = 1
}

/// What can be said about the values of a chunk without decoding it. NaN in `least` says that it holds NaNs: decode.
struct ChunkStatistics: Sendable, Equatable {
    var least: Double
    var largest: Double
    var sum: Double
    var first: Double
    var last: Double

    init(least: Double, largest: Double, sum: Double, first: Double, last: Double) {
        self.least = least
        self.largest = largest
        self.sum = sum
        self.first = first
        self.last = last
    }

    /// - Precondition: there is at least one value.
    init(_ values: [Double]) {
        first = values[0]
        last = values[values.count - 1]
        least = first
        largest = first
        sum = 0
        var hasNaN = false
        for value in values {
            if value.isNaN { hasNaN = true }
            least = value < least ? value : least
            largest = value > largest ? value : largest
            sum += value
        }
        if hasNaN { (least, largest, sum) = (.nan, .nan, .nan) }
    }
}

/// The front of a segment: where everything is.
struct SegmentDirectory: Sendable {
    static let magic: [UInt8] = Array("FSEG".utf8)
    static let version: UInt8 = 1
    /// Magic, version, kind, packed and plain size of the directory.
    static let headerSize = 14
    /// A directory larger than this is damage: 16 Mi.
    static let largestDirectory = 1 << 24

    /// One time column, shared by chunks that were sampled together.
    struct Times: Sendable, Equatable {
        var count: Int
        var first: Timestamp
        var last: Timestamp
        /// Where it stands in the segment, checksum included.
        var bytes: Range<Int>
    }

    /// One chunk.
    struct Chunk: Sendable, Equatable {
        var owner: Int64
        /// Index of its time column.
        var times: Int
        /// Where its payload stands in the segment, checksum included.
        var bytes: Range<Int>
        /// Only for samples.
        var statistics: ChunkStatistics?
    }

    var kind: SegmentKind
    var times: [Times]
    /// Ascending by owner, then by time.
    var chunks: [Chunk]

    /// Bytes from the start of the segment to the end of the directory's checksum, read from the first 14.
    static func size(header: [UInt8]) throws(StoreError) -> Int {
        var reader = ByteReader(header, what: "segment header")
        guard try reader.take(4).elementsEqual(magic) else { throw .damaged("a segment without its magic number") }
        let found = try reader.byte()
        guard found == version else { throw .damaged("segment version \(found) is newer than this forecastd") }
        _ = try reader.byte()
        let packed = Int(try reader.word(UInt32.self))
        guard packed <= largestDirectory else { throw .damaged("a segment directory of \(packed) bytes") }
        return headerSize + packed + 4
    }

    /// The chunks of one owner, in time order.
    func chunks(of owner: Int64) -> ArraySlice<Chunk> {
        let low = chunks.partitioned { $0.owner < owner }
        return chunks[low..<chunks.partitioned(from: low) { $0.owner <= owner }]
    }
}

extension Array {
    /// The number of leading elements, from `start` on, for which `isBefore` holds; it must hold for a prefix.
    func partitioned(from start: Int = 0, by isBefore: (Element) -> Bool) -> Int {
        var low = start
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
