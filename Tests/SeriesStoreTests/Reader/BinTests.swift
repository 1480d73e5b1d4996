import Testing

@testable import SeriesStore

@Suite("Bins") struct BinTests {
    static func samples(_ pairs: [(Double, Double)]) -> Samples {
        Samples(timestamps: pairs.map { Int64($0.0 * 1e9) }, values: pairs.map(\.1))
    }

    static func bins(
        _ pairs: [(Double, Double)], _ aggregate: Aggregate, range: Range<Int64> = 0..<4,
        previous: (Timestamp, Double)? = nil
    ) -> [Double] {
        Bins.make(samples(pairs), previous: previous, stepSeconds: 10, range: range, aggregate: aggregate)
    }

    static let some: [(Double, Double)] = [(0, 4), (3, 2), (9.999, 9), (20, 1), (29, .nan), (39, 5)]

    @Test(
        "each aggregate is what it says, and a bin without a number is NaN",
        arguments: [
            (Aggregate.mean, [5, .nan, 1, 5]), (.max, [9, .nan, 1, 5]), (.min, [2, .nan, 1, 5]),
            (.last, [9, .nan, 1, 5]), (.sum, [15, .nan, 1, 5]), (.count, [3, .nan, 1, 1]),
        ] as [(Aggregate, [Double])])
    func aggregates(aggregate: Aggregate, expected: [Double]) {
        #expect(Self.bins(Self.some, aggregate).map(\.description) == expected.map(\.description))
    }

    @Test("a rate counts from the sample before, across empty bins, and takes resets out")
    func rates() {
        let counter: [(Double, Double)] = [(5, 100), (15, 200), (35, 260), (38, 20)]
        let rates = Self.bins(counter, .rate, previous: (-5_000_000_000, 50))
        #expect(rates[0] == 5)
        #expect(rates[1] == 10)
        #expect(rates[2].isNaN)
        #expect(rates[3] == (60.0 + 20) / 23)
        #expect(Self.bins(counter, .rate)[0].isNaN)
        #expect(Self.bins([(1, 10), (6, 20)], .rate)[0] == 2)
    }

    @Test("bins before 1970 begin where they should", arguments: [(-1, -1), (-10, -1), (-11, -2), (0, 0), (9, 0)])
    func negative(second: Int, bin: Int) {
        #expect(Bins.index(of: Int64(second) * 1_000_000_000, stepSeconds: 10) == Int64(bin))
        #expect(Bins.start(of: Int64(bin), stepSeconds: 10) <= Int64(second) * 1_000_000_000)
    }

    @Test(
        "bins read from heads, from segments and across both are the same", arguments: [Aggregate.mean, .rate, .last])
    func sources(aggregate: Aggregate) async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            var random = Seeded(7)
            let all = (0..<600).map { _ in Double.random(in: 0...50, using: &random) }
            let times = (0..<600).map { Int64($0) * 3_000_000_000 }
            func part(_ range: Range<Int>) -> SampleBatch {
                SampleBatch(
                    series: range.map { _ in series }, timestamps: Array(times[range]), values: Array(all[range]))
            }
            let range = Int64(7)..<150
            let start = Bins.start(of: 7, stepSeconds: 10)
            let end = Bins.start(of: 150, stepSeconds: 10)
            let samples = Samples(timestamps: times, values: all)
            let before = times.firstIndex(atLeast: start) - 1
            let expected = Bins.make(
                samples.clipped(from: start, to: end), previous: (times[before], all[before]), stepSeconds: 10,
                range: range, aggregate: aggregate)
            try await store.write(part(0..<300))
            try await store.seal()
            try await store.write(part(300..<600))
            let mixed = try await store.reader.bins(of: series, stepSeconds: 10, range: range, aggregate: aggregate)
            #expect(mixed == expected)
            try await store.seal()
            let sealed = try await store.reader.bins(of: series, stepSeconds: 10, range: range, aggregate: aggregate)
            #expect(sealed == expected)
            let request = BinRequest(series: series, stepSeconds: 10, range: range, aggregate: aggregate)
            let many = try await store.reader.bins(of: [request, request])
            #expect(many == [expected, expected])
        }
    }

    @Test("the newest sample before a time is found wherever it is")
    func newest() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            try await store.write(SampleBatch(series: [series, series], timestamps: [10, 30], values: [1, 3]))
            try await store.seal()
            try await store.write(SampleBatch(series: [series, series], timestamps: [20, 30], values: [2, 33]))
            for (time, value) in [(11, 1.0), (21, 2), (31, 33), (1000, 33)] as [(Int64, Double)] {
                let found = try await store.reader.newest(of: series, before: time)
                #expect(found?.value == value)
            }
            let none = try await store.reader.newest(of: series, before: 10)
            #expect(none == nil)
            try await store.compact()
            let merged = try await store.reader.samples(of: series, from: .min, to: .max)
            #expect(merged.values == [1, 2, 33])
        }
    }
}
