// Decoders behind checksums that somebody made anew after a change: what a checksum cannot catch.

import TestSupport
import Testing

@testable import SeriesStore

/// What stands behind a checksum is changed and the checksum made anew, as somebody would who wants to harm us, or a bug of a
/// later version: a decoder throws or gives numbers, and never traps, hangs, or takes memory that the bytes do not justify.
/// FORECASTD_FUZZ_SECONDS=3600 swift test --filter DecoderFuzz runs for an hour, each test on its own.
@Suite("Decoder fuzz") struct DecoderFuzzTests {
    /// Flips, overwrites, cuts, repeats or inserts: up to eight changes.
    static func changed(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<8, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 3: bytes.removeLast(bytes.count - at)
            case 4: bytes.remove(at: at)
            case 5: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], at: at)
            default:
                let end = min(bytes.count, at + Int.random(in: 1...16, using: &random))
                bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
            }
        }
        return bytes
    }

    @Test("columns")
    func columns() {
        // Thorough: both forms of a column.
        let (compressor, decompressor) = (Compressor(.thorough), Decompressor())
        for round in FuzzRounds(1500) {
            var random = Seeded(Int(truncatingIfNeeded: round))
            let golden = GoldenContents.values[Int(round) % GoldenContents.values.count].values
            let count = Int.random(in: 0...50, using: &random) == 0 ? 6000 : golden.count
            let values = Self.changed(ValueColumn.encode(golden, with: compressor), &random)
            if let found = try? ValueColumn.decode(values, count: count, with: decompressor) {
                #expect(found.count == count, "round \(round)")
            }
            let times = GoldenContents.timestamps[Int(round) % GoldenContents.timestamps.count].timestamps
            let column = Self.changed(TimeColumn.encode(times, with: compressor), &random)
            if let found = try? TimeColumn.decode(column, count: times.count, with: decompressor) {
                #expect(found.count == times.count, "round \(round)")
            }
        }
    }

    @Test("record chunks")
    func records() {
        let (compressor, decompressor) = (Compressor(.quick), Decompressor())
        let entries = (0..<40).map { RowTests.entry(3, $0) }
        let whole = RecordChunk.encode(entries, with: compressor)
        for round in FuzzRounds(1500) {
            var random = Seeded(Int(truncatingIfNeeded: round))
            let found = try? RecordChunk.decode(
                Self.changed(whole, &random), owner: RecordOwner(grid: 3, lead: 1), bins: entries.map(\.bin),
                with: decompressor)
            #expect(found?.count ?? 40 == 40, "round \(round)")
        }
    }

    @Test("segments whose directory says something else")
    func segments() throws {
        let whole = GoldenContents.segment()
        let end = try SegmentDirectory.size(header: whole)
        let frame = Array(whole[SegmentDirectory.headerSize..<end - 4])
        let size = Int(whole.span.littleEndian(at: 10, as: UInt32.self))
        let plain = try Decompressor().decompress(frame.span, size: size)
        let compressor = Compressor(.quick)
        for round in FuzzRounds(1500) {
            var random = Seeded(Int(truncatingIfNeeded: round))
            let directory = Self.changed(plain, &random)
            let packed = compressor.compress(directory)
            var front = Array(whole[..<6])
            front.appendWord(UInt32(packed.count))
            front.appendWord(UInt32(directory.count))
            let segment = sealed(front + packed) + whole[end...]
            _ = try? DamageTests.contents(segment)
            // Salvage takes it apart as well.
            _ = try? SalvagedSegment(segment, group: 0)
        }
    }

    /// Of the golden row of tag 1, unpacked: series 1, 2, 1, 900; times 5, 5, last, first; 0.5, -0.0, 1e300, 7.
    private static let samplesAsTheyCame: [UInt8] = {
        var bytes: [UInt8] = []
        for series in [1, 1, -1, 899] as [Int64] { bytes.appendSigned(series) }
        for time in [5, 0, .max - 5, 1] as [Int64] { bytes.appendSigned(time) }
        bytes += [2, 255, 255, 0]
        for integer in [50, 7] as [Int64] { bytes.appendSigned(integer) }
        for pattern in [-0.0, 1e300] { bytes.appendWord(pattern.bitPattern) }
        return bytes
    }()

    @Test("samples as they came are what the golden row holds")
    func asTheyCame() throws {
        let found = try JournalSamples.samples(Self.samplesAsTheyCame, count: 4)
        #expect(found == GoldenContents.journal.samples)
    }

    @Test("journal rows whose blocks say something else")
    func journal() throws {
        let (compressor, decompressor) = (Compressor(.quick), Decompressor())
        let samples = JournalRuns.plain(GoldenContents.journal.samples)
        let records = JournalRecords.plain(GoldenContents.journal.records)
        for round in FuzzRounds(1500) {
            var random = Seeded(Int(truncatingIfNeeded: round))
            let count = Int.random(in: 0...20, using: &random) == 0 ? 1 << 27 : Int.random(in: 0...6, using: &random)
            _ = try? JournalRuns.samples(Self.changed(samples, &random), count: count)
            _ = try? JournalSamples.samples(Self.changed(Self.samplesAsTheyCame, &random), count: count)
            _ = try? JournalRecords.records(Self.changed(records, &random), count: count)
            var block: [UInt8] = [UInt8.random(in: 0...4, using: &random)]
            block.appendVarint(count)
            block.appendVarint(Int.random(in: 0...1 << 20, using: &random))
            block += Self.changed(compressor.compress(samples), &random)
            block = sealed(block)
            var row: [UInt8] = [1, block[0]]
            row.appendWord(UInt32(block.count - 1))
            _ = try? JournalRow(row + block[1...], with: decompressor)
        }
    }

    @Test("keys and their differences")
    func keys() throws {
        let base = try SeriesKey(name: "disk_used", labels: [("host", "web1"), ("path", "/var")]).bytes
        for round in FuzzRounds(1500) {
            var random = Seeded(Int(truncatingIfNeeded: round))
            let changed = Self.changed(base, &random)
            if let key = try? SeriesKey(canonical: changed) {
                #expect(key.bytes == changed, "round \(round)")
                #expect(try SeriesKey(name: key.name, labels: key.labels.map { ($0.name, $0.value) }) == key)
            }
            let difference = Self.changed(KeyDifference.encode(changed, base: base), &random)
            _ = try? KeyDifference.decode(difference, base: base)
        }
    }
}
