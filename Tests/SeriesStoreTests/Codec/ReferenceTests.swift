// What is fast in the codec beside the plain way to do the same: rounding, strings of bits, distinct values, the steps
// of clocks, and the estimate by which forms are chosen beside what they then take.

import Testing

@testable import SeriesStore

@Suite("The codec beside plain references") struct ReferenceTests {
    @Test("rounding without a call is rounding to the nearest even, and 0 may lose its sign", arguments: 0..<20)
    func rounding(seed: Int) {
        var random = Seeded(seed)
        let halves = (-8...8).map { Double($0) / 2 }
        let large = (50...54).flatMap { exponent in
            [-1.5, -0.5, 0, 0.5, 1, 1.5].map { Double(sign: .plus, exponent: exponent, significand: 1) + $0 }
        }
        let any = (0..<2000).map { _ in Double(bitPattern: random.next()) }
        let near = (0..<2000).map { _ in Double.random(in: -1e6...1e6, using: &random) }
        let values = halves + large + large.map { -$0 } + any + near
        for value in values where !value.isNaN {
            #expect(value.nearestInteger == value.rounded(.toNearestOrEven))
        }
        #expect(Double.nan.nearestInteger.isNaN)
    }

    @Test("a string of bits is bit after bit", arguments: 0..<50)
    func bits(seed: Int) {
        var random = Seeded(seed)
        let pieces = (0..<Int.random(in: 0...200, using: &random)).map { _ in
            (value: random.next(), bits: Int.random(in: 0...63, using: &random))
        }
        var writer = BitWriter(bits: pieces.reduce(0) { $0 + $1.bits })
        var plain: [Bool] = []
        for (value, bits) in pieces {
            writer.append(value, bits: bits)
            plain += (0..<bits).map { value >> UInt64($0) & 1 == 1 }
        }
        let bytes = writer.finished()
        #expect(bytes.count == (plain.count + 7) / 8)
        for (index, byte) in bytes.enumerated() {
            let expected = (0..<8).reduce(UInt8(0)) { sum, bit in
                let at = 8 * index + bit
                return sum | (at < plain.count && plain[at] ? 1 << UInt8(bit) : 0)
            }
            #expect(byte == expected)
        }
    }

    @Test("ranks are places in the sorted list of distinct values", arguments: 0..<40)
    func distinct(seed: Int) {
        var random = Seeded(seed)
        let levels = (0..<[1, 3, 40, 200][seed % 4]).map { _ in
            seed % 3 == 0 ? Double(bitPattern: random.next()) : Double(Int.random(in: -50...50, using: &random)) / 7
        }
        let values = (0..<Int.random(in: 1...900, using: &random)).map { _ in
            levels[Int(random.next() % UInt64(levels.count))]
        }
        let sorted = Set(values.map(\.orderedBits)).sorted()
        let found = DistinctValues(values)
        #expect((found != nil) == (sorted.count <= values.count / 4))
        guard let found else { return }
        #expect(found.ascending.map(\.orderedBits) == sorted)
        #expect(found.ranks.map { sorted[Int($0)] } == values.map(\.orderedBits))
    }

    @Test("the steps of two clocks are the nearest that give the value, as trying all of them finds", arguments: 0..<8)
    func clocks(seed: Int) throws {
        // Kind 6: percentages of clocks; the form that the codec finds for them.
        let values = Columns.values(55 + 80 * seed)
        let ratio = try #require(Approximation.ratio(values))
        let form = try #require(ratio.withClocks(values))
        guard case .clockRatio(let clocks) = form.form else {
            Issue.record("no clocks")
            return
        }
        for index in values.indices.prefix(400) {
            let (value, count, denominator) = (values[index], form.counts[index], form.denominators[index])
            let found = clocks.steps(value, count, denominator)
            var least: Int64?
            for above in Int64(-6)...6 where count != 0 {
                for below in Int64(-6)...6
                where clocks.value(count, denominator, steps: above, below).bitPattern == value.bitPattern {
                    least = min(least ?? .max, abs(above) + abs(below))
                }
            }
            if count != 0 { #expect(found.map { abs($0.0) + abs($0.1) } == least) }
        }
    }

    @Test("an estimated cost is within a fifth of the bytes that come out, and two hundred bits", arguments: 0..<64)
    func estimate(seed: Int) throws {
        var random = Seeded(seed)
        let values = (0..<2000).map { index -> Int64 in
            switch seed % 4 {
            case 0: Int64.random(in: -1000...1000, using: &random)
            case 1: Int64(index) * 1000 + Int64.random(in: 0...63, using: &random)
            case 2: Int64(bitPattern: random.next() >> 1)
            default: Int64(index * index) + Int64.random(in: 0...15, using: &random)
            }
        }
        let form = try #require(SequenceForm(values))
        var bytes: [UInt8] = []
        form.encode(into: &bytes, with: Compressor(.quick))
        #expect(abs(form.cost - Double(8 * bytes.count)) <= form.cost / 5 + 200)
    }

    @Test(
        "a value that is held for some samples costs what its changes cost, whatever the length of column and hold",
        arguments: [1024, 2880, 3456, 4095, 4096, 4097, 4320], 2...12)
    func held(count: Int, period: Int) throws {
        var random = Seeded(count * period)
        var level: Int64 = 0
        let values = (0..<count).map { index -> Int64 in
            if index % period == 0 { level = Int64.random(in: 0...1000, using: &random) }
            return level
        }
        let form = try #require(SequenceForm(values))
        // One change of 11 bits in so many samples, and where it is: at most a bit for each. Without differences: 10 bits.
        let changes = Double((count + period - 1) / period)
        #expect(form.cost < 1.25 * (changes * 11 + Double(count)) + 200)
    }

    @Test("whole numbers that repeat are planes where a column is worth it, and come back")
    func planes() throws {
        var random = Seeded(3)
        let pattern = (0..<37).map { _ in random.next() }
        let values = (0..<2000).map { pattern[$0 % 37] }
        var (quick, thorough): ([UInt8], [UInt8]) = ([], [])
        IntegerColumn.encode(values, into: &quick, with: Compressor(.quick))
        IntegerColumn.encode(values, into: &thorough, with: Compressor(.thorough))
        #expect(thorough[0] == 1 && quick[0] > 1 && thorough.count < quick.count / 4)
        for bytes in [quick, thorough] {
            var reader = ByteReader(bytes, what: "test")
            #expect(try IntegerColumn.decode(&reader, count: 2000, with: Decompressor()) == values)
        }
    }
}
