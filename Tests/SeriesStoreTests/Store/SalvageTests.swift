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
        #expect(try Store.salvage(path: folder.database, to: saved) == [])
        let found = try await contents(of: saved)
        #expect(found == all)
        #expect(try Store.verify(path: saved).problems == [])
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
        #expect(lost.count == 1)
        #expect(lost.first?.contains("300 samples of metric{host=c}, 0 to 0 in seconds") == true)
        let found = try await contents(of: saved)
        for (id, samples) in all {
            #expect(found[id]?.count == (id == 3 ? 600 : 900))
            #expect(found[id]?.allSatisfy { samples[$0.key] == $0.value } == true)
        }
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
        let lost = try Store.salvage(path: folder.database, to: saved)
        let problems = try Store.verify(path: saved).problems
        #expect(problems == [], "seed \(seed)")
        let found = try await contents(of: saved)
        for (id, samples) in found {
            #expect(samples.allSatisfy { all[id]?[$0.key] == $0.value }, "seed \(seed)")
        }
        if lost.isEmpty { #expect(found == all, "seed \(seed)") }
    }
}
