// Between the moment when readers of the file see a commit and that when its segments are listed in memory a checkpoint may
// lie. A reader that finds a listed segment gone waits for the writer then, and does not use its attempts up.

import Glibc
import Synchronization
import TestSupport
import Testing

@testable import SeriesStore

@Suite("Reading while a commit is in progress") struct CommitInProgressTests {
    /// Whether the writer is still at work.
    private final class Held: Sendable { let flag = Mutex(true) }

    @Test("a reader waits until the segments of a commit are listed, however long that takes")
    func waits() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let id = try store.series("m")
            var batch = SampleBatch()
            for k in 0..<100 { batch.append(series: id, timestamp: Int64(k), value: Double(k)) }
            try await store.write(batch)
            try await store.seal()
            // A segment that is listed still, and is gone from the file.
            let group = GroupKey(series: id)
            let state = store.reader.state
            let real = try #require(state.withLock { $0.segments[group]?.first })
            var gone = real
            gone.id += 1000
            let goneID = gone.id
            state.withLock { [gone] contents in contents.add(gone) }
            // The writer is at work, until the reader has asked it to be told.
            let held = Held()
            async let commit: Void = store.reader.database.write { _ in
                while held.flag.withLock({ $0 }) { sched_yield() }
                state.withLock { $0.remove([goneID], from: group) }
            }
            async let found = store.reader.samples(of: id, from: .min, to: .max)
            async let release: Void = Task.detached {
                // As long as thousands of attempts take.
                for _ in 0..<200 {
                    _ = try? await store.reader.database.read { db in try db.rows("SELECT 1") { _ in } }
                }
                held.flag.withLock { $0 = false }
            }.value
            #expect(try await found.timestamps.count == 100)
            _ = try await (commit, release)
        }
    }
}
