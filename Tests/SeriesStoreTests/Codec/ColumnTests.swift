// Columns of times and values there and back, bit for bit, on what programs send and on what nobody should; and what
// the usual ones cost.

import Testing

@testable import SeriesStore

/// A small generator with a seed: SplitMix64 (Steele, Lea & Flood 2014).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Columns that programs send, and columns that nobody should.
enum Columns {
    static let strange: [UInt64] = [
        0x7FF8_0000_0000_0000, 0x7FF0_0000_0000_0001, 0xFFF8_DEAD_BEEF_0000, 0x7FFF_FFFF_FFFF_FFFF,  // NaNs
        0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x8000_0000_0000_0000, 0, 1, 0x000F_FFFF_FFFF_FFFF,
        0x8000_0000_0000_0001, 0x7FEF_FFFF_FFFF_FFFF, 0xFFEF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF,
    ]

    static func values(_ seed: Int) -> [Double] {
        var random = Seeded(seed)
        let count = [1, 2, 3, 7, 64, 300, 1024, 4096][seed % 8]
        let kind = seed / 8 % 10
        var level = Double(Int.random(in: -1000...1000, using: &random))
        var clocks = (30_000_000, 60_000_000)
        return (0..<count).map { index in
            switch kind {
            case 0: return Double(bitPattern: random.next())
            case 1: return Double(bitPattern: strange[Int(random.next() % UInt64(strange.count))])
            case 2:
                level += Double(Int.random(in: -3...3, using: &random))
                return level / 10
            case 3:
                level += Double(Int.random(in: 0...100_000, using: &random)) * 4096
                return level
            case 4: return Double.random(in: 0...100, using: &random)
            case 5: return index % 97 == 5 ? -0.0 : Double(index % 12) * 0.25
            case 6:
                // A CPU percentage as gopsutil computes it, from clocks that count hundredths of a second.
                let (used, all) = (
                    Int.random(in: 0...2000, using: &random), Int.random(in: 1998...2003, using: &random)
                )
                defer { clocks = (clocks.0 + used, clocks.1 + all) }
                let above = Double(clocks.0 + used) / 100 - Double(clocks.0) / 100
                let below = Double(clocks.1 + all) / 100 - Double(clocks.1) / 100
                return 100 * above / below
            case 7: return index % 50 == 3 ? .nan : (level + Double(index) * 0.01)
            case 8: return [0.1, 51.846000000000004, 1e300, -1e-300][Int(random.next() % 4)]
            default: return 42.5
            }
        }
    }

    static func timestamps(_ seed: Int) -> [Timestamp] {
        var random = Seeded(seed + 1_000_000)
        let count = [1, 2, 3, 15, 64, 300, 1024, 4096][seed % 8]
        let second: Int64 = 1_000_000_000
        switch seed / 8 % 5 {
        case 0: return Array(Set((0..<count).map { _ in Int64(bitPattern: random.next()) })).sorted()
        case 1: return (0..<Int64(count)).map { 1_700_000_000 * second + $0 * 10 * second }
        case 2:
            return (0..<Int64(count)).map {
                1_700_000_000 * second + $0 * 10 * second + Int64.random(in: -3_000_000...3_000_000, using: &random)
            }
        case 3:
            var time: Int64 = -5 * second
            return (0..<count).map { _ in
                time += Int64.random(in: 1...5, using: &random) * second
                return time
            }
        default:
            return (0..<Int64(count)).map { $0 == 0 ? .min : Int64.max - Int64(count) + $0 }
        }
    }
}

@Suite("Columns") struct ColumnTests {
    @Test("values come back bit for bit", arguments: 0..<400)
    func values(seed: Int) throws {
        let values = Columns.values(seed)
        for effort in [Compressor.Effort.quick, .thorough] {
            let bytes = ValueColumn.encode(values, with: Compressor(effort))
            let again = try ValueColumn.decode(bytes, count: values.count, with: Decompressor())
            #expect(again.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }

    @Test("timestamps come back exactly, over the full range", arguments: 0..<120)
    func timestamps(seed: Int) throws {
        let timestamps = Columns.timestamps(seed)
        for effort in [Compressor.Effort.quick, .thorough] {
            let bytes = TimeColumn.encode(timestamps, with: Compressor(effort))
            #expect(try TimeColumn.decode(bytes, count: timestamps.count, with: Decompressor()) == timestamps)
        }
    }

    @Test("integers of every bit length come back", arguments: 0..<64)
    func integers(seed: Int) throws {
        var random = Seeded(seed)
        let values = (0..<500).map { _ in Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random) }
        for effort in [Compressor.Effort.quick, .thorough] {
            var bytes: [UInt8] = []
            SequenceColumn.encode(values, into: &bytes, with: Compressor(effort))
            var reader = ByteReader(bytes, what: "test")
            #expect(try SequenceColumn.decode(&reader, count: values.count, with: Decompressor()) == values)
            #expect(reader.remaining == 0)
        }
    }

    @Test("regular timestamps cost next to nothing")
    func regular() {
        let timestamps = (0..<4096).map { Int64($0) * 10_000_000_000 + 1_700_000_000_000_000_000 }
        #expect(TimeColumn.encode(timestamps, with: Compressor(.quick)).count < 40)
    }

    @Test("a percentage of CPU time costs its ticks, not its mantissa")
    func clocks() {
        // Kind 6 with 4096 values: 11 bits of ticks, 2.6 bits of elapsed ticks, and the steps of two clocks.
        let bytes = ValueColumn.encode(Columns.values(55), with: Compressor(.quick))
        #expect(bytes[0] == ValueColumn.Mode.approximate.rawValue)
        #expect(bytes[1] == 3)
        #expect(bytes.count < 4096 * 5 / 2)
    }

    @Test("a damaged column is an error or other numbers, never a trap", arguments: 0..<300)
    func damage(seed: Int) {
        var random = Seeded(seed)
        let values = Columns.values(seed)
        var bytes = ValueColumn.encode(values, with: Compressor(seed % 2 == 0 ? .quick : .thorough))
        switch seed % 3 {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        default:
            for _ in 0...(seed % 5) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8(random.next() % 8)
            }
        }
        // Checksums stand one floor up, around the whole column; here only survival is asked for.
        _ = try? ValueColumn.decode(bytes, count: values.count, with: Decompressor())
    }
}
