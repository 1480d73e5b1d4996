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
    /// Bins of samples that have gone; a chunk's owner is a series.
    case tier = 2
}

/// The front of a segment: where everything is.
struct SegmentDirectory: Sendable {
    static let magic: [UInt8] = Array("FSEG".utf8)
    static let version: UInt8 = 1
    /// Magic, version, kind, packed and plain size of the directory.
    static let headerSize = 14
    /// A directory larger than this is damage: 16 Mi.
    static let largestDirectory = 1 << 24
    /// A chunk of more points than this is damage: ten times what a merge makes. A few bytes may stand for so many.
    static let largestChunk = 1 << 16

    /// One time column, shared by chunks that were sampled together.
    struct Times: Sendable, Equatable {
        var count: Int
        var first: Timestamp
        var last: Timestamp
        /// Where it stands in the segment, checksum included.
        var bytes: Range<Int>
    }

    /// One chunk. Its payload is what it holds itself and, after that, its tail, if it has one.
    struct Chunk: Sendable, Equatable {
        var owner: Int64
        /// Index of its time column.
        var times: Int
        /// Where what it holds itself stands in the segment, checksum included; empty for nothing.
        var bytes: Range<Int>
        /// What it has in common with a chunk before it.
        var tail: Tail?
        /// Only for samples.
        var statistics: ChunkStatistics?

        /// Whether all samples have the value `statistics.first`: then there is no payload.
        var isConstant: Bool { bytes.isEmpty && tail == nil }

        /// The payload, from a function that gives the bytes of a range of the segment.
        func payload(
            what: String, _ read: (Range<Int>) throws(StoreError) -> [UInt8]
        ) throws(StoreError) -> [UInt8] {
            var payload = bytes.isEmpty ? [] : try unsealed(try read(bytes), what: what)
            if let tail {
                let whole = try unsealed(try read(tail.bytes), what: what)
                guard tail.length <= whole.count else { throw .damaged("\(what): a tail of \(tail.length) bytes") }
                payload.append(contentsOf: whole.suffix(tail.length))
            }
            return payload
        }

        /// The values of a chunk of `count` samples with this payload.
        func values(
            _ payload: [UInt8], _ count: Int, with decompressor: Decompressor
        ) throws(StoreError) -> [Double] {
            if isConstant { return [Double](repeating: statistics?.first ?? .nan, count: count) }
            return try ValueColumn.decode(payload, count: count, with: decompressor)
        }
    }

    /// The last bytes of another chunk's payload.
    struct Tail: Sendable, Equatable {
        /// Index of that chunk. It has no tail of its own.
        var chunk: Int
        var length: Int
        /// Where that chunk's payload stands, checksum included.
        var bytes: Range<Int>
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
