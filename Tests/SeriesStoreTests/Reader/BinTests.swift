// Bins against their definition, sample by sample, wherever the samples lie: in heads, in chunks, or in directories
// that make decoding unnecessary.

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

    @Test("bins of many series come in the order asked for, each as if it were asked alone")
    func many() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            // More than two groups of series, and more than are read on one snapshot.
            let all = try (0..<300).map { try store.series("m", host: "h\($0)") }
            for part in 0..<3 {
                var batch = SampleBatch()
                for series in all {
                    for index in 0..<10 {
                        let second = Int64(part * 100 + index * 10) + series % 7
                        batch.append(
                            series: series, timestamp: second * 1_000_000_000, value: Double(second * (series % 5)))
                    }
                }
                try await store.write(batch)
                if part < 2 { try await store.seal() }
            }
            let requests = all.reversed().map {
                BinRequest(series: $0, stepSeconds: 30, range: 2..<9, aggregate: $0 % 2 == 0 ? .rate : .mean)
            }
            let found = try await store.reader.bins(of: requests)
            #expect(found.count == requests.count)
            for (request, bins) in zip(requests, found) {
                let alone = try await store.reader.bins(
                    of: request.series, stepSeconds: 30, range: 2..<9, aggregate: request.aggregate)
                #expect(bins == alone)
                #expect(!bins.contains { $0.isNaN })
            }
        }
    }

    @Test("a rate starts from the newest sample before its bin, wherever that is")
    func newest() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            let second: Int64 = 1_000_000_000
            func write(_ seconds: [Int64], _ values: [Double]) async throws {
                try await store.write(
                    SampleBatch(
                        series: seconds.map { _ in series }, timestamps: seconds.map { $0 * second }, values: values))
            }
            func rate(_ bin: Int64) async throws -> Double {
                try await store.reader.bins(of: series, stepSeconds: 1, range: bin..<bin + 1, aggregate: .rate)[0]
            }
            try await write([10, 30], [1, 3])
            try await store.seal()
            try await write([20, 30, 40], [2, 33, 43])
            var found = [try await rate(20), try await rate(30), try await rate(40)]
            #expect(found == [0.1, 3.1, 1])
            try await store.seal()
            found = [try await rate(20), try await rate(30), try await rate(40)]
            #expect(found == [0.1, 3.1, 1])
            try await store.compact()
            let merged = try await store.reader.samples(of: series, from: .min, to: .max)
            #expect(merged.values == [1, 2, 33, 43])
        }
    }

    @Test("the last point and the count of every series are known without decoding")
    func summaries() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            var expected: [SeriesID: SeriesSummary] = [:]
            var batch = SampleBatch()
            for index in 0..<300 {
                let series = try store.series("m", host: "h\(index)")
                for time in 0..<5 {
                    batch.append(series: series, timestamp: Int64(time * index), value: Double(time + index))
                }
                expected[series] = SeriesSummary(
                    count: index == 0 ? 1 : 5, first: 0, last: Int64(4 * index), lastValue: Double(4 + index))
            }
            try await store.write(batch)
            try await store.seal()
            let late = try store.series("m", host: "h7")
            try await store.write(SampleBatch(series: [late], timestamps: [1000], values: [-1]))
            expected[late] = SeriesSummary(count: 6, first: 0, last: 1000, lastValue: -1)
            let open = try store.series("open")
            try await store.write(SampleBatch(series: [open], timestamps: [3], values: [4]))
            expected[open] = SeriesSummary(count: 1, first: 3, last: 3, lastValue: 4)
            let found = try await store.reader.summaries()
            #expect(found == expected)
            for (series, summary) in expected {
                let one = try await store.reader.summary(of: series)
                #expect(one == summary)
            }
        }
    }

    /// The bins of a step, by their definition.
    static func reference(
        _ samples: [(Timestamp, Double)], step: Int64, range: Range<Int64>, _ aggregate: Aggregate
    ) -> [Double] {
        let numbers = samples.filter { !$0.1.isNaN }
        return range.map { bin in
            let inside = numbers.filter {
                $0.0 >= bin * step * 1_000_000_000 && $0.0 < (bin + 1) * step * 1_000_000_000
            }
            guard let first = inside.first, let last = inside.last else { return .nan }
            let values = inside.map(\.1)
            switch aggregate {
            case .mean: return values.reduce(0, +) / Double(values.count)
            case .sum: return values.reduce(0, +)
            case .count: return Double(values.count)
            case .min: return values.min() ?? .nan
            case .max: return values.max() ?? .nan
            case .last: return last.1
            case .rate:
                let before = numbers.last { $0.0 < first.0 }
                let chain = (before.map { [$0.1] } ?? []) + values
                let increase = zip(chain, chain.dropFirst()).reduce(0) { $0 + ($1.1 >= $1.0 ? $1.1 - $1.0 : $1.1) }
                let from = before?.0 ?? first.0
                return last.0 > from ? increase / (Double(last.0 - from) / 1e9) : .nan
            }
        }
    }

    @Test("wide steps made of directories are those of the samples", arguments: 0..<12)
    func directories(seed: Int) async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            var random = Seeded(seed)
            var known: [Timestamp: Double] = [:]
            var level = 0.0
            // Days of samples every ten minutes, sealed in pieces of hours, some of them late or twice; counters that are
            // reset, and in some runs NaN.
            for piece in 0..<40 {
                var batch = SampleBatch()
                for index in 0..<25 {
                    level =
                        Int.random(in: 0..<200, using: &random) == 0 ? 0 : level + .random(in: 0...3, using: &random)
                    let isLate = Int.random(in: 0..<100, using: &random) == 0
                    let at = (piece * 25 + index) * 600 - (isLate ? 40_000 : 0)
                    let isMissing = seed % 3 == 0 && Int.random(in: 0..<80, using: &random) == 0
                    let value = isMissing ? .nan : seed % 2 == 0 ? level : .random(in: -5...5, using: &random)
                    batch.append(series: series, timestamp: Int64(at) * 1_000_000_000, value: value)
                    known[Int64(at) * 1_000_000_000] = value
                }
                try await store.write(batch)
                if piece != 39 { try await store.seal() }
            }
            let samples = known.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            for aggregate in Aggregate.allCases {
                for step in [3600, 7200, 86_400, 250_000] as [Int64] {
                    let range = -1..<(1000 * 600 / step + 2)
                    let found = try await store.reader.bins(
                        of: series, stepSeconds: step, range: range, aggregate: aggregate)
                    let expected = Self.reference(samples, step: step, range: range, aggregate)
                    for (a, b) in zip(found, expected) where !(a.isNaN && b.isNaN) {
                        // Sums of up to 1000 numbers in another order: each addition rounds by half an ulp of at most 1000 x 5000.
                        let tolerance = 1000 * 5_000_000 * Double.ulpOfOne
                        switch aggregate {
                        case .min, .max, .count, .last: #expect(a == b, "\(aggregate) \(step)")
                        case .mean, .sum, .rate: #expect(abs(a - b) <= tolerance, "\(aggregate) \(step)")
                        }
                    }
                }
            }
        }
    }

    @Test("a step that covers chunks does not decode them")
    func notDecoded() throws {
        var builder = BinBuilder(stepSeconds: 86_400, range: 0..<2, aggregate: .mean, previous: nil)
        let statistics = ChunkStatistics([1, 2, 6])
        let day: Int64 = 86_400_000_000_000
        let isFolded = builder.add(statistics, count: 3, first: 0, last: day - 1)
        let crosses = builder.add(statistics, count: 3, first: day - 1, last: day)
        #expect(isFolded)
        #expect(!crosses)
        #expect(builder.finished()[0] == 3)
    }
}
