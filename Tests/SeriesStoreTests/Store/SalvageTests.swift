// Salvage of files with bytes written over: what is saved, what is said to be lost.

import FoundationEssentials
import Testing

@testable import SeriesStore

@Suite("Salvage") struct SalvageTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private var saved: String { folder.path + "/saved.db" }

    /// Three series with two segments each, of which every chunk is noise, and an open end in the journal.
    private func makeStore() async throws -> [SeriesID: [Timestamp: UInt64]] {
        try await withStore(at: folder.database) { store in
            let ids = try ["a", "b", "c"].map { try store.series("metric", host: $0) }
            var random = Seeded(11)
            for part in 0..<3 as Range<Int64> {
                var batch = SampleBatch()
                for id in ids {
                    for second in part * 300..<part * 300 + 300 {
                        batch.append(series: id, timestamp: second, value: .random(in: 0...1, using: &random))
                    }
                }
                try await store.write(batch)
                if part < 2 { try await store.seal() }
            }
            for id in ids { _ = try await store.writer.grid(series: id, stepSeconds: 60) }
            try await store.writer.barrier()
            var all: [SeriesID: [Timestamp: UInt64]] = [:]
            for id in ids { all[id] = try await store.everything(of: id) }
            return all
        }
    }

    private func change(_ body: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: URL(filePath: folder.database))
        body(&bytes)
        try bytes.write(to: URL(filePath: folder.database))
    }

    /// What a store holds of series that were there before.
    private func contents(of path: String) async throws -> [SeriesID: [Timestamp: UInt64]] {
        try await withStore(at: path) { store in
            var all: [SeriesID: [Timestamp: UInt64]] = [:]
            for info in store.catalogue.all() { all[info.id] = try await store.everything(of: info.id) }
            return all
        }
    }

    @Test("a sound store is copied whole, and nothing is said to be lost")
    func sound() async throws {
        let all = try await makeStore()
        let saved = try Store.salvage(path: folder.database, to: self.saved)
        #expect(saved.isWhole)
        #expect(saved.samples == 2700 && saved.samplesGone == 0)
        let rows = Dictionary(uniqueKeysWithValues: saved.tables.map { ($0.name, $0.rows) })
        #expect(rows["series"] == 3 && rows["segment"] == 2 && rows["journal"] == 1 && rows["grid"] == 3)
        let found = try await contents(of: self.saved)
        #expect(found == all)
        #expect(try Store.verify(path: self.saved).problems == [])
    }

    @Test("a file that is there is not written over, and one that is not is missing")
    func refusals() async throws {
        _ = try await makeStore()
        try Data([1]).write(to: URL(filePath: saved))
        #expect(throws: StoreError.notWritable(path: saved, reason: "the file exists")) {
            try Store.salvage(path: folder.database, to: saved)
        }
        #expect(throws: StoreError.missing(path: "/nowhere")) { try Store.salvage(path: "/nowhere", to: saved + "2") }
    }

    @Test("a damaged chunk costs its series the samples in it, by name, and no other series anything")
    func chunk() async throws {
        let all = try await makeStore()
        let info = try #require(
            try Store.query(path: folder.database, sql: "SELECT max(rowid), bytes FROM segment WHERE kind = 0").rows
                .first)
        guard case .blob(let segment) = info[1] else { return }
        // The payload of the last chunk ends the segment, before its checksum; it is found by its last bytes on a page.
        let tail = Data(segment.suffix(24))
        try change { bytes in
            let place = bytes.indices.first { bytes[$0...].starts(with: tail) }
            if let place { bytes[place] ^= 4 }
        }
        let lost = try Store.salvage(path: folder.database, to: saved)
        #expect(lost.gone.count == 1)
        let expected = "300 samples of metric{host=c}, 1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z: "
        #expect(lost.gone.first?.contains(expected) == true)
        #expect(lost.samples == 2400 && lost.samplesGone == 300)
        let found = try await contents(of: saved)
        for (id, samples) in all {
            #expect(found[id]?.count == (id == 3 ? 600 : 900))
            #expect(found[id]?.allSatisfy { samples[$0.key] == $0.value } == true)
        }
        #expect(try Store.verify(path: saved).problems == [])
    }

    @Test(
        "of a segment whose bytes break off on the disk its row still says whose samples are gone, of what time, how many"
    )
    func brokenChain() async throws {
        _ = try await makeStore()
        let found = try Store.query(path: folder.database, sql: "SELECT id, bytes FROM segment ORDER BY id LIMIT 1")
        guard case .integer(let id)? = found.rows.first?[0], case .blob(let segment)? = found.rows.first?[1] else {
            return
        }
        try change { bytes in
            // An overflow page is the number of the next one and 1020 bytes of content (SQLite file format, 1.6).
            for page in stride(from: 1024, to: bytes.count, by: 1024)
            where segment.firstRange(of: bytes[page + 4..<page + 24]) != nil
                && bytes[page..<page + 4] != Data([0, 0, 0, 0])
            {
                bytes.replaceSubrange(page..<page + 4, with: [0x7F, 0xFF, 0xFF, 0xFF])
                break
            }
        }
        let told = try Store.salvage(path: folder.database, to: saved)
        #expect(told.gone.count == 1)
        #expect(
            told.gone.first?.hasPrefix(
                "segment \(id), 900 samples of series 0 to 127, 1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z: ") == true
        )
        #expect(told.samples == 1800 && told.samplesGone == 900)
        #expect(told.tables.first { $0.name == "segment" }?.refused == 1)
    }

    @Test(
        "of a page of rows of segments that is gone it is said between which rows and times it lay, and how many at most"
    )
    func leafOfSegments() async throws {
        let count = 120
        try await withStore(at: folder.database) { store in
            let id = try store.series("m")
            for part in 0..<Int64(count) {
                try await store.write(
                    MaintenanceTests.batch([id], 1_700_000_000 + part * 100..<1_700_000_000 + part * 100 + 5))
                try await store.seal()
            }
        }
        _ = try DamagedTableTests.overwriteLeaf(of: "segment", in: folder.database)
        let told = try Store.salvage(path: folder.database, to: saved)
        let table = try #require(told.tables.first { $0.name == "segment" })
        #expect(table.unreadable > 0 && !table.hasUnknown)
        #expect(table.rows + table.unreadable == count)
        #expect(told.samples == table.rows * 5)
        let sentence = try #require(told.gone.first)
        let rest = try Store.query(path: saved, sql: "SELECT id, first_at FROM segment ORDER BY id").rows
        let gap = try #require(rest.indices.first { rest[$0][0] != .integer(Int64($0) + 1) })
        #expect(
            sentence.hasPrefix("segment rows \(gap + 1) to \(gap + table.unreadable), \(table.unreadable) at most: "))
        #expect(sentence.contains("; segment \(gap) ends at 2023-11-1"))
        #expect(sentence.contains("; segment \(gap + table.unreadable + 1) begins at 2023-11-1"))
        #expect(try Store.verify(path: saved).problems == [])
    }

    @Test(
        "whatever is written over, what comes out can be opened, verifies, and holds nothing that was not there",
        arguments: 0..<120)
    func anything(seed: Int) async throws {
        let all = try await makeStore()
        var random = Seeded(seed)
        try change { bytes in
            // Not the first page: without it there is no store.
            let length = [1, 1, 4, 1024][seed % 4]
            let start = Int.random(in: 1024..<bytes.count - length, using: &random)
            for index in start..<start + length { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
        }
        // Some damage of the list of tables SQLite does not get past; only then there is no salvage.
        guard let told = try? Store.salvage(path: folder.database, to: saved) else {
            let tables = try? Store.query(path: folder.database, sql: "SELECT count(*) FROM sqlite_schema")
            #expect(tables == nil, "seed \(seed)")
            return
        }
        let problems = try Store.verify(path: saved).problems
        #expect(problems == [], "seed \(seed)")
        let found = try await contents(of: saved)
        for (id, samples) in found {
            #expect(samples.allSatisfy { all[id]?[$0.key] == $0.value }, "seed \(seed)")
        }
        // Samples of a series whose name is gone are saved, and nobody can ask for them.
        let readable = found.values.reduce(0) { $0 + $1.count }
        #expect(told.samples == readable || found.count < all.count && told.samples > readable, "seed \(seed)")
        if told.isWhole { #expect(found == all, "seed \(seed)") }
    }
}
