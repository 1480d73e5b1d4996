// The bytes of a segment's directory. Counts, owners and sizes are varints; the statistics of all chunks follow as byte
// planes, most significant first, so that zstd sees equal exponents side by side.

extension SegmentDirectory {
    /// Header, packed directory and checksum.
    func encoded(with compressor: Compressor) -> [UInt8] {
        var plain: [UInt8] = []
        plain.appendVarint(times.count)
        for column in times {
            plain.appendVarint(column.count)
            plain.appendSigned(column.first)
            plain.appendVarint(UInt64(bitPattern: column.last &- column.first))
            plain.appendVarint(column.bytes.count)
        }
        plain.appendVarint(chunks.count)
        var previous: Int64 = 0
        for (index, chunk) in chunks.enumerated() {
            plain.appendSigned(chunk.owner &- previous)
            plain.appendVarint(chunk.times)
            let isAscending = chunk.statistics?.isAscending ?? false
            plain.appendVarint(max(0, chunk.bytes.count - 4) << 2 | (isAscending ? 2 : 0) | (chunk.tail == nil ? 0 : 1))
            if let tail = chunk.tail {
                plain.appendVarint(index - tail.chunk)
                plain.appendVarint(tail.length)
            }
            previous = chunk.owner
        }
        if kind == .samples { Self.appendStatistics(of: chunks, to: &plain) }
        let packed = compressor.compress(plain)
        var bytes = Self.magic
        bytes.append(Self.version)
        bytes.append(kind.rawValue)
        bytes.appendWord(UInt32(packed.count))
        bytes.appendWord(UInt32(plain.count))
        bytes.append(contentsOf: packed)
        return sealed(bytes)
    }

    /// Reads what `encoded` gave.
    init(_ bytes: [UInt8], with decompressor: Decompressor) throws(StoreError) {
        let end = try Self.size(header: bytes)
        guard bytes.count == end else { throw .damaged("a segment directory of \(bytes.count) bytes for \(end)") }
        let content = try unsealed(bytes, what: "segment directory")
        guard let kind = SegmentKind(rawValue: content[5]) else {
            throw .damaged("segment kind \(content[5]) is newer than this forecastd")
        }
        let size = Int(content.span.littleEndian(at: 10, as: UInt32.self))
        guard size <= Self.largestDirectory else { throw .damaged("a segment directory of \(size) bytes") }
        let plain = try decompressor.decompress(content.span.extracting(Self.headerSize..<content.count), size: size)
        var reader = ByteReader(plain, what: "segment directory")
        var at = end
        func place(_ length: Int) throws(StoreError) -> Range<Int> {
            defer { at += length }
            return at..<at + length
        }
        let largest = Int(Int32.max)
        self.kind = kind
        times = []
        for _ in 0..<(try reader.count(limit: plain.count)) {
            let count = try reader.count(limit: Self.largestChunk)
            guard count > 0 else { throw .damaged("a time column without times") }
            let first = try reader.signed()
            let last = first &+ Int64(bitPattern: try reader.varint())
            times.append(
                Times(count: count, first: first, last: last, bytes: try place(try reader.count(limit: largest))))
        }
        chunks = []
        var owner: Int64 = 0
        var ascending: [Bool] = []
        for index in 0..<(try reader.count(limit: plain.count)) {
            owner &+= try reader.signed()
            guard !times.isEmpty else { throw .damaged("a chunk without a time column") }
            let column = try reader.count(limit: times.count - 1)
            let header = try reader.count(limit: largest)
            let length = header >> 2
            var tail: Tail?
            if header & 1 == 1 {
                let back = try reader.count(limit: index)
                guard back > 0, chunks[index - back].tail == nil else { throw .damaged("a tail of a tail") }
                tail = Tail(
                    chunk: index - back, length: try reader.count(limit: largest), bytes: chunks[index - back].bytes)
            }
            ascending.append(header & 2 == 2)
            chunks.append(
                Chunk(
                    owner: owner, times: column, bytes: try place(length == 0 ? 0 : length + 4), tail: tail,
                    statistics: nil))
        }
        if kind == .samples { try readStatistics(&reader, ascending) }
    }

    // Of a constant chunk the first value is stored, of an ascending one also sum and last, of all others everything:
    // first, sum, last, least, largest, each for all chunks that have it.

    private static func appendStatistics(of chunks: [Chunk], to plain: inout [UInt8]) {
        func append(_ values: [Double]) {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                for value in values { plain.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
            }
        }
        let all = chunks.compactMap(\.statistics)
        let varying = chunks.filter { !$0.isConstant }.compactMap(\.statistics)
        let wild = varying.filter { !$0.isAscending }
        append(all.map(\.first))
        append(varying.map(\.sum))
        append(varying.map(\.last))
        append(wild.map(\.least))
        append(wild.map(\.largest))
    }

    private mutating func readStatistics(_ reader: inout ByteReader, _ ascending: [Bool]) throws(StoreError) {
        func read(_ count: Int) throws(StoreError) -> [Double] {
            var words = [UInt64](repeating: 0, count: count)
            for _ in 0..<8 {
                let plane = try reader.take(count)
                for index in 0..<count { words[index] = words[index] << 8 | UInt64(plane[plane.startIndex + index]) }
            }
            return words.map { Double(bitPattern: $0) }
        }
        var varying = 0
        var wild = 0
        for (index, chunk) in chunks.enumerated() where !chunk.isConstant {
            varying += 1
            if !ascending[index] { wild += 1 }
        }
        let first = try read(chunks.count)
        let (sum, last) = (try read(varying), try read(varying))
        let (least, largest) = (try read(wild), try read(wild))
        (varying, wild) = (0, 0)
        for index in chunks.indices {
            if chunks[index].isConstant {
                chunks[index].statistics = ChunkStatistics(
                    constant: first[index], count: times[chunks[index].times].count)
                continue
            }
            var statistics = ChunkStatistics(
                least: first[index], largest: last[varying], sum: sum[varying], first: first[index],
                last: last[varying], isAscending: ascending[index])
            if !ascending[index] {
                (statistics.least, statistics.largest) = (least[wild], largest[wild])
                wild += 1
            }
            chunks[index].statistics = statistics
            varying += 1
        }
    }
}
