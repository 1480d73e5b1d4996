// Rules of retention, mass deletion, a failing expiry, and a log that a stranger's transaction holds.

import Dispatch
import FoundationEssentials
import Testing

@testable import SeriesStore

@Suite("Retention") struct RetentionTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("a rule keeps its series shorter than their neighbours, whose chunks stay as they are")
    func retentionOfRule() async throws {
        var options = Store.Options(groupCommit: .milliseconds(2), retention: .seconds(100_000))
        options.rules = [
            Store.Options.Rule(matches: try Selector(parsing: "debug_*"), retention: .seconds(1000)),
            Store.Options.Rule(matches: try Selector(parsing: "*"), retention: .seconds(50_000)),
        ]
        let now = 1_700_000_000 as Int64
        try await withStore(at: folder.database, options: options) { store in
            let (debug, other) = (try store.series("debug_x"), try store.series("x"))
            try await store.write(MaintenanceTests.batch([debug, other], now - 5000..<now - 4000))
            try await store.seal()
            try await store.write(MaintenanceTests.batch([debug, other], now - 500..<now))
            try await store.seal()
            await store.writer.expire()
            try await store.writer.waitForSeals()
            let left = try await [debug, other].asyncMap {
                try await store.reader.samples(of: $0, from: .min, to: .max)
            }
            #expect(left.map(\.timestamps.count) == [500, 1500])
            // What a rule no longer says, no longer holds.
            await store.keep(Store.Options(retention: nil))
            await store.writer.expire()
            try await store.writer.waitForSeals()
            let summary = try await store.reader.summary(of: debug)
            #expect(summary?.count == 500)
        }
        #expect(try Store.verify(path: folder.database).problems == [])
    }

    @Test("what keeps samples from expiring is told with its place and reason, until it is over")
    func failure() async throws {
        let now = 1_700_000_000 as Int64
        let path = folder.database
        try await withStore(at: path) { store in
            let id = try store.series("m")
            try await store.write(MaintenanceTests.batch([id], now - 5000..<now - 4000))
            try await store.seal()
            try await store.write(MaintenanceTests.batch([id], now - 500..<now))
            try await store.seal()
        }
        // SQLite fills a page from its end, so the segment found first is the second. Its directory begins behind its head.
        var bytes = try Data(contentsOf: URL(filePath: path))
        let magic = Array("FSEG".utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: magic) })
        bytes[start + 20] ^= 1
        try bytes.write(to: URL(filePath: path))
        let options = Store.Options(groupCommit: .milliseconds(2), retention: .seconds(1000))
        try await withStore(at: path, options: options) { store in
            await store.writer.expire()
            let why = try #require(store.health.failures[.expiry])
            #expect(why.hasPrefix("samples of series 0 to 127: segment 2: "))
            #expect(why.contains("segment directory: checksum"))
            await store.writer.expire()
            #expect(store.health.failures[.expiry] != nil)
            await store.keep(Store.Options(retention: nil))
            await store.writer.expire()
            #expect(store.health.failures == [:])
        }
    }

    @Test("many series are deleted at once, and every segment is written once for all of them")
    func deleteMany() async throws {
        try await withStore(at: folder.database) { store in
            var ids: [SeriesID] = []
            for index in 0..<300 { ids.append(try store.series("m", host: "h\(index)")) }
            for round in 0..<3 as Range<Int64> {
                try await store.write(MaintenanceTests.batch(ids, round * 100..<round * 100 + 100))
                try await store.seal()
            }
            let partly = try await store.delete(Array(ids[..<100]), in: 50_000_000_000..<150_000_000_000)
            #expect(partly.values.allSatisfy { $0 == 100 })
            let before = try store.reader.sizes()
            let gone = try await store.delete(ids.enumerated().filter { $0.offset % 3 != 0 }.map(\.element))
            #expect(gone.count == 200)
            #expect(gone[ids[1]] == 200)
            #expect(gone[ids[101]] == 300)
            let after = try store.reader.sizes()
            #expect(after.segmentCount == before.segmentCount)
            #expect(store.catalogue.count == 100)
            for (index, id) in ids.enumerated() where index % 3 == 0 {
                let count = try await store.everything(of: id).count
                #expect(count == (index < 100 ? 200 : 300))
            }
        }
        #expect(try Store.verify(path: folder.database).problems == [])
    }

    @Test("while somebody's transaction holds the log, only samples make it grow; then it is cut")
    func heldLog() async throws {
        let path = folder.database
        try await withStore(at: path) { store in
            var ids: [SeriesID] = []
            for index in 0..<40 { ids.append(try store.series("m", host: "h\(index)")) }
            try await store.write(MaintenanceTests.batch(ids, 0..<10))
            let reader = HeldTransaction(store)
            var random = Seeded(9)
            var written = 0
            func write(_ rounds: Range<Int>) async throws {
                for round in rounds {
                    var batch = SampleBatch()
                    for id in ids {
                        for second in 0..<250 {
                            batch.append(
                                series: id, timestamp: Int64(round * 250 + second) * 1_000_000_000,
                                value: .random(in: 0...1, using: &random))
                        }
                    }
                    written += batch.count
                    try await store.write(batch)
                }
            }
            var round = 1
            while try store.reader.sizes().logBytes <= StoreWriter.usualLog {
                try await write(round..<round + 10)
                round += 10
            }
            await store.writer.watchLog()
            let held = await store.writer.isLogHeld
            #expect(held)
            // Nothing open, so that no seal is due because there is too much of it.
            try await store.seal()
            // No seal and no merge any more: twelve bytes a sample of noise, and a third more for pages and frames.
            let (start, samples) = (try store.reader.sizes(), written)
            try await write(round..<round + 20)
            round += 20
            let end = try store.reader.sizes()
            #expect(end.segmentCount == start.segmentCount)
            #expect(end.logBytes - start.logBytes < (written - samples) * 16)
            try await reader.end()
            // A merge that began before reads, too.
            try await store.writer.waitForSeals()
            await store.writer.watchLog()
            let isStillHeld = await store.writer.isLogHeld
            #expect(!isStillHeld)
            try await write(round..<round + 1)
            try await store.seal()
            #expect(try store.reader.sizes().logBytes <= 16 << 20)
        }
    }
}

/// What a forgotten `sqlite3` does to us: a read transaction that stays open.
private struct HeldTransaction {
    private let ending = DispatchSemaphore(value: 0)
    private let reading: Task<Void, any Error>

    init(_ store: Store) {
        let beginning = DispatchSemaphore(value: 0)
        reading = Task { [ending] in
            try await store.database.read { db in
                _ = try JournalTable.lastID(in: db)
                beginning.signal()
                ending.wait()
            }
        }
        beginning.wait()
    }

    func end() async throws {
        ending.signal()
        try await reading.value
    }
}
