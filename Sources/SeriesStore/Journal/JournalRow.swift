// The bytes of one journal row: what one group commit made durable and no segment holds yet. A version, then tagged
// blocks, each with length and checksum. A tag that we do not know refuses to open: skipping it would lose somebody's
// data. Fans, cursors and the other small rows are not here: they go to their tables in the same transaction.
// Boxes: docs/format/journal.md.

/// A decoded journal row.
struct JournalRow: Sendable, Equatable {
    static let version: UInt8 = 1

    private enum Tag: UInt8 {
        case samples = 1
        case records = 2
    }

    var samples = SampleBatch()
    var records: [RecordEntry] = []

    var isEmpty: Bool { samples.isEmpty && records.isEmpty }

    func encoded(with compressor: Compressor) -> [UInt8] {
        var bytes: [UInt8] = [Self.version]
        if !samples.isEmpty {
            Self.append(.samples, Self.plain(samples), count: samples.count, to: &bytes, with: compressor)
        }
        if !records.isEmpty {
            Self.append(.records, Self.plain(records), count: records.count, to: &bytes, with: compressor)
        }
        return bytes
    }

    init(samples: SampleBatch = SampleBatch(), records: [RecordEntry] = []) {
        self.samples = samples
        self.records = records
    }

    init(_ bytes: [UInt8], with decompressor: Decompressor) throws(StoreError) {
        var reader = ByteReader(bytes, what: "journal row")
        let version = try reader.byte()
        guard version == Self.version else {
            throw .damaged("journal version \(version) is newer than this forecastd")
        }
        while reader.remaining > 0 {
            let first = try reader.byte()
            guard let tag = Tag(rawValue: first) else {
                throw .damaged("journal block \(first) is newer than this forecastd")
            }
            let length = Int(try reader.word(UInt32.self))
            let checked = try unsealed([first] + Array(try reader.take(length)), what: "journal block")
            var block = ByteReader(checked, from: 1, what: "journal block")
            let count = try block.count(limit: 1 << 28)
            let size = try block.count(limit: 1 << 30)
            let frame = try block.take(block.remaining)
            let plain = try decompressor.decompress(frame.span, size: size)
            switch tag {
            case .samples: samples = try Self.samples(plain, count: count)
            case .records: records = try Self.records(plain, count: count)
            }
        }
    }

    /// Tag, length of what follows, then count, plain size, frame, and the checksum of all these and the tag.
    private static func append(
        _ tag: Tag, _ plain: [UInt8], count: Int, to bytes: inout [UInt8], with compressor: Compressor
    ) {
        var block: [UInt8] = [tag.rawValue]
        block.appendVarint(count)
        block.appendVarint(plain.count)
        block.append(contentsOf: compressor.compress(plain))
        block = sealed(block)
        bytes.append(tag.rawValue)
        bytes.appendWord(UInt32(block.count - 1))
        bytes.append(contentsOf: block[1...])
    }

    // MARK: Samples: differences of series, differences of time, the eight byte planes of the values

    private static func plain(_ samples: SampleBatch) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(samples.count * 11)
        var series: Int64 = 0
        for id in samples.series {
            plain.appendSigned(id &- series)
            series = id
        }
        var time: Int64 = 0
        for timestamp in samples.timestamps {
            plain.appendSigned(timestamp &- time)
            time = timestamp
        }
        for shift in stride(from: UInt64(0), through: 56, by: 8) {
            for value in samples.values { plain.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
        }
        return plain
    }

    private static func samples(_ plain: [UInt8], count: Int) throws(StoreError) -> SampleBatch {
        var reader = ByteReader(plain, what: "samples of a journal row")
        guard count <= plain.count else { throw .damaged("a journal block too short for \(count) samples") }
        var batch = SampleBatch()
        var series: Int64 = 0
        for _ in 0..<count {
            series &+= try reader.signed()
            batch.series.append(series)
        }
        var time: Int64 = 0
        for _ in 0..<count {
            time &+= try reader.signed()
            batch.timestamps.append(time)
        }
        var patterns = [UInt64](repeating: 0, count: count)
        for shift in stride(from: UInt64(0), through: 56, by: 8) {
            for (index, byte) in try reader.take(count).enumerated() { patterns[index] |= UInt64(byte) << shift }
        }
        batch.values = patterns.map { Double(bitPattern: $0) }
        return batch
    }

    // MARK: Records: a table of model names, then each entry's fields

    private static func plain(_ records: [RecordEntry]) -> [UInt8] {
        var names: [String] = []
        var index: [String: Int] = [:]
        for record in records where index[record.model] == nil {
            index[record.model] = names.count
            names.append(record.model)
        }
        var plain: [UInt8] = []
        plain.appendVarint(names.count)
        for name in names { plain.appendText(name) }
        for record in records {
            plain.appendVarint(UInt64(bitPattern: record.grid))
            plain.appendSigned(record.bin)
            plain.appendVarint(record.lead << 1 | (record.backfilled ? 1 : 0))
            plain.appendVarint(UInt64(bitPattern: record.resolution.numerator))
            plain.appendVarint(UInt64(bitPattern: record.resolution.denominator))
            plain.appendSigned(record.median)
            plain.append(record.lower)
            plain.append(record.upper)
            plain.appendVarint(index[record.model] ?? 0)
        }
        return plain
    }

    private static func records(_ plain: [UInt8], count: Int) throws(StoreError) -> [RecordEntry] {
        var reader = ByteReader(plain, what: "records of a journal row")
        var names: [String] = []
        for _ in 0..<(try reader.count(limit: plain.count)) { names.append(try reader.text()) }
        var records: [RecordEntry] = []
        for _ in 0..<count {
            let grid = Int64(bitPattern: try reader.varint())
            let bin = try reader.signed()
            let lead = try reader.count(limit: 1 << 20)
            let numerator = Int64(bitPattern: try reader.varint())
            let denominator = Int64(bitPattern: try reader.varint())
            guard numerator > 0, denominator > 0 else { throw .damaged("a record with an impossible resolution") }
            let median = try reader.signed()
            let lower = try reader.byte()
            let upper = try reader.byte()
            let name = try reader.count(limit: max(0, names.count - 1))
            records.append(
                RecordEntry(
                    grid: grid, bin: bin, lead: lead >> 1,
                    resolution: Resolution(numerator: numerator, denominator: denominator), median: median,
                    lower: lower, upper: upper, model: names[name], backfilled: lead & 1 == 1))
        }
        return records
    }
}
