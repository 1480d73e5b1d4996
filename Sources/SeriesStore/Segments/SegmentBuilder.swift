// Builds a segment out of the chunks of a group of series. Chunks that were sampled at the same times share one time
// column: most agents read a whole host at once, and a column of its own would cost every series a quarter byte a point.

/// A segment under construction.
struct SegmentBuilder {
    /// A chunk holds about so many points: beyond, little is gained in size, and more is read than asked for.
    static let usualChunk = 4096

    private let kind: SegmentKind
    let compressor: Compressor
    private var directory: SegmentDirectory
    private var timeColumns: [[UInt8]] = []
    private var payloads: [[UInt8]] = []
    /// Chunks that hold their whole payload, by the hash of its last bytes.
    private var tails: [UInt64: Int] = [:]
    /// A tail shorter than this is not worth looking for.
    private static let leastTail = 24
    /// Time columns by the hash of their timestamps.
    private var known: [UInt64: [(timestamps: [Timestamp], index: Int)]] = [:]

    init(kind: SegmentKind, compressor: Compressor) {
        self.kind = kind
        self.compressor = compressor
        directory = SegmentDirectory(kind: kind, times: [], chunks: [])
    }

    var isEmpty: Bool { directory.chunks.isEmpty }
    /// Bytes of the columns so far.
    private(set) var size = 0
    /// Samples or record entries so far.
    private(set) var count = 0
    private(set) var first = Timestamp.max
    private(set) var last = Timestamp.min
    var chunkCount: Int { directory.chunks.count }

    /// Adds ascending samples of one series, in as many chunks as they need. Series come in ascending order.
    mutating func append(series: SeriesID, _ samples: Samples) {
        for range in Self.parts(samples.count) {
            let values = Array(samples.values[range])
            let isConstant = values.allSatisfy { $0.bitPattern == values[0].bitPattern }
            append(
                owner: series, timestamps: Array(samples.timestamps[range]),
                payload: isConstant ? [] : ValueColumn.encode(values, with: compressor),
                statistics: isConstant
                    ? ChunkStatistics(constant: values[0], count: values.count) : ChunkStatistics(values))
        }
    }

    /// Equal parts of about the usual size: half of it more rather than a small rest.
    static func parts(_ count: Int) -> [Range<Int>] {
        let parts = max(1, (count + usualChunk / 2) / usualChunk)
        return (0..<parts).map { $0 * count / parts..<($0 + 1) * count / parts }.filter { !$0.isEmpty }
    }

    /// Adds one chunk with ascending times. Only a constant one has an empty payload.
    mutating func append(owner: Int64, timestamps: [Timestamp], payload: [UInt8], statistics: ChunkStatistics?) {
        let tail = tail(of: payload)
        let own = tail.map { Array(payload.dropLast($0.length)) } ?? payload
        let stored = own.isEmpty ? [] : sealed(own)
        directory.chunks.append(
            SegmentDirectory.Chunk(
                owner: owner, times: timeColumn(timestamps), bytes: 0..<stored.count, tail: tail,
                statistics: statistics))
        payloads.append(stored)
        size += stored.count
        count += timestamps.count
        first = min(first, timestamps[0])
        last = max(last, timestamps[timestamps.count - 1])
    }

    /// What a payload ends in and a chunk before it too: twins such as free and available bytes, and series that are
    /// always so far apart, differ in their first value alone. If there is nothing, the payload may be somebody's tail.
    private mutating func tail(of payload: [UInt8]) -> SegmentDirectory.Tail? {
        guard payload.count >= Self.leastTail else { return nil }
        let hash = XXH64.hash(payload.span.extracting(last: Self.leastTail))
        guard let chunk = tails[hash] else {
            tails[hash] = directory.chunks.count
            return nil
        }
        let other = payloads[chunk].dropLast(4)
        let length = zip(payload.reversed(), other.reversed()).prefix { $0 == $1 }.count
        return length < Self.leastTail ? nil : SegmentDirectory.Tail(chunk: chunk, length: length, bytes: 0..<0)
    }

    /// The finished segment.
    func finished() -> [UInt8] {
        var bytes = directory.encoded(with: compressor)
        for column in timeColumns { bytes.append(contentsOf: column) }
        for payload in payloads { bytes.append(contentsOf: payload) }
        return bytes
    }

    private mutating func timeColumn(_ timestamps: [Timestamp]) -> Int {
        var hasher = Hasher()
        hasher.combine(timestamps.count)
        hasher.combine(timestamps[0])
        hasher.combine(timestamps[timestamps.count / 2])
        hasher.combine(timestamps[timestamps.count - 1])
        let hash = UInt64(truncatingIfNeeded: hasher.finalize())
        if let found = known[hash]?.first(where: { $0.timestamps == timestamps }) { return found.index }
        let column = sealed(TimeColumn.encode(timestamps, with: compressor))
        let index = timeColumns.count
        known[hash, default: []].append((timestamps, index))
        timeColumns.append(column)
        directory.times.append(
            SegmentDirectory.Times(
                count: timestamps.count, first: timestamps[0], last: timestamps[timestamps.count - 1],
                bytes: 0..<column.count))
        size += column.count
        return index
    }
}
