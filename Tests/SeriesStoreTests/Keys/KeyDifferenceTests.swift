// Names stored as differences from other names: there and back, on a wrong base, and after the base's series is gone.

import Testing

@testable import SeriesStore

@Suite("Key difference") struct KeyDifferenceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a difference and its base give back the key", arguments: 0..<100)
    func roundTrip(seed: Int) throws {
        var random = Seeded(seed)
        func bytes() -> [UInt8] {
            (0..<Int.random(in: 0..<600, using: &random)).map { _ in UInt8.random(in: 0..<3, using: &random) }
        }
        let (key, base) = (bytes(), bytes())
        #expect(try KeyDifference.decode(KeyDifference.encode(key, base: base), base: base) == key)
    }

    @Test(
        "what has nothing in common, or all, gives back the key",
        arguments: [([], []), ([1], []), ([], [1]), ([1, 2], [1, 2]), ([1, 1], [1]), ([1], [1, 1])]
            as [([UInt8], [UInt8])])
    func edges(key: [UInt8], base: [UInt8]) throws {
        #expect(try KeyDifference.decode(KeyDifference.encode(key, base: base), base: base) == key)
    }

    @Test("a difference that does not fit its base is damage")
    func damage() {
        #expect(throws: StoreError.self) { try KeyDifference.decode([3, 2, 9], base: [1, 2, 3, 4]) }
        #expect(throws: StoreError.self) { try KeyDifference.decode([3], base: [1, 2, 3, 4]) }
    }

    @Test("names come back, also when the series that they are differences from are gone")
    func bases() async throws {
        let path = folder.database
        @Sendable func name(_ index: Int) -> String {
            "node_filesystem_available_bytes{device=/dev/sd\(index),host=web1}"
        }
        @Sendable func texts() throws -> [String] {
            try Store.query(path: path, sql: "SELECT series FROM v_series ORDER BY series_id").rows.map { row in
                if case .text(let text) = row[0] { text } else { "" }
            }
        }
        try await withStore(at: path) { store in
            var batch = SampleBatch()
            for index in 0..<300 {
                let key = try SeriesKey(
                    name: "node_filesystem_available_bytes",
                    labels: [("host", "web1"), ("device", "/dev/sd\(index)")])
                let id = store.catalogue.intern(key, describing: { _ in (.counter, "per_second", .rate) }, uid: 1000)
                batch.append(series: id, timestamp: 1, value: 1)
            }
            try await store.write(batch)
            #expect(try texts() == (0..<300).map(name))
            #expect(try Store.query(path: path, sql: "SELECT 1 FROM series WHERE base IS NULL").rows.count == 3)
            try await store.rename(1, to: try SeriesKey(name: "other", labels: []))
            try await store.delete(128)
            #expect(try texts() == ["other"] + (1..<300).filter { $0 != 127 }.map(name))
        }
        try await withStore(at: path) { store in
            #expect(store.catalogue.count == 299)
            #expect(store.catalogue[2]?.key.description == name(1))
            #expect(store.catalogue[2]?.kind == .counter)
            #expect(store.catalogue[2]?.aggregate == .rate)
            #expect(store.catalogue[2]?.uid == 1000)
            let next = try store.series("next")
            #expect(next == 301, "ids are not used again")
        }
        #expect(try Store.verify(path: path).problems == [])
    }
}
