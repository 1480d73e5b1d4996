// Between the moment when readers of the file see a commit and that when its segments are listed in memory a checkpoint may
// lie. A reader that finds a listed segment gone waits for the writer then, and does not use its attempts up.

import TestSupport
import Testing

@testable import SeriesStore

@Suite("Reading while a commit is in progress") struct CommitInProgressTests {
    @Test("a reader waits until the segments of a commit are listed, however long that takes")
    func waits() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let id = try store.series("m")
            var batch = SampleBatch()
            for k in 0..<100 { batch.append(series: id, timestamp: Int64(k), value: Double(k)) }
            try await store.write(batch)
            try await store.seal()
            // A segment that is listed still, and is gone from the file: a commit that has not reached memory.
            let group = GroupKey(series: id)
            let state = store.reader.state
            let real = try #require(state.withLock { $0.segments[group]?.first })
            var gone = real
            gone.id += 1000
            let goneID = gone.id
            store.reader.meter.begin(at: 1)
            state.withLock { [gone] contents in contents.add(gone) }
            async let found = store.reader.samples(of: id, from: .min, to: .max)
            // As long as thousands of attempts take.
            for _ in 0..<300 {
                _ = try? await store.reader.database.read { db in try db.rows("SELECT 1") { _ in } }
            }
            state.withLock { $0.remove([goneID], from: group) }
            store.reader.meter.end(committed: false)
            #expect(try await found.timestamps.count == 100)
        }
    }

    @Test("nobody waits while no commit is in flight, and all who wait go on when it ends")
    func settled() async {
        let meter = CommitMeter()
        await meter.settled()
        meter.begin(at: 1)
        async let first: Void = meter.settled()
        async let second: Void = meter.settled()
        await Task.yield()
        meter.end(committed: true)
        _ = await (first, second)
        #expect(meter.commits == 1)
    }
}
