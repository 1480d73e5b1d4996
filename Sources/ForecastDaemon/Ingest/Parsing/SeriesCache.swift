// Raw bytes of a line to series ids, without building keys. The second time the same measurement and tags come with
// the same field, the cost is one hash of the series part and two comparisons of bytes; nothing is allocated.
//
// It is one hash table of records. A record is the series part of a line, or a field's name under such a record.
// Clients repeat themselves, so each record also remembers which field followed it last time: the next field is
// compared with that one first, and hashed only where the order has changed.
//
// Bound and policy: two generations, each of half the bytes allowed. What is used moves to the young one; when that
// is full, the old one is dropped and the young one becomes old. So it holds what was used lately, and a client with
// more series than fit pays for keys, not with our memory. One cache belongs to one connection: no lock.

import SeriesStore

/// Maps (series part, field name), as written, to the id that the catalogue gave.
struct SeriesCache: Sendable {
    private var young: Table
    private var old: Table
    private let seed: UInt64
    private let maximumBytes: Int
    /// The record of the series part looked up last, and the one behind which the next field is expected.
    private var current = -1
    private var previous = -1

    /// - Parameters:
    ///   - maximumBytes: of memory, about; 1 MiB holds some 10 000 series with 60 bytes of names.
    ///   - seed: anything that clients do not know.
    init(maximumBytes: Int = 1 << 20, seed: UInt64) {
        self.maximumBytes = maximumBytes
        self.seed = seed
        young = Table()
        old = Table()
    }

    /// Forgets everything: after series were deleted or renamed.
    mutating func removeAll() {
        young = Table()
        old = Table()
        current = -1
        previous = -1
    }

    /// Turns to the series part at `range`: the fields asked for or inserted next are its fields.
    @inline(__always)
    mutating func select(_ bytes: RawSpan, _ range: Range<Int>) {
        let hash = LineScanner.hash(bytes, range.lowerBound, count: range.count, seed: seed)
        current = young.find(bytes, range, parent: -1, hash: hash)
        if current < 0 {
            makeRoom()
            current = young.insert(bytes, range, parent: -1, hash: hash, id: 0)
        }
        previous = current
    }

    /// The id of a field of the series part selected; nil where it is not known.
    @inline(__always)
    mutating func id(_ bytes: RawSpan, field: Range<Int>) -> SeriesID? {
        let guess = young.follower(of: previous)
        if guess >= 0, young.holds(bytes, field, at: guess, parent: current) {
            previous = guess
            return young.id(at: guess)
        }
        return find(bytes, field)
    }

    @inline(never)
    private mutating func find(_ bytes: RawSpan, _ field: Range<Int>) -> SeriesID? {
        let hash = fieldHash(bytes, field, parent: current)
        let found = young.find(bytes, field, parent: current, hash: hash)
        if found >= 0 {
            young.setFollower(of: previous, found)
            previous = found
            return young.id(at: found)
        }
        guard let id = idInOld(bytes, field) else { return nil }
        insert(bytes, field: field, id: id)
        return id
    }

    /// The old generation knows the series part under another record number.
    private func idInOld(_ bytes: RawSpan, _ field: Range<Int>) -> SeriesID? {
        let series = young.key(at: current)
        let parent = LineScanner.withBytes(of: series) { key in
            old.find(
                key, 0..<series.count, parent: -1, hash: LineScanner.hash(key, 0, count: series.count, seed: seed))
        }
        guard parent >= 0 else { return nil }
        let found = old.find(bytes, field, parent: parent, hash: fieldHash(bytes, field, parent: parent))
        return found < 0 ? nil : old.id(at: found)
    }

    /// Remembers a field of the series part selected.
    mutating func insert(_ bytes: RawSpan, field: Range<Int>, id: SeriesID) {
        let hash = fieldHash(bytes, field, parent: current)
        let record = young.insert(bytes, field, parent: current, hash: hash, id: id)
        young.setFollower(of: previous, record)
        previous = record
    }

    @inline(__always)
    private func fieldHash(_ bytes: RawSpan, _ field: Range<Int>, parent: Int) -> UInt64 {
        LineScanner.hash(
            bytes, field.lowerBound, count: field.count, seed: seed &+ UInt64(truncatingIfNeeded: parent &+ 1))
    }

    /// Only between lines, so that no record number in use changes its meaning.
    private mutating func makeRoom() {
        if young.sizeInBytes > maximumBytes / 2 {
            old = young
            young = Table()
        }
    }

    /// Open addressing over an array of records, linear probing, at most half full.
    private struct Table: Sendable {
        private struct Record {
            var hash: UInt64
            var id: SeriesID
            var keyStart: Int
            var keyCount: Int32
            /// The record of the series part; -1: this is one.
            var parent: Int32
            /// The field that came next last time; -1: none yet.
            var follower: Int32
        }

        private var records: [Record] = []
        private var keys: [UInt8] = []
        /// Record numbers, -1 where empty; the count is a power of two.
        private var slots: [Int32] = Array(repeating: -1, count: 64)

        var sizeInBytes: Int { records.count * MemoryLayout<Record>.stride + keys.count + slots.count * 4 }

        @inline(__always)
        func id(at record: Int) -> SeriesID { records[record].id }

        @inline(__always)
        func follower(of record: Int) -> Int { Int(records[record].follower) }

        mutating func setFollower(of record: Int, _ follower: Int) {
            records[record].follower = Int32(truncatingIfNeeded: follower)
        }

        func key(at record: Int) -> [UInt8] {
            let start = records[record].keyStart
            return Array(keys[start..<start + Int(records[record].keyCount)])
        }

        @inline(__always)
        func holds(_ bytes: RawSpan, _ range: Range<Int>, at index: Int, parent: Int) -> Bool {
            let record = records[index]
            return Int(record.parent) == parent && Int(record.keyCount) == range.count
                && LineScanner.equal(bytes, range, keys, from: record.keyStart)
        }

        /// - Returns: the record's number, -1 where there is none.
        @inline(__always)
        func find(_ bytes: RawSpan, _ range: Range<Int>, parent: Int, hash: UInt64) -> Int {
            let mask = slots.count &- 1
            var slot = Int(truncatingIfNeeded: hash) & mask
            while true {
                let index = Int(slots[slot])
                if index < 0 { return -1 }
                if records[index].hash == hash, holds(bytes, range, at: index, parent: parent) { return index }
                slot = (slot &+ 1) & mask
            }
        }

        mutating func insert(_ bytes: RawSpan, _ range: Range<Int>, parent: Int, hash: UInt64, id: SeriesID) -> Int {
            if (records.count + 1) * 2 > slots.count { grow() }
            let index = records.count
            records.append(
                Record(
                    hash: hash, id: id, keyStart: keys.count, keyCount: Int32(range.count),
                    parent: Int32(truncatingIfNeeded: parent), follower: -1))
            for offset in range { keys.append(LineScanner.byte(bytes, offset)) }
            place(index, hash: hash)
            return index
        }

        private mutating func place(_ index: Int, hash: UInt64) {
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(truncatingIfNeeded: index)
        }

        private mutating func grow() {
            slots = Array(repeating: -1, count: slots.count * 2)
            for index in records.indices { place(index, hash: records[index].hash) }
        }
    }
}
