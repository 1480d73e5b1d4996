// Files and folders that a store must not open, each with its error and left as it was.

import FoundationEssentials
import SeriesStore
import Testing

@Suite("Opening") struct OpeningTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("a second store on one file is refused, and not after the first is closed")
    func locked() async throws {
        let store = try Store.open(at: folder.database, now: { 0 })
        #expect(throws: StoreError.locked(path: folder.database)) { try Store.open(at: folder.database, now: { 0 }) }
        await store.close()
        let again = try Store.open(at: folder.database, now: { 0 })
        await again.close()
    }

    @Test("a file that is no database is called damaged and left alone")
    func noDatabase() throws {
        let bytes = Data((0..<8192).map { UInt8($0 % 251) })
        try bytes.write(to: URL(filePath: folder.database))
        #expect {
            try Store.open(at: folder.database, now: { 0 })
        } throws: { error in
            if case .damaged? = error as? StoreError { true } else { false }
        }
        #expect(try Data(contentsOf: URL(filePath: folder.database)) == bytes)
    }

    @Test("a later schema is refused with both numbers")
    func newer() async throws {
        let store = try Store.open(at: folder.database, now: { 0 })
        await store.close()
        #expect(!FileManager.default.fileExists(atPath: folder.database + "-wal"))
        try changeVersion(to: 99)
        #expect(throws: StoreError.newerSchema(found: 99, known: 3)) { try Store.open(at: folder.database, now: { 0 }) }
    }

    @Test("a directory that cannot be written is named")
    func notWritable() throws {
        #expect {
            try Store.open(at: folder.path + "/absent/forecasts.db", now: { 0 })
        } throws: { error in
            if case .notWritable(let path, _)? = error as? StoreError { path.contains("absent") } else { false }
        }
    }

    /// `user_version` stands at offset 60 of an SQLite file, big-endian.
    private func changeVersion(to version: UInt8) throws {
        var bytes = try Data(contentsOf: URL(filePath: folder.database))
        bytes[63] = version
        try bytes.write(to: URL(filePath: folder.database))
    }
}
