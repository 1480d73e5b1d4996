// Deleting, renaming, expiring, thinning, verifying, salvaging: each changes the file and must leave everything else
// as it was.

import FoundationEssentials
import Testing

@testable import SeriesStore

@Suite("Maintenance") struct MaintenanceTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    static func batch(_ series: [SeriesID], _ times: Range<Int64>, step: Int64 = 1_000_000_000) -> SampleBatch {
        var batch = SampleBatch()
        for time in times { for id in series { batch.append(series: id, timestamp: time * step, value: Double(time)) } }
        return batch
    }

    @Test("a deleted series is gone with its rows, and others stay")
    func delete() async throws {
        let path = folder.database
        try await withStore(at: path) { store in
            let ids = try (0..<3).map { try store.series("m", host: "h\($0)") }
            let grid = try await store.writer.grid(series: ids[1], stepSeconds: 60)
            let fan = FanRow(
                grid: grid, origin: 60, issuedAt: 0, stepSeconds: 60, model: "ridge", backfilled: false,
                fan: RowTests.fan(1))
            try await store.writer.submit(
                JournalEntry(samples: Self.batch(ids, 0..<500), fans: [fan], rows: [.latestFan(fan)]), urgency: .waited)
            let removed = try await store.delete(ids[1])
            #expect(removed == 500)
            #expect(store.catalogue.count == 2)
            #expect(try store.reader.latestFan(grid) == nil)
            #expect(try store.reader.grids() == [])
            // What is still on its way for it is dropped.
            try await store.write(Self.batch([ids[1], ids[2]], 500..<501))
            let again = try store.series("m", host: "h1")
            #expect(again != ids[1])
        }
        try await withStore(at: path) { store in
            let counts = try await [0, 2].asyncMap {
                try await store.everything(of: store.series("m", host: "h\($0)")).count
            }
            #expect(counts == [500, 501])
        }
        #expect(try Store.verify(path: path).problems == [])
    }

    @Test("a deleted range is gone, open or sealed, also after reopening")
    func deleteRange() async throws {
        let path = folder.database
        try await withStore(at: path) { store in
            let id = try store.series("m")
            try await store.write(Self.batch([id], 0..<100))
            try await store.seal()
            try await store.write(Self.batch([id], 100..<200))
            let removed = try await store.delete(id, in: 90_000_000_000..<110_000_000_000)
            #expect(removed == 20)
        }
        try await withStore(at: path) { store in
            let (timestamps, _) = try await store.reader.samples(of: store.series("m"), from: .min, to: .max)
            #expect(timestamps == (Array(0..<90) + Array(110..<200)).map { $0 * 1_000_000_000 })
        }
    }

    @Test("what a range holds is counted as a deletion of it counts, without looking at values", arguments: 0..<6)
    func counts(seed: Int) async throws {
        try await withStore(at: folder.database) { store in
            var random = Seeded(seed)
            let ids = try (0..<3).map { try store.series("m", host: "h\($0)") }
            for part in 0..<4 as Range<Int64> {
                try await store.write(Self.batch(ids, part * 1000..<part * 1000 + 900))
                if part < 3 { try await store.seal() }
            }
            for _ in 0..<4 {
                let ends = (0..<2).map { _ in Int64.random(in: -100...4100, using: &random) * 1_000_000_000 }.sorted()
                let range = ends[0]..<ends[1]
                let counted = try await store.reader.counts(of: ids, in: range)
                let deleted = try await store.delete(ids, in: range)
                #expect(counted == deleted, "\(range)")
            }
        }
    }

    @Test("samples of a series that was merged long ago, or deleted, are neither kept nor mixed up")
    func merged() {
        var merged = MergedSeries()
        for id in 0..<SeriesID(MergedSeries.most) + 10 { merged.add(id, into: 1_000_000) }
        #expect(merged.targets.count == MergedSeries.most)
        #expect(merged.targets[9] == nil && merged.targets[10] == 1_000_000)
        merged.add(1_000_000, into: 2_000_000)
        #expect(merged.targets[20] == 2_000_000)
        merged.remove(1_000_000)
        #expect(merged.targets[1_000_000] == nil)
    }

    @Test("a renamed series keeps its samples; a merged one gives them to the other, whose own win")
    func rename() async throws {
        let path = folder.database
        try await withStore(at: path) { store in
            let (a, b) = (try store.series("a"), try store.series("b"))
            try await store.write(Self.batch([a], 0..<10))
            try await store.write(SampleBatch(series: [b], timestamps: [3_000_000_000], values: [77]))
            let c = try SeriesKey(name: "c", labels: [])
            try await store.rename(a, to: c)
            #expect(store.catalogue.find(c) == a)
            await #expect(throws: StoreError.self) { try await store.rename(b, to: c) }
            try await store.rename(a, to: SeriesKey(name: "b", labels: []), merging: true)
        }
        try await withStore(at: path) { store in
            #expect(store.catalogue.all().map(\.key.name) == ["b"])
            let found = try await store.reader.samples(of: store.series("b"), from: .min, to: .max)
            #expect(found.values == [0, 1, 2, 77, 4, 5, 6, 7, 8, 9])
        }
    }

    @Test("samples older than the retention go, counted back from each series' newest")
    func retention() async throws {
        let options = Store.Options(groupCommit: .milliseconds(2), retention: .seconds(1000))
        let now = 1_700_000_000 as Int64
        try await withStore(at: folder.database, options: options) { store in
            let (live, slow) = (try store.series("live"), try store.series("slow"))
            try await store.write(Self.batch([live, slow], now - 5000..<now - 4000))
            try await store.seal()
            try await store.write(Self.batch([live], now - 3000..<now - 2500))
            try await store.seal()
            try await store.write(Self.batch([live], now - 500..<now))
            try await store.write(Self.batch([slow], now - 900..<now - 899))
            await store.writer.expire()
            try await store.writer.waitForSeals()
            let left = try await [live, slow].asyncMap { try await store.reader.samples(of: $0, from: .min, to: .max) }
            #expect(left.map(\.timestamps.count) == [500, 1])
        }
    }

    @Test("history that is brought in long after its time is no silent series, and stays")
    func oldHistory() async throws {
        let options = Store.Options(groupCommit: .milliseconds(2), retention: .seconds(1000))
        try await withStore(at: folder.database, options: options) { store in
            let old = try store.series("old")
            try await store.write(Self.batch([old], 1_400_000_000..<1_400_000_500))
            try await store.seal()
            await store.writer.expire()
            try await store.writer.waitForSeals()
            let left = try await store.reader.samples(of: old, from: .min, to: .max)
            #expect(left.timestamps.count == 500)
        }
    }

    @Test("fans are thinned to one in three hours after two days, and end after thirty")
    func thinning() async throws {
        let path = folder.database
        try await withStore(at: folder.database) { store in
            let grid = try await store.writer.grid(series: try store.series("m"), stepSeconds: 60)
            let now = 1_700_000_000 as Int64
            let fans = (0..<1600).map { index in
                FanRow(
                    grid: grid, origin: now - 1800 * index, issuedAt: 0, stepSeconds: 60, model: "ridge",
                    backfilled: false, fan: RowTests.fan(1))
            }
            try await store.writer.submit(JournalEntry(fans: fans), urgency: .waited)
            await store.writer.expire()
            let origins = try Store.query(path: path, sql: "SELECT origin FROM forecast_fan").rows
            #expect((95...102).contains(origins.filter { $0[0] > .integer(now - 172_800) }.count))
            #expect(origins.count < 102 + 8 * 28 + 2)
            let old = try store.reader.fan(grid, asOf: now - 10 * 86_400)
            #expect(old.map { now - 10 * 86_400 - $0.origin < 3 * 3600 } == true)
            #expect(try store.reader.fan(grid, asOf: now - 31 * 86_400) == nil)
        }
    }

    @Test("one damaged segment: the rest is served, the health says so, and verify and salvage name it")
    func damage() async throws {
        let path = folder.database
        let (good, bad) = try await withStore(at: path) { store in
            let good = try store.series("good")
            try await store.write(Self.batch([good], 0..<300))
            try await store.seal()
            try await store.write(Self.batch([good], 300..<600))
            try await store.seal()
            return (good, 2 as Int64)
        }
        #expect(try Store.verify(path: path).problems == [])
        // SQLite fills a page from its end, so the segment found first is the second.
        var bytes = try Data(contentsOf: URL(filePath: path))
        let magic = Array("FSEG".utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: magic) })
        bytes[start + 70] ^= 1
        try bytes.write(to: URL(filePath: path))
        let problems = try Store.verify(path: path).problems
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("segment 2: ") == true)
        try await withStore(at: path) { store in
            let found = try await store.everything(of: good)
            #expect(found.count == 300)
            #expect(store.health.damagedSegments.keys.sorted() == [bad])
            try await store.write(Self.batch([good], 600..<610))
            let more = try await store.everything(of: good)
            #expect(more.count == 310)
        }
        let target = folder.path + "/salvaged.db"
        let saved = try Store.salvage(path: path, to: target)
        #expect(saved.gone.count == 1)
        #expect(saved.samples == 310 && saved.samplesGone == 300)
        #expect(try Store.verify(path: target).problems == [])
        try await withStore(at: target) { store in
            let found = try await store.everything(of: good)
            #expect(found.count == 310)
        }
    }

    @Test("a summary says the same before and after seals, merges and deletes")
    func summary() async throws {
        try await withStore(at: folder.database) { store in
            let ids = try (0..<2).map { try store.series("m", host: "h\($0)") }
            var count: Int64 = 0
            for round in 0..<6 {
                try await store.write(Self.batch(ids, count..<count + 50))
                count += 50
                let expected = SeriesSummary(
                    count: Int(count), first: 0, last: (count - 1) * 1_000_000_000, lastValue: Double(count - 1))
                for step in 0..<2 {
                    let found = try await store.reader.summary(of: ids[1])
                    #expect(found == expected, "round \(round), step \(step)")
                    if step == 0 { round == 3 ? try await store.compact() : try await store.seal() }
                }
            }
            try await store.delete(ids[1], in: 0..<100_000_000_000)
            let rest = try await store.reader.summary(of: ids[1])
            #expect(
                rest == SeriesSummary(count: 200, first: 100_000_000_000, last: 299_000_000_000, lastValue: 299))
            try await store.delete(ids[0])
            let gone = try await store.reader.summary(of: ids[0])
            #expect(gone == nil)
        }
    }

    @Test("a backup taken beside a writer is a store with everything acknowledged before")
    func backup() async throws {
        let copy = folder.path + "/copy.db"
        try await withStore(at: folder.database) { store in
            let id = try store.series("m")
            try await store.write(Self.batch([id], 0..<100))
            try await store.backup(to: copy)
        }
        #expect(try Store.verify(path: copy).problems == [])
        try await withStore(at: copy) { store in
            let found = try await store.everything(of: store.series("m"))
            #expect(found.count == 100)
        }
    }
}

extension SQLValue {
    static func > (left: SQLValue, right: SQLValue) -> Bool {
        guard case .integer(let left) = left, case .integer(let right) = right else { return false }
        return left > right
    }
}

extension Array {
    func asyncMap<T>(_ transform: (Element) async throws -> T) async throws -> [T] {
        var result: [T] = []
        for element in self { result.append(try await transform(element)) }
        return result
    }
}
