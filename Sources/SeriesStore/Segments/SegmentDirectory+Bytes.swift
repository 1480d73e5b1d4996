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
        for chunk in chunks {
            plain.appendSigned(chunk.owner &- previous)
            plain.appendVarint(chunk.times)
            plain.appendVarint(chunk.bytes.count)
            previous = chunk.owner
        }
        if kind == .samples {
            for field in Self.fields {
                let words = chunks.map { ($0.statistics.map { $0[keyPath: field] } ?? .nan).bitPattern }
                for shift in stride(from: UInt64(56), through: 0, by: -8) {
                    for word in words { plain.append(UInt8(truncatingIfNeeded: word >> shift)) }
                }
            }
        }
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
            let count = try reader.count(limit: largest)
            let first = try reader.signed()
            let last = first &+ Int64(bitPattern: try reader.varint())
            times.append(
                Times(count: count, first: first, last: last, bytes: try place(try reader.count(limit: largest))))
        }
        chunks = []
        var owner: Int64 = 0
        for _ in 0..<(try reader.count(limit: plain.count)) {
            owner &+= try reader.signed()
            let column = try reader.count(limit: max(0, times.count - 1))
            let length = try reader.count(limit: largest)
            chunks.append(Chunk(owner: owner, times: column, bytes: try place(length), statistics: nil))
        }
        guard kind == .samples else { return }
        var statistics = [ChunkStatistics](
            repeating: ChunkStatistics(least: 0, largest: 0, sum: 0, first: 0, last: 0), count: chunks.count)
        for field in Self.fields {
            var words = [UInt64](repeating: 0, count: chunks.count)
            for _ in 0..<8 {
                for (index, byte) in try reader.take(chunks.count).enumerated() {
                    words[index] = words[index] << 8 | UInt64(byte)
                }
            }
            for (index, word) in words.enumerated() { statistics[index][keyPath: field] = Double(bitPattern: word) }
        }
        for index in chunks.indices { chunks[index].statistics = statistics[index] }
    }

    private static var fields: [WritableKeyPath<ChunkStatistics, Double>] {
        [\.least, \.largest, \.sum, \.first, \.last]
    }
}
