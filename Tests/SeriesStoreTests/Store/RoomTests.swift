// Too little room: what goes first, what stays in any case, and what is said when that is too much.

import Testing

@testable import SeriesStore

@Suite("Room") struct RoomTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let minute: Int64 = 60_000_000_000
    private static let day = 1440 * minute

    /// How the samples of several days lie in the file.
    enum Layout: CaseIterable {
        /// Each day in a segment.
        case byDay
        /// All in one, as a merge of everything leaves them.
        case merged
    }

    /// Noise, a sample a minute, from a day on; every day is sealed.
    private static func fill(_ store: Store, _ series: [SeriesID], days: Range<Int>, _ layout: Layout) async throws {
        var random = Seeded(3)
        for day in days {
            var batch = SampleBatch()
            for id in series {
                for minute in 0..<1440 {
                    let time = Int64(day * 1440 + minute) * Self.minute
                    batch.append(series: id, timestamp: time, value: .random(in: 0...1, using: &random))
                }
            }
            try await store.write(batch)
            try await store.seal()
        }
        if layout == .merged { try await store.compact() }
    }

    /// Rounds, until nothing goes any more; what was said in each.
    private static func makeRoom(_ store: Store) async throws -> [StoreHealth.Shed?] {
        var said: [StoreHealth.Shed?] = []
        for _ in 0..<40 {
            await store.writer.makeRoom()
            said.append(store.health.shedding)
            try await store.writer.waitForSeals()
            if store.health.shedding == nil { break }
        }
        return said
    }

    @Test(
        "near its largest size the store gives up the oldest samples, never the newest day, and says so",
        arguments: Layout.allCases)
    func room(layout: Layout) async throws {
        let options = Store.Options(groupCommit: .milliseconds(2), maxBytes: nil, keepFree: 0)
        try await withStore(at: folder.database, options: options) { store in
            let id = try store.series("m")
            try await Self.fill(store, [id], days: 0..<6, layout)
            #expect(try store.reader.sizes().segmentCount == (layout == .byDay ? 6 : 1))
            let before = try await store.everything(of: id)
            let used = try await store.database.usedBytes()
            // Two days of noise must go, of six.
            await store.keep(Store.Options(maxBytes: (used - 23_000) * 50 / 49, keepFree: 0))
            let said = try await Self.makeRoom(store)
            #expect(said.first == .samples)
            #expect(said.last == .some(nil))
            #expect(try await store.database.usedBytes() <= used - 23_000)
            let left = try await store.everything(of: id)
            #expect((2 * 1440..<5 * 1440).contains(left.count))
            #expect(left.keys.min() == Int64(6 * 1440 - left.count) * Self.minute)
            #expect(left.allSatisfy { before[$0.key] == $0.value })
            #expect(store.health.shortages == [])
        }
        #expect(try Store.verify(path: folder.database).problems == [])
    }

    @Test(
        "a largest size that the newest day exceeds leaves that day, and both numbers are said until it is raised",
        arguments: Layout.allCases)
    func tooSmall(layout: Layout) async throws {
        let options = Store.Options(groupCommit: .milliseconds(2), maxBytes: 10_000, keepFree: 0)
        try await withStore(at: folder.database, options: options) { store in
            let (id, silent) = (try store.series("m"), try store.series("silent"))
            try await Self.fill(store, [id, silent], days: 0..<2, .byDay)
            try await Self.fill(store, [id], days: 2..<3, layout)
            let said = try await Self.makeRoom(store)
            #expect(said.contains(.samples))
            let left = try await store.everything(of: id)
            #expect((1440..<1440 + 1440 / 32).contains(left.count))
            #expect(left.keys.max() == Int64(3 * 1440 - 1) * Self.minute)
            if layout == .merged {
                // The day of a series that fell silent is its own newest.
                #expect(try await store.everything(of: silent).count >= 1440)
            }
            let used = try await store.database.usedBytes()
            #expect(store.health.shortages == [Shortage(limit: .ofStore, allowed: 10_000, needed: used)])
            await store.keep(Store.Options(maxBytes: used * 2, keepFree: 0))
            await store.writer.makeRoom()
            #expect(store.health.shortages == [])
        }
    }

    @Test("what is cut out of a segment leaves its bins, each sample in one", arguments: Layout.allCases)
    func tiers(layout: Layout) async throws {
        var options = Store.Options(groupCommit: .milliseconds(2), maxBytes: nil, keepFree: 0)
        options.tiers = [Store.Options.Tier(stepSeconds: 3600, keep: .seconds(100 * 86_400))]
        let bounded = options
        try await withStore(at: folder.database, options: options) { store in
            let ids = [try store.series("a"), try store.series("b")]
            try await Self.fill(store, ids, days: 0..<4, layout)
            func counts() async throws -> [[Double]] {
                try await ids.asyncMap {
                    try await store.reader.bins(of: $0, stepSeconds: 3600, range: 0..<4 * 24, aggregate: .count)
                }
            }
            let full = [[Double]](repeating: [Double](repeating: 60, count: 4 * 24), count: 2)
            #expect(try await counts() == full)
            // A little at a time, so that the border lies in the middle of bins.
            while try await store.everything(of: ids[0]).count > 1440 * 3 / 2 {
                var options = bounded
                options.maxBytes = (try await store.database.usedBytes() - 1000) * 50 / 49
                await store.keep(options)
                await store.writer.makeRoom()
                try await store.writer.waitForSeals()
                #expect(try await counts() == full)
            }
        }
        #expect(try Store.verify(path: folder.database).problems == [])
    }

    @Test("a damaged segment that would have to be cut is named, and costs the others nothing")
    func damaged() async throws {
        let options = Store.Options(groupCommit: .milliseconds(2), maxBytes: 10_000, keepFree: 0)
        try await withStore(at: folder.database, options: options) { store in
            let id = try store.series("m")
            try await Self.fill(store, [id], days: 0..<3, .merged)
            try await store.database.write { db in
                try db.run("UPDATE segment SET bytes = substr(bytes, 1, 21)")
            }
            let said = try await Self.makeRoom(store)
            #expect(said == [nil])
            let segment = try #require(try store.database.readNow { try SegmentTable.all(in: $0) }.first).id
            #expect(store.health.failures[.room]?.hasPrefix("segment \(segment): ") == true)
        }
    }

    @Test("the series of a rule hold so many bytes together; their oldest go first, never their newest day")
    func roomOfRule() async throws {
        var options = Store.Options(groupCommit: .milliseconds(2))
        options.rules = [Store.Options.Rule(matches: try Selector(parsing: "noise"), maxBytes: 30_000)]
        try await withStore(at: folder.database, options: options) { store in
            let ids = [
                try store.series("noise", host: "a"), try store.series("noise", host: "b"), try store.series("x"),
            ]
            var random = Seeded(5)
            for day in 0..<10 {
                var batch = SampleBatch()
                for id in ids {
                    for minute in 0..<288 {
                        batch.append(
                            series: id, timestamp: Int64(day * 86_400 + minute * 300) * 1_000_000_000,
                            value: .random(in: 0...1, using: &random))
                    }
                }
                try await store.write(batch)
                try await store.seal()
            }
            await store.writer.expire()
            try await store.writer.waitForSeals()
            let left = try await ids.asyncMap { try await store.reader.samples(of: $0, from: .min, to: .max) }
            // A day of a series is two kilobytes of noise.
            #expect((5 * 288...8 * 288).contains(left[0].timestamps.count))
            #expect(left[1].timestamps == left[0].timestamps)
            #expect(left[0].timestamps.last == left[2].timestamps.last)
            #expect(left[2].timestamps.count == 2880)
        }
    }

    @Test("of a chunk that reaches into the newest day the oldest part goes, and a rule's limit below that day is told")
    func roomOfRuleInOneChunk() async throws {
        @Sendable func options(_ maxBytes: Int) throws -> Store.Options {
            var options = Store.Options(groupCommit: .milliseconds(2))
            options.rules = [Store.Options.Rule(matches: try Selector(parsing: "noise"), maxBytes: maxBytes)]
            return options
        }
        try await withStore(at: folder.database, options: options(15_000)) { store in
            let ids = [try store.series("noise"), try store.series("x")]
            try await Self.fill(store, ids, days: 0..<2, .merged)
            await store.writer.expire()
            try await store.writer.waitForSeals()
            let left = try await ids.asyncMap { try await store.everything(of: $0).count }
            // Ten kilobytes are a day of noise.
            #expect((1500..<2300).contains(left[0]))
            #expect(left[1] == 2 * 1440)
            #expect(store.health.shortages == [])
            await store.keep(try options(3000))
            for _ in 0..<2 {
                await store.writer.expire()
                try await store.writer.waitForSeals()
            }
            #expect((1440..<1440 + 1440 / 32).contains(try await store.everything(of: ids[0]).count))
            let shortage = try #require(store.health.shortages.first)
            #expect(shortage.limit == .ofRule("noise") && shortage.allowed == 3000)
            #expect((9_000..<13_000).contains(shortage.needed))
            await store.keep(try options(30_000))
            await store.writer.expire()
            #expect(store.health.shortages == [])
        }
        #expect(try Store.verify(path: folder.database).problems == [])
    }
}
