// Copies of a store, and deletes and merges beside a writer that never stops: nothing that was acknowledged may be
// missing.

import FoundationEssentials
import Testing

@testable import SeriesStore

@Suite("Copies, and changes under load") struct CopyTests {
    @Test("a copy of a store that nobody has open verifies, and reading it leaves nothing beside it")
    func offline() async throws {
        let folder = try TemporaryFolder()
        let copy = folder.path + "/copy.db"
        try await withStore(at: folder.database) { store in
            let id = try store.series("a")
            try await store.write(SampleBatch(series: [id, id], timestamps: [1, 2], values: [1, 2]))
        }
        try Store.copy(path: folder.database, to: copy)
        #expect(try Store.verify(path: copy).problems == [])
        #expect(try Store.query(path: copy, sql: "SELECT count(*) FROM v_series").rows.count == 1)
        #expect(!FileManager.default.fileExists(atPath: copy + "-wal"))
        #expect(!FileManager.default.fileExists(atPath: copy + "-shm"))
        #expect(throws: StoreError.self) { try Store.copy(path: folder.database, to: copy) }
        #expect(throws: StoreError.missing(path: "/nowhere")) { try Store.copy(path: "/nowhere", to: copy + "2") }
    }

    @Test("samples are acknowledged while a copy is made")
    func hot() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let id = try store.series("a")
            for start in stride(from: Int64(0), to: 20_000, by: 1000) {
                var batch = SampleBatch()
                for k in start..<start + 1000 { batch.append(series: id, timestamp: k, value: Double(k) * 0.37) }
                try await store.write(batch)
            }
            async let copied: Void = store.backup(to: folder.path + "/copy.db")
            try await store.write(SampleBatch(series: [id], timestamps: [99_999], values: [1]))
            try await copied
            #expect(try await store.everything(of: id).count == 20_001)
        }
        let found = try Store.verify(path: folder.path + "/copy.db")
        #expect(found.problems == [])
        #expect(found.samples >= 20_000)
    }

    @Test("deleting and renaming raise the catalogue's generation, new series do not")
    func generation() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let id = try store.series("a")
            try await store.write(SampleBatch(series: [id], timestamps: [1], values: [1]))
            let before = store.catalogue.generation
            _ = try store.series("b")
            #expect(store.catalogue.generation == before)
            try await store.rename(id, to: try SeriesKey(name: "c", labels: []))
            #expect(store.catalogue.generation == before + 1)
            try await store.delete(id)
            #expect(store.catalogue.generation == before + 2)
        }
    }

    @Test("a name has the series that are called so now, after renaming, merging and deleting")
    func names() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let ids = try ["x", "y", "z"].map { try store.series("a", host: $0) } + [try store.series("b", host: "x")]
            var batch = SampleBatch()
            for id in ids { batch.append(series: id, timestamp: 1, value: 1) }
            try await store.write(batch)
            func named(_ name: String) -> [SeriesID] { store.catalogue.named(name).map(\.id).sorted() }
            #expect(named("a") == Array(ids[..<3]))
            #expect(store.catalogue.names.sorted() == ["a", "b"])
            try await store.rename(ids[0], to: try SeriesKey(name: "c", labels: []))
            #expect(named("a") == Array(ids[1..<3]))
            #expect(named("c") == [ids[0]])
            try await store.rename(ids[3], to: try SeriesKey(name: "a", labels: [("host", "y")]), merging: true)
            #expect(named("b") == [])
            try await store.delete([ids[1], ids[2]])
            #expect(store.catalogue.names == ["c"])
        }
    }

    @Test("samples acknowledged while two series become one are in that one")
    func mergeUnderLoad() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            let (old, new) = (try store.series("old"), try store.series("new"))
            try await store.write(SampleBatch(series: [old, new], timestamps: [-1, -2], values: [1, 2]))
            async let writing: Void = {
                for k in 0..<200 {
                    try await store.write(SampleBatch(series: [old], timestamps: [Int64(k)], values: [Double(k)]))
                }
            }()
            for _ in 0..<20 { try await store.writer.barrier() }
            try await store.rename(old, to: try SeriesKey(name: "new", labels: []), merging: true)
            try await writing
            let found = try await store.reader.samples(of: new, from: .min, to: .max)
            #expect(found.timestamps == Array(-2..<200))
            #expect(store.catalogue[old] == nil)
        }
    }
}
