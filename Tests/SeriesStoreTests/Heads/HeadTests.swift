// Open samples are packed in memory; whatever they are, all their bits come back, in ranges too. The plain reference is an
// array of what was appended.

import Testing

@testable import SeriesStore

@Suite("Heads") struct HeadTests {
    /// Values of one kind, some of them awkward.
    static let kinds: [(name: String, value: @Sendable (inout Seeded) -> Double)] = [
        ("integers", { Double($0.next(below: 1000)) }),
        ("hundredths", { Double($0.next(below: 100_000)) / 100 }),
        ("floats", { Double(Float($0.next(below: 1 << 30))) * 1e-7 }),
        ("patterns", { Double(bitPattern: $0.next()) }),
        (
            "odd ones",
            {
                [0.0, -0.0, .infinity, -.infinity, .nan, 1e300, .leastNonzeroMagnitude, 9_007_199_254_740_994][
                    Int($0.next(below: 8))]
            }
        ),
        ("a constant", { _ in 12.5 }),
    ]

    @Test("gives back every bit, whole and in ranges", arguments: 0..<kinds.count, [0, 1, 2, 3])
    func packing(kind: Int, disorder: Int) {
        var random = Seeded(kind * 4 + disorder)
        var plain = Samples()
        var head = Head()
        var time: Timestamp = 1_700_000_000_000_000_000
        for index in 0..<700 {
            switch disorder {
            case 0: time += 10_000_000_000
            case 1: time += Int64(random.next(below: 20_000_000_000))
            case 2: time += random.next(below: 9) == 0 ? -35_000_000_000 : 10_000_000_000
            default: time = Int64(bitPattern: random.next())
            }
            let value = Self.kinds[kind].value(&random)
            head.append(time, value, row: Int64(index + 5))
            plain.append(time, value)
        }
        #expect(head.count == 700 && head.firstRow == 5)
        #expect(same(head.samples, plain))
        #expect(head.isAscending == plain.isAscending)
        #expect(head.span?.first == plain.timestamps.min() && head.span?.last == plain.timestamps.max())
        let ordered = plain.ordered()
        for _ in 0..<50 {
            let bounds = [0, 1].map { _ in
                plain.timestamps[Int(random.next(below: 700))] &+ Int64(random.next(below: 3)) - 1
            }
            let (from, to) = (min(bounds[0], bounds[1]), max(bounds[0], bounds[1]))
            #expect(same(head.samples(from: from, to: to), ordered.clipped(from: from, to: to)))
            let before = ordered.clipped(from: .min, to: to)
            #expect(head.newest(before: to)?.timestamp == before.timestamps.last)
            #expect(head.newest(before: to)?.value.bitPattern == before.values.last?.bitPattern)
        }
        head.removeFirst(321, nextRow: 900)
        #expect(head.count == 379 && head.firstRow == 900)
        #expect(same(head.samples, plain.suffix(from: 321)))
        head.removeFirst(379, nextRow: 901)
        #expect(head.count == 0 && head.firstRow == .max && head.span == nil && head.samples.isEmpty)
    }

    @Test("a packed block of regular decimals takes a fifth of what it holds")
    func size() {
        var samples = Samples()
        for index in 0..<128 { samples.append(Int64(index) * 10_000_000_000, Double(index * 37 % 1000) / 10) }
        #expect(HeadBlock(samples).bytes.count < 128 * 16 / 5)
    }

    @Test("a record's open entries come back as they were", arguments: 0..<20)
    func record(seed: Int) {
        var random = Seeded(seed)
        let owner = RecordOwner(grid: 77, lead: 1)
        var head = RecordHead(owner)
        var plain: [RecordEntry] = []
        var bin = Int64(random.next(below: 1000)) - 500
        for index in 0..<300 {
            bin += random.next(below: 10) == 0 ? Int64(bitPattern: random.next()) >> 40 : 1
            let isWild = random.next(below: 20) == 0
            let entry = RecordEntry(
                grid: 77, bin: bin, lead: 1,
                resolution: Resolution(numerator: 1, denominator: isWild ? 1000 : 10),
                median: isWild ? Int64(bitPattern: random.next()) : Int64(index / 7),
                lower: UInt8(random.next(below: 3)), upper: 9, model: isWild ? "elman-12" : "last-value",
                backfilled: random.next(below: 50) == 0)
            head.append(entry, row: 3)
            plain.append(entry)
        }
        #expect(head.entries == plain)
        head.removeFirst(100, nextRow: 8)
        #expect(head.entries == Array(plain.dropFirst(100)) && head.firstRow == 8 && head.count == 200)
    }
}

/// Equal bit for bit, NaNs too.
private func same(_ a: Samples, _ b: Samples) -> Bool {
    a.timestamps == b.timestamps && a.values.map(\.bitPattern) == b.values.map(\.bitPattern)
}

extension Seeded {
    /// 0 ..< bound.
    fileprivate mutating func next(below bound: UInt64) -> UInt64 { next(upperBound: bound) }
}

extension Samples {
    fileprivate func suffix(from index: Int) -> Samples {
        Samples(timestamps: Array(timestamps[index...]), values: Array(values[index...]))
    }
}
