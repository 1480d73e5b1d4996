// Bins of tiers: what stays when samples go, against what the samples said while they were there.

import Testing

@testable import SeriesStore

@Suite("Tiers") struct TierTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let second: Int64 = 1_000_000_000
    private static let end: Int64 = 1_700_000_000

    private static func options(_ tiers: [(Int64, Int64)], retention: Int64 = 10_000) -> Store.Options {
        var options = Store.Options(groupCommit: .milliseconds(2), retention: .seconds(retention))
        options.tiers = tiers.map { Store.Options.Tier(stepSeconds: $0.0, keep: .seconds($0.1)) }
        return options
    }

    /// A counter with resets or a gauge of either sign, with gaps and NaN. Whole numbers, so that sums of sums are sums; fewer
    /// than 4096, so that no merge in the background makes one chunk of all.
    private static func samples(_ seed: Int, from: Int64 = end - 50_000, to: Int64 = end) -> Samples {
        var random = Seeded(seed)
        var samples = Samples()
        var second = from
        var counter = 0.0
        while second < to {
            let isCounter = seed % 2 == 0
            counter =
                Int.random(in: 0..<300, using: &random) == 0
                ? 3 : counter + Double.random(in: 0...9, using: &random).rounded()
            var value = isCounter ? counter : Double(Int.random(in: -1000...1000, using: &random))
            if Int.random(in: 0..<200, using: &random) == 0 { value = .nan }
            samples.append(second * Self.second + Int64.random(in: 0..<1000, using: &random), value)
            second += Int.random(in: 0..<500, using: &random) == 0 ? 3000 : Int64.random(in: 8...22, using: &random)
        }
        return samples
    }

    private static func batch(_ series: SeriesID, _ samples: Samples) -> SampleBatch {
        SampleBatch(
            series: samples.timestamps.map { _ in series }, timestamps: samples.timestamps, values: samples.values)
    }

    private static let aggregates: [Aggregate] = [.mean, .min, .max, .sum, .count, .last, .rate]

    /// Bins of all aggregates, as texts: a NaN is one.
    private static func answers(_ store: Store, _ series: [SeriesID], _ steps: [Int64]) async throws -> [String] {
        var answers: [String] = []
        for step in steps {
            for start in [end - 60_000, end - 9000] {
                let range = start / step..<end / step + 1
                for aggregate in aggregates {
                    let requests = series.map {
                        BinRequest(series: $0, stepSeconds: step, range: range, aggregate: aggregate)
                    }
                    answers.append("\(step) \(start) \(aggregate): \(try await store.reader.bins(of: requests))")
                }
            }
        }
        return answers
    }

    private static func expire(_ store: Store) async throws {
        await store.writer.expire()
        try await store.writer.waitForSeals()
    }

    @Test(
        "every aggregate says the same after the samples have gone, on any multiple of a tier's step", arguments: 0..<2)
    func same(seed: Int) async throws {
        let path = folder.database
        let steps: [Int64] = [60, 120, 1800, 3600, 7200]
        let options = Self.options([(60, 1_000_000), (600, 2_000_000)])
        let series = try await withStore(at: path, options: options) { store in
            // In two groups, one of them with an open end, and pieces that end anywhere.
            let ids = try (0..<130).map { try store.series("m", host: "h\($0)") }
            let series = [ids[0], ids[1], ids[129]]
            for (index, id) in series.enumerated() {
                let all = Self.samples(seed + index * 2)
                for part in 0..<5 {
                    let range = part * all.count / 5..<(part + 1) * all.count / 5
                    try await store.write(
                        Self.batch(
                            id, Samples(timestamps: Array(all.timestamps[range]), values: Array(all.values[range]))))
                    if part < 4 { try await store.seal() }
                }
            }
            let before = try await Self.answers(store, series, steps)
            let count = try await store.everything(of: series[0]).count
            try await Self.expire(store)
            let left = try await store.everything(of: series[0]).count
            #expect(left > 0 && left < count * 2 / 3, "seed \(seed)")
            let after = try await Self.answers(store, series, steps)
            for (after, before) in zip(after, before) { #expect(after == before, "seed \(seed)") }
            #expect(try store.reader.sizes().tierBytes > 0)
            try await store.compact()
            #expect(try await Self.answers(store, series, steps) == before)
            return series
        }
        #expect(try Store.verify(path: path).problems == [])
        // In another life, after more has gone and pieces of bins have come together; and in a copy.
        try await withStore(at: path, options: options) { store in
            let before = try await Self.answers(store, series, steps)
            try await store.seal()
            await store.keep(Self.options([(60, 1_000_000), (600, 2_000_000)], retention: 3600))
            try await Self.expire(store)
            try await store.compact()
            #expect(try await Self.answers(store, series, steps) == before)
            try await store.backup(to: folder.path + "/copy.db")
        }
        #expect(try Store.salvage(path: path, to: folder.path + "/saved.db").isWhole)
        for copy in ["/copy.db", "/saved.db"] {
            #expect(try Store.verify(path: folder.path + copy).problems == [])
            try await withStore(at: folder.path + copy, options: options) { store in
                let original = try Store.query(path: path, sql: "SELECT sum(samples) FROM v_chunk WHERE kind = 'tier'")
                let copied = try Store.query(
                    path: folder.path + copy, sql: "SELECT sum(samples) FROM v_chunk WHERE kind = 'tier'")
                #expect(copied.rows == original.rows)
                _ = store
            }
        }
    }

    @Test("without tiers nothing is kept, and what nobody wants any more goes")
    func off() async throws {
        try await withStore(at: folder.database, options: Self.options([])) { store in
            let id = try store.series("m")
            try await store.write(Self.batch(id, Self.samples(1, to: Self.end - 20_000)))
            try await store.seal()
            try await store.write(Self.batch(id, Self.samples(2, from: Self.end - 20_000, to: Self.end - 9000)))
            try await store.seal()
            try await store.write(Self.batch(id, Self.samples(2, from: Self.end - 100)))
            let count = try await store.everything(of: id).count
            try await Self.expire(store)
            #expect(try await store.everything(of: id).count < count)
            #expect(try store.reader.sizes().tierBytes == 0)
            await store.keep(Self.options([(300, 1_000_000)], retention: 3600))
            try await Self.expire(store)
            #expect(try store.reader.sizes().tierBytes > 0)
            await store.keep(Self.options([]))
            try await Self.expire(store)
            #expect(try store.reader.sizes().tierBytes == 0)
        }
    }

    @Test("a coarse tier serves what a finer one has lost, and the hour in which that begins is whole")
    func twoTiers() async throws {
        let options = Self.options([(60, 30_000), (600, 2_000_000)])
        try await withStore(at: folder.database, options: options) { store in
            let id = try store.series("m")
            let all = Self.samples(4)
            // Chunks of some thousand seconds go one by one.
            for start in stride(from: 0, to: all.count, by: 250) {
                let range = start..<min(start + 250, all.count)
                try await store.write(
                    Self.batch(id, Samples(timestamps: Array(all.timestamps[range]), values: Array(all.values[range]))))
                try await store.seal()
            }
            let before = try await Self.answers(store, [id], [1800, 3600])
            try await Self.expire(store)
            let fine = try await store.reader.reach(of: [id], stepSeconds: 60)[0]
            #expect(try await Self.answers(store, [id], [1800, 3600]) == before)
            // Bins of one segment go together: what was made at once is one. A second life of the tier begins later.
            await store.keep(Self.options([(600, 2_000_000)]))
            try await Self.expire(store)
            await store.keep(Self.options([(60, 30_000), (600, 2_000_000)], retention: 3600))
            try await Self.expire(store)
            let later = try await store.reader.reach(of: [id], stepSeconds: 60)[0]
            #expect(later?.lowerBound ?? 0 > fine?.lowerBound ?? 0)
            #expect(try await Self.answers(store, [id], [1800, 3600]) == before)
        }
    }

    @Test("bins go with their series, and with a range that touches them")
    func deletion() async throws {
        let path = folder.database
        try await withStore(at: path, options: Self.options([(300, 1_000_000)])) { store in
            let (a, b) = (try store.series("a"), try store.series("b"))
            for id in [a, b] {
                try await store.write(MaintenanceTests.batch([id], Self.end - 40_000..<Self.end - 20_000))
            }
            try await store.seal()
            try await store.write(MaintenanceTests.batch([a, b], Self.end - 100..<Self.end))
            try await Self.expire(store)
            func count(_ id: SeriesID) async throws -> Double {
                let range = (Self.end - 50_000) / 300..<Self.end / 300 + 1
                let bins = try await store.reader.bins(of: id, stepSeconds: 300, range: range, aggregate: .count)
                return bins.filter { !$0.isNaN }.reduce(0, +)
            }
            #expect(try await count(a) == 20_100)
            let start = (Self.end - 30_000) / 300 * 300
            try await store.delete(a, in: (start + 10) * Self.second..<(start + 310) * Self.second)
            #expect(try await count(a) == 20_100 - 600)
            #expect(try await count(b) == 20_100)
            try await store.delete(a)
            try await store.compact()
            #expect(try await count(b) == 20_100)
            let again = try store.series("a")
            try await store.write(MaintenanceTests.batch([again], Self.end - 10..<Self.end))
            #expect(try await count(again) == 10)
        }
        #expect(try Store.verify(path: path).problems == [])
    }

    @Test("bins of a series that becomes another one are that one's, where it has none")
    func merging() async throws {
        try await withStore(at: folder.database, options: Self.options([(300, 1_000_000)])) { store in
            let (a, b) = (try store.series("a"), try store.series("b"))
            try await store.write(MaintenanceTests.batch([a], Self.end - 40_200..<Self.end - 30_000))
            try await store.write(MaintenanceTests.batch([b], Self.end - 35_000..<Self.end - 25_000))
            try await store.seal()
            try await store.write(MaintenanceTests.batch([a, b], Self.end - 100..<Self.end))
            try await Self.expire(store)
            let range = (Self.end - 50_000) / 300..<Self.end / 300 + 1
            func sums(_ id: SeriesID) async throws -> [Double] {
                try await store.reader.bins(of: id, stepSeconds: 300, range: range, aggregate: .sum)
            }
            let (mine, theirs) = (try await sums(a), try await sums(b))
            let key = try #require(store.catalogue[b]?.key)
            try await store.rename(a, to: key, merging: true)
            let expected = zip(mine, theirs).map { $1.isNaN ? $0 : $1 }
            #expect(try await sums(b).map(\.description) == expected.map(\.description))
        }
    }

    @Test("a sample that was written twice is in its bin once, and one that stays is in none")
    func doubles() async throws {
        try await withStore(at: folder.database, options: Self.options([(300, 1_000_000)])) { store in
            let id = try store.series("m")
            let old = Self.end - 40_000
            try await store.write(MaintenanceTests.batch([id], old..<old + 1000))
            try await store.seal()
            try await store.write(MaintenanceTests.batch([id], old + 500..<old + 1500))
            try await store.seal()
            // A chunk that reaches from there to now stays, with its old sample.
            try await store.write(
                SampleBatch(
                    series: [id, id], timestamps: [(old + 7) * Self.second, Self.end * Self.second], values: [9, 9]))
            try await store.seal()
            try await Self.expire(store)
            #expect(try await store.everything(of: id).count == 2)
            let range = (Self.end - 50_000) / 300..<Self.end / 300 + 1
            let counts = try await store.reader.bins(of: id, stepSeconds: 300, range: range, aggregate: .count)
            #expect(counts.filter { !$0.isNaN }.reduce(0, +) == 1501)
        }
    }

    @Test("at whatever moment the power fails, there are the samples or their bins")
    func powerCut() async throws {
        let path = folder.database
        let options = Self.options([(60, 1_000_000)])
        let copies = try (0..<2).map { _ in try TemporaryFolder() }
        let (series, expected) = try await withStore(at: path, options: options) { store in
            let id = try store.series("m")
            let all = Self.samples(3)
            try await store.write(Self.batch(id, all.clipped(from: .min, to: (Self.end - 20_000) * Self.second)))
            try await store.seal()
            try await store.write(Self.batch(id, all.clipped(from: (Self.end - 20_000) * Self.second, to: .max)))
            let expected = try await Self.answers(store, [id], [60, 3600])
            await store.writer.expire()
            try folder.copy(to: copies[0])
            try await store.writer.waitForSeals()
            try folder.copy(to: copies[1])
            return (id, expected)
        }
        for copy in copies {
            try await withStore(at: copy.database, options: options) { store in
                let found = try await Self.answers(store, [series], [60, 3600])
                #expect(found == expected)
            }
        }
    }

    @Test("random bytes behind good checksums are errors or bins, never traps", arguments: 0..<200)
    func fuzz(seed: Int) throws {
        var random = Seeded(seed)
        let bins = TierBin.bins(of: Self.samples(seed), stepSeconds: 300)
        let starts = bins.map { Bins.start(of: Bins.index(of: $0.first, stepSeconds: 300), stepSeconds: 300) }
        let bytes = TierChunk.encode(bins, starts: starts, with: Compressor(.quick))
        #expect(try TierChunk.decode(bytes, starts: starts, stepSeconds: 300, with: Decompressor()) == bins)
        for _ in 0..<20 {
            var damaged = bytes
            for _ in 0...Int.random(in: 0...8, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? TierChunk.decode(damaged, starts: starts, stepSeconds: 300, with: Decompressor())
        }
    }
}
