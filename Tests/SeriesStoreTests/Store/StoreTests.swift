// The main promises: acknowledged is readable, also after reopening; of one time the later write wins; readers beside
// the writer see each sample once.

import SeriesStore
import Synchronization
import Testing

/// What a writing task tells reading ones.
private final class Progress: Sendable {
    let acknowledged = Mutex(0)
    let isDone = Mutex(false)
}

@Suite("Store") struct StoreTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    static let second: Int64 = 1_000_000_000

    @Test("what is acknowledged can be read at once, and after reopening")
    func roundTrip() async throws {
        let series = try await withStore(at: folder.database) { store in
            let series = try store.series("cpu", host: "a")
            try await store.write(SampleBatch(series: [series, series], timestamps: [10, 20], values: [1, -0.0]))
            #expect(try await store.everything(of: series) == [10: 1.0.bitPattern, 20: (-0.0).bitPattern])
            return series
        }
        try await withStore(at: folder.database) { store in
            let key = try SeriesKey(name: "cpu", labels: [("host", "a")])
            #expect(store.catalogue.find(key) == series)
            #expect(store.catalogue[series]?.key.description == "cpu{host=a}")
            #expect(try await store.everything(of: series).count == 2)
        }
    }

    @Test("of two samples with one timestamp the later wins, in one batch, in two, and across a seal")
    func duplicates() async throws {
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            try await store.write(SampleBatch(series: [series, series], timestamps: [5, 5], values: [1, 2]))
            #expect(try await store.everything(of: series) == [5: 2.0.bitPattern])
            try await store.write(SampleBatch(series: [series], timestamps: [5], values: [3]))
            #expect(try await store.everything(of: series) == [5: 3.0.bitPattern])
            try await store.seal()
            try await store.write(SampleBatch(series: [series], timestamps: [5], values: [4]))
            #expect(try await store.everything(of: series) == [5: 4.0.bitPattern])
            try await store.seal()
            #expect(try await store.everything(of: series) == [5: 4.0.bitPattern])
            #expect(try store.reader.sizes().segmentCount == 2)
        }
    }

    @Test("samples out of order, over the full range of time, come back in order")
    func outOfOrder() async throws {
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            let times: [Int64] = [7, -3, .max - 1, .min, 0, 5]
            try await store.write(
                SampleBatch(
                    series: times.map { _ in series }, timestamps: times, values: times.map { Double($0) }))
            let (timestamps, _) = try await store.reader.samples(of: series, from: .min, to: .max)
            #expect(timestamps == times.sorted())
            try await store.seal()
            #expect(try await store.reader.samples(of: series, from: .min, to: .max).timestamps == times.sorted())
            #expect(try await store.reader.samples(of: series, from: 0, to: 7).timestamps == [0, 5])
        }
    }

    @Test("a seal moves samples from journal to segments, and reading does not notice", arguments: [1, 100])
    func seal(hosts: Int) async throws {
        let count = 1500
        let ids = try await withStore(at: folder.database) { store in
            let ids = try (0..<hosts).map { try store.series("m", host: "h\($0)") }
            for start in stride(from: 0, to: count, by: 500) {
                var batch = SampleBatch()
                for index in start..<start + 500 {
                    for id in ids {
                        batch.append(series: id, timestamp: Int64(index) * Self.second, value: Double(index % 17) / 10)
                    }
                }
                try await store.write(batch)
            }
            try await store.seal()
            let sizes = try store.reader.sizes()
            #expect(sizes.headSampleCount == 0)
            #expect(sizes.journalRows == 0)
            #expect(sizes.sampleCount == count * hosts)
            return ids
        }
        try await withStore(at: folder.database) { store in
            for id in ids {
                let (timestamps, values) = try await store.reader.samples(of: id, from: .min, to: .max)
                #expect(timestamps == (0..<count).map { Int64($0) * Self.second })
                #expect(values == (0..<count).map { Double($0 % 17) / 10 })
                #expect(
                    try await store.reader.summary(of: id)
                        == SeriesSummary(count: count, first: 0, last: 1499 * Self.second, lastValue: 0.3))
            }
        }
    }

    @Test("reading beside writer, sealer and merger sees every acknowledged sample once")
    func concurrent() async throws {
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            let progress = Progress()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<120 {
                        let times = (0..<20).map { Int64(round * 20 + $0) }
                        try await store.write(
                            SampleBatch(
                                series: times.map { _ in series }, timestamps: times, values: times.map { Double($0) }))
                        progress.acknowledged.withLock { $0 = (round + 1) * 20 }
                        if round % 10 == 3 { try await store.seal() }
                        if round % 30 == 17 { try await store.compact() }
                    }
                    progress.isDone.withLock { $0 = true }
                }
                for _ in 0..<2 {
                    group.addTask {
                        while !progress.isDone.withLock({ $0 }) {
                            let least = progress.acknowledged.withLock { $0 }
                            let seen = try await store.reader.samples(of: series, from: .min, to: .max).timestamps
                            #expect(seen.count >= least)
                            #expect(seen == seen.indices.map { Int64($0) })
                            let bins = try await store.reader.bins(
                                of: series, stepSeconds: 1, range: 0..<1, aggregate: .count)
                            #expect(least == 0 || bins[0] >= Double(least))
                            // What memory alone can answer never suspends: let the writer have the thread.
                            await Task.yield()
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(store.health.damagedSegments.isEmpty)
        }
    }

    @Test("committed batches are told one after the other, and none at open")
    func subscription() async throws {
        let told = Mutex<[Double]>([])
        for round in 0..<2 {
            try await withStore(at: folder.database, onCommit: { batch in told.withLock { $0 += batch.values } }) {
                store in
                let series = try store.series("m")
                for value in 0..<5 {
                    try await store.writer.submit(
                        JournalEntry(
                            samples: SampleBatch(
                                series: [series], timestamps: [Int64(round * 5 + value)],
                                values: [Double(round * 5 + value)])), urgency: .grouped)
                }
                try await store.writer.barrier()
            }
        }
        #expect(told.withLock { $0 } == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }

    @Test("what nobody waited for is committed when the store is stopped")
    func stop() async throws {
        let slow = Store.Options(groupCommit: .seconds(3600))
        try await withStore(at: folder.database, options: slow) { store in
            let series = try store.series("m")
            let entry = JournalEntry(samples: SampleBatch(series: [series], timestamps: [1], values: [1]))
            try await store.writer.submit(entry, urgency: .grouped)
        }
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            #expect(try await store.everything(of: series).count == 1)
        }
    }

    @Test("after close, nothing is accepted")
    func closed() async throws {
        let store = try await withStore(at: folder.database) { $0 }
        await #expect(throws: StoreError.closed) { try await store.writer.barrier() }
    }
}
