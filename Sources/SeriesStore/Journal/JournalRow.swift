// The bytes of one journal row: what one group commit made durable and no segment holds yet. A version, then tagged
// blocks, each with length and checksum. A tag that we do not know refuses to open: skipping it would lose somebody's
// data. Fans, cursors and the other small rows are not here: they go to their tables in the same transaction.
// Boxes: docs/format/journal.md.

/// A decoded journal row.
struct JournalRow: Sendable, Equatable {
    static let version: UInt8 = 1

    private enum Tag: UInt8 {
        /// Samples in the order in which they came, as older builds wrote them.
        case samples = 1
        case records = 2
        /// Samples series by series.
        case runs = 3
    }

    var samples = SampleBatch()
    var records: [RecordEntry] = []

    var isEmpty: Bool { samples.isEmpty && records.isEmpty }

    func encoded(with compressor: Compressor) -> [UInt8] {
        var bytes: [UInt8] = [Self.version]
        if !samples.isEmpty {
            Self.append(.runs, JournalRuns.plain(samples), count: samples.count, to: &bytes, with: compressor)
        }
        if !records.isEmpty {
            Self.append(.records, JournalRecords.plain(records), count: records.count, to: &bytes, with: compressor)
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
            guard tag == .records ? records.isEmpty : samples.isEmpty else {
                throw .damaged("a journal row with a second block \(first)")
            }
            switch tag {
            case .samples: samples = try JournalSamples.samples(plain, count: count)
            case .runs: samples = try JournalRuns.samples(plain, count: count)
            case .records: records = try JournalRecords.records(plain, count: count)
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
}
