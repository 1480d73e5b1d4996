// A store in a folder of its own, run beside the body of a test and closed after it; used by every suite here.

import FoundationEssentials
import SeriesStore
import TestSupport

/// A folder that goes away with the value that holds it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The database in it.
    var database: String { path + "/forecasts.db" }

    /// Copies what a power cut would leave: database and log as they are now, without the shared memory.
    func copy(to other: TemporaryFolder) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: database + suffix) {
            try FileManager.default.copyItem(atPath: database + suffix, toPath: other.database + suffix)
        }
    }
}

/// Opens a store, runs it beside `body`, then cancels it and closes it. Its rounds of housekeeping do not come by themselves.
func withStore<T: Sendable>(
    at path: String, options: Store.Options = Store.Options(groupCommit: .milliseconds(2)),
    onCommit: @escaping @Sendable (SampleBatch) -> Void = { _ in },
    _ body: @Sendable (Store) async throws -> T
) async throws -> T {
    let store = try Store.open(
        at: path, options: options, clock: QuietClock(), now: { 1_700_000_000_000_000_000 }, onCommit: onCommit)
    do {
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.run() }
            let result = try await body(store)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}

extension Store {
    /// The id of a series named `name`, made if there is none.
    func series(_ name: String, host: String? = nil) throws -> SeriesID {
        let key = try SeriesKey(name: name, labels: host.map { [("host", $0)] } ?? [])
        return catalogue.intern(key, describing: { _ in (.gauge, "", .mean) }, uid: nil)
    }

    /// Commits one batch and waits for it.
    func write(_ samples: SampleBatch) async throws {
        try await writer.submit(JournalEntry(samples: samples), urgency: .waited)
    }

    /// Everything committed of a series.
    func everything(of series: SeriesID) async throws -> [Timestamp: UInt64] {
        let (timestamps, values) = try await reader.samples(of: series, from: .min, to: .max)
        return Dictionary(uniqueKeysWithValues: zip(timestamps, values.map(\.bitPattern)))
    }

    /// Deletes a series, or samples of it; returns how many went.
    @discardableResult
    func delete(_ series: SeriesID, in range: Range<Timestamp>? = nil) async throws(StoreError) -> Int {
        try await delete([series], in: range)[series] ?? 0
    }
}
