// The open end of a record: committed entries that no segment holds yet.

/// The open entries of one grid and lead, in journal order.
struct RecordHead: Sendable {
    private(set) var entries: [RecordEntry] = []
    /// Journal row of the oldest entry here.
    private(set) var firstRow: Int64 = .max

    var count: Int { entries.count }

    mutating func append(_ entry: RecordEntry, row: Int64) {
        if entries.isEmpty { firstRow = row }
        entries.append(entry)
    }

    mutating func removeFirst(_ count: Int, nextRow: Int64) {
        entries = Array(entries.dropFirst(count))
        firstRow = entries.isEmpty ? .max : nextRow
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
