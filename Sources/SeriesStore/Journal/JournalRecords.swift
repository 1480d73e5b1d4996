// The block of record entries in a journal row: a table of model names, then the fields of each entry.

/// Record entries as bytes and back.
enum JournalRecords {
    /// The block's bytes before compression.
    static func plain(_ records: [RecordEntry]) -> [UInt8] {
        var names: [String] = []
        var index: [String: Int] = [:]
        let models = records.map { record in
            // Untrained series share two names; only those of networks are many.
            if let known = names.prefix(2).firstIndex(of: record.model) ?? index[record.model] { return known }
            index[record.model] = names.count
            names.append(record.model)
            return names.count - 1
        }
        var plain: [UInt8] = []
        plain.appendVarint(names.count)
        for name in names { plain.appendText(name) }
        plain.reserveCapacity(plain.count + records.count * 24)
        for (record, model) in zip(records, models) {
            plain.appendVarint(UInt64(bitPattern: record.grid))
            plain.appendSigned(record.bin)
            plain.appendVarint(record.lead << 1 | (record.backfilled ? 1 : 0))
            plain.appendVarint(UInt64(bitPattern: record.resolution.numerator))
            plain.appendVarint(UInt64(bitPattern: record.resolution.denominator))
            plain.appendSigned(record.median)
            plain.append(record.lower)
            plain.append(record.upper)
            plain.appendVarint(model)
        }
        return plain
    }

    /// The inverse of `plain`.
    static func records(_ plain: [UInt8], count: Int) throws(StoreError) -> [RecordEntry] {
        var reader = ByteReader(plain, what: "records of a journal row")
        var names: [String] = []
        for _ in 0..<(try reader.count(limit: plain.count)) { names.append(try reader.text()) }
        var records: [RecordEntry] = []
        for _ in 0..<count {
            let grid = Int64(bitPattern: try reader.varint())
            let bin = try reader.signed()
            let lead = try reader.count(limit: RecordOwner.largestLead << 1 | 1)
            let numerator = Int64(bitPattern: try reader.varint())
            let denominator = Int64(bitPattern: try reader.varint())
            guard numerator > 0, denominator > 0 else { throw .damaged("a record with an impossible resolution") }
            let median = try reader.signed()
            let lower = try reader.byte()
            let upper = try reader.byte()
            guard !names.isEmpty else { throw .damaged("a record without the name of a model") }
            let name = try reader.count(limit: names.count - 1)
            records.append(
                RecordEntry(
                    grid: grid, bin: bin, lead: lead >> 1,
                    resolution: Resolution(numerator: numerator, denominator: denominator), median: median,
                    lower: lower, upper: upper, model: names[name], backfilled: lead & 1 == 1))
        }
        return records
    }
}
