// Every bit and every length of a segment and a journal row: each damage is an error. Behind good checksums it may be
// other numbers, and is never a trap.

import Testing

@testable import SeriesStore

@Suite("Damage") struct DamageTests {
    /// Reads everything that a segment holds, from its bytes alone.
    static func contents(_ segment: [UInt8]) throws(StoreError) -> [Samples] {
        let decompressor = Decompressor()
        let size = try SegmentDirectory.size(header: segment)
        guard size <= segment.count else { throw .damaged("short") }
        let directory = try SegmentDirectory(Array(segment[..<size]), with: decompressor)
        var result: [Samples] = []
        for chunk in directory.chunks {
            let times = directory.times[chunk.times]
            func read(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
                guard range.upperBound <= segment.count else { throw .damaged("short") }
                return Array(segment[range])
            }
            let column = try unsealed(try read(times.bytes), what: "times")
            let payload = try chunk.payload(what: "chunk", read)
            result.append(
                Samples(
                    timestamps: try TimeColumn.decode(column, count: times.count, with: decompressor),
                    values: try chunk.values(payload, times.count, with: decompressor)))
        }
        return result
    }

    @Test("whichever bit of a segment flips, it is an error")
    func everyBitOfASegment() throws {
        let segment = GoldenContents.segment()
        let whole = try Self.contents(segment)
        #expect(whole.count == GoldenContents.segmentValues.count)
        for bit in 0..<segment.count * 8 {
            var damaged = segment
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: StoreError.self, "bit \(bit)") { try Self.contents(damaged) }
        }
    }

    @Test("wherever a segment is cut, it is an error")
    func everyLengthOfASegment() throws {
        let segment = GoldenContents.segment()
        for length in 0..<segment.count {
            #expect(throws: StoreError.self, "\(length) bytes") { try Self.contents(Array(segment[..<length])) }
        }
    }

    @Test("whichever bit of a journal row flips, wherever it is cut, it is an error")
    func journal() throws {
        let bytes = GoldenContents.journal.encoded(with: Compressor(.quick))
        #expect(try JournalRow(bytes, with: Decompressor()) == GoldenContents.journal)
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: StoreError.self, "bit \(bit)") { try JournalRow(damaged, with: Decompressor()) }
        }
        for length in 0..<bytes.count {
            // A row cut between two blocks is a shorter row; SQLite keeps lengths, so that this does not happen.
            guard let row = try? JournalRow(Array(bytes[..<length]), with: Decompressor()) else { continue }
            #expect(row.records.isEmpty)
        }
    }

    @Test("random bytes behind good checksums are errors or numbers, never traps", arguments: 0..<200)
    func fuzz(seed: Int) {
        var random = Seeded(seed)
        let payload = ValueColumn.encode(Columns.values(seed), with: Compressor(.quick))
        for _ in 0..<20 {
            var damaged = payload
            for _ in 0...Int.random(in: 0...8, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? ValueColumn.decode(damaged, count: Columns.values(seed).count, with: Decompressor())
            var reader = ByteReader(damaged, what: "fuzz")
            _ = try? SequenceColumn.decode(&reader, count: 100, with: Decompressor())
            _ = try? TimeColumn.decode(damaged, count: 50, with: Decompressor())
            _ = try? RecordChunk.decode(
                damaged, owner: RecordOwner(id: 1), bins: [1, 2, 3], with: Decompressor())
        }
    }
}
