// The open end of a record: committed entries that no segment holds yet. They stand packed, 1 to 5 bytes each instead of
// 64: a record is written far more often than it is read, and two thousand series held 40 MB of them.
//
//     flags    1 the bin after the one before · 2 its median · 4 its spreads · 8 its source
//     then, of bin, median, spreads and source, those that differ: zigzag LEB128, zigzag LEB128, two bytes, index
//
// Nothing here reaches the disk, so the form may change with any version.

/// The open entries of one grid and lead, in journal order.
struct RecordHead: Sendable {
    private let owner: RecordOwner
    private var bytes: [UInt8] = []
    /// What entries have in common, in order of appearance.
    private var sources: [RecordSource] = []
    private var newest = Place()
    private(set) var count = 0
    /// Journal row of the oldest entry here.
    private(set) var firstRow: Int64 = .max

    /// Bytes of an entry at most: flags, three varints, two spreads.
    private static let largest = 1 + 3 * 10 + 2

    /// What an entry is packed against.
    private struct Place: Sendable {
        var bin: Int64 = -1
        var median: Int64 = 0
        var lower: UInt8 = 0
        var upper: UInt8 = 0
        var source = 0
    }

    private enum Same {
        static let bin: UInt8 = 1
        static let median: UInt8 = 2
        static let spreads: UInt8 = 4
        static let source: UInt8 = 8
    }

    init(_ owner: RecordOwner) { self.owner = owner }

    mutating func append(_ entries: some Sequence<RecordEntry>, row: Int64) {
        for entry in entries { append(entry, row: row) }
    }

    mutating func append(_ entry: RecordEntry, row: Int64) {
        if count == 0 { firstRow = row }
        count += 1
        // Growing by doubling would leave a third of the room unused, of thousands of heads.
        if bytes.capacity - bytes.count < Self.largest { bytes.reserveCapacity(bytes.count * 9 / 8 + 4 * Self.largest) }
        let before = newest
        newest = Place(
            bin: entry.bin, median: entry.median, lower: entry.lower, upper: entry.upper, source: index(of: entry))
        var flags: UInt8 = 0
        if newest.bin == before.bin &+ 1 { flags |= Same.bin }
        if newest.median == before.median { flags |= Same.median }
        if newest.lower == before.lower, newest.upper == before.upper { flags |= Same.spreads }
        if newest.source == before.source { flags |= Same.source }
        bytes.append(flags)
        if flags & Same.bin == 0 { bytes.appendSigned(newest.bin &- before.bin) }
        if flags & Same.median == 0 { bytes.appendSigned(newest.median &- before.median) }
        if flags & Same.spreads == 0 { bytes += [newest.lower, newest.upper] }
        if flags & Same.source == 0 { bytes.appendVarint(newest.source) }
    }

    /// All entries, in journal order.
    var entries: [RecordEntry] {
        var entries: [RecordEntry] = []
        entries.reserveCapacity(count)
        var (at, place) = (0, Place())
        for _ in 0..<count {
            let flags = bytes[at]
            at += 1
            place.bin = place.bin &+ (flags & Same.bin == 0 ? unzigzag(bytes.varint(at: &at)) : 1)
            if flags & Same.median == 0 { place.median = place.median &+ unzigzag(bytes.varint(at: &at)) }
            if flags & Same.spreads == 0 {
                (place.lower, place.upper) = (bytes[at], bytes[at + 1])
                at += 2
            }
            if flags & Same.source == 0 { place.source = Int(bytes.varint(at: &at)) }
            let source = sources[place.source]
            entries.append(
                RecordEntry(
                    grid: owner.grid, bin: place.bin, lead: owner.lead, resolution: source.resolution,
                    median: place.median, lower: place.lower, upper: place.upper, model: source.model,
                    backfilled: source.backfilled))
        }
        return entries
    }

    /// Forgets the oldest `count` entries in journal order, which a segment now holds.
    mutating func removeFirst(_ count: Int, nextRow: Int64) {
        let rest = entries.dropFirst(count)
        self = RecordHead(owner)
        for entry in rest { append(entry, row: nextRow) }
    }

    private mutating func index(of entry: RecordEntry) -> Int {
        let source = RecordSource(entry)
        if let known = sources.lastIndex(of: source) { return known }
        sources.append(source)
        return sources.count - 1
    }
}

extension [RecordEntry] {
    /// By bin, one for each: the first one given. What was forecast for a bin is not rewritten afterwards.
    func ordered() -> [RecordEntry] {
        if zip(self, dropFirst()).allSatisfy({ $0.bin < $1.bin }) { return self }
        let order = indices.sorted { self[$0].bin == self[$1].bin ? $0 < $1 : self[$0].bin < self[$1].bin }
        var result: [RecordEntry] = []
        for index in order where result.last?.bin != self[index].bin { result.append(self[index]) }
        return result
    }
}
