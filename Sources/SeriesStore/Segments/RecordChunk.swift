// The record of one grid and lead as a chunk: medians and the two spreads as integer columns, and, since model and
// resolution change seldom, a list of stretches over which they stay the same. The bins are the chunk's time column.
// Kept thin on purpose: one lead and one interval cost half a byte a sample; whole fans cost a hundred times more.

/// Which record: one lead of one grid.
struct RecordOwner: Hashable, Sendable {
    let grid: GridID
    let lead: Int

    static let largestLead = 255

    /// The chunk owner in a segment: `grid << 8 | lead`.
    var id: Int64 { grid << 8 | Int64(lead) }

    init(grid: GridID, lead: Int) {
        precondition((0...Self.largestLead).contains(lead), "a recorded lead is one byte")
        self.grid = grid
        self.lead = lead
    }

    init(id: Int64) {
        grid = id >> 8
        lead = Int(id & 255)
    }
}

/// What entries of a record share as long as one model serves.
struct RecordSource: Equatable, Sendable {
    var model: String
    var backfilled: Bool
    var resolution: Resolution

    init(_ entry: RecordEntry) {
        self.init(model: entry.model, backfilled: entry.backfilled, resolution: entry.resolution)
    }

    init(model: String, backfilled: Bool, resolution: Resolution) {
        self.model = model
        self.backfilled = backfilled
        self.resolution = resolution
    }
}

/// The payload of record chunks.
enum RecordChunk {
    static func encode(_ entries: [RecordEntry], with compressor: Compressor) -> [UInt8] {
        var stretches: [(source: RecordSource, count: Int)] = []
        for entry in entries {
            let source = RecordSource(entry)
            if let last = stretches.last, last.source == source {
                stretches[stretches.count - 1].count += 1
            } else {
                stretches.append((source, 1))
            }
        }
        var bytes: [UInt8] = []
        bytes.appendVarint(stretches.count)
        for (source, count) in stretches {
            bytes.appendVarint(count << 1 | (source.backfilled ? 1 : 0))
            bytes.appendVarint(UInt64(bitPattern: source.resolution.numerator))
            bytes.appendVarint(UInt64(bitPattern: source.resolution.denominator))
            bytes.appendText(source.model)
        }
        SequenceColumn.encode(entries.map(\.median), into: &bytes, with: compressor)
        SequenceColumn.encode(entries.map { Int64($0.lower) }, into: &bytes, with: compressor)
        SequenceColumn.encode(entries.map { Int64($0.upper) }, into: &bytes, with: compressor)
        return bytes
    }

    static func decode(
        _ bytes: [UInt8], owner: RecordOwner, bins: [Int64], with decompressor: Decompressor
    ) throws(StoreError) -> [RecordEntry] {
        var reader = ByteReader(bytes, what: "record chunk")
        var stretches: [(source: RecordSource, count: Int)] = []
        var total = 0
        for _ in 0..<(try reader.count(limit: bytes.count)) {
            let header = try reader.count(limit: 2 * bins.count + 1)
            let numerator = Int64(bitPattern: try reader.varint())
            let denominator = Int64(bitPattern: try reader.varint())
            guard numerator > 0, denominator > 0 else { throw .damaged("a record with an impossible resolution") }
            let resolution = Resolution(numerator: numerator, denominator: denominator)
            stretches.append(
                (
                    RecordSource(model: try reader.text(), backfilled: header & 1 == 1, resolution: resolution),
                    header >> 1
                ))
            total += header >> 1
        }
        guard total == bins.count else { throw .damaged("a record chunk of \(total) entries for \(bins.count) bins") }
        let medians = try SequenceColumn.decode(&reader, count: bins.count, with: decompressor)
        let lowers = try SequenceColumn.decode(&reader, count: bins.count, with: decompressor)
        let uppers = try SequenceColumn.decode(&reader, count: bins.count, with: decompressor)
        var entries: [RecordEntry] = []
        entries.reserveCapacity(bins.count)
        for (source, count) in stretches {
            for _ in 0..<count {
                let index = entries.count
                entries.append(
                    RecordEntry(
                        grid: owner.grid, bin: bins[index], lead: owner.lead, resolution: source.resolution,
                        median: medians[index], lower: UInt8(truncatingIfNeeded: lowers[index]),
                        upper: UInt8(truncatingIfNeeded: uppers[index]), model: source.model,
                        backfilled: source.backfilled))
            }
        }
        return entries
    }
}
