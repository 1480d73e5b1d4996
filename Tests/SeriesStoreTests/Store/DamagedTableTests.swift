// One page of one table of forecasts is overwritten in a real file. Everything there is derived from samples, so nothing
// of it may keep the store from opening, from committing samples, or from answering out of the other tables.

import FoundationEssentials
import SeriesStore
import Testing

@Suite("A damaged table of forecasts") struct DamagedTableTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let origin: Int64 = 1_700_000_040

    private static func fan(_ grid: GridID, _ origin: Int64) -> FanRow {
        FanRow(
            grid: grid, origin: origin, issuedAt: 5, stepSeconds: 60, model: "ridge", backfilled: false,
            fan: RowTests.fan(1))
    }

    private static func model(_ grid: GridID, _ id: Int64) -> ModelRow {
        ModelRow(
            id: id, grid: grid, name: "elman-\(id)", createdAt: 5, dataFrom: 0, dataTo: 9, seed: 1, codeVersion: 1,
            skill: 0.5, scores: "{}", reason: "accepted", bytes: [UInt8](repeating: 7, count: 300))
    }

    private static func alert(_ series: SeriesID, _ grid: GridID, _ id: Int64) -> AlertRow {
        AlertRow(
            id: id, series: series, grid: grid, kind: "drift", state: "firing", severity: "warning", since: 1,
            firedAt: 2, resolvedAt: nil, acceptedBy: nil, expected: 1, lower: 0, upper: 2, actual: 9, rmse: 3,
            baselineRMSE: 1, ratio: 3, model: "profile", backfilled: false)
    }

    /// An entry that touches every table of forecasts.
    private static func entry(_ series: SeriesID, _ grid: GridID, round: Int64) -> JournalEntry {
        let fan = fan(grid, origin + round * 1800)
        let skill = SkillRow(
            grid: grid, day: 19_000 + round, lead: 1, n: 1, sse: 1, sae: 1, baselineSSE: 1, inside80: 1, inside95: 1)
        return JournalEntry(
            samples: SampleBatch(series: [series], timestamps: [round], values: [Double(round)]), fans: [fan],
            rows: [
                .latestFan(fan), .model(model(grid, round)), .alert(alert(series, grid, round)), .skill(skill),
                .state(grid: grid, bytes: [UInt8](repeating: 3, count: 200), processed: round),
                .mark(MarkRow(kind: "accepted", text: "t", matcher: "", from: 0, to: nil)),
            ])
    }

    /// Fills a file and overwrites the root page of a table.
    private func damage(_ table: String) async throws {
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            let grid = try await store.writer.grid(series: series, stepSeconds: 60)
            for round in 1...6 {
                try await store.writer.submit(Self.entry(series, grid, round: Int64(round)), urgency: .waited)
            }
        }
        try Self.overwriteRoot(of: table, in: folder.database)
    }

    /// Writes ones over the first page of a table.
    static func overwriteRoot(of table: String, in path: String) throws {
        let found = try Store.query(path: path, sql: "SELECT rootpage FROM sqlite_master WHERE name = '\(table)'")
        guard case .integer(let page)? = found.rows.first?.first else { throw StoreError.unknown(table) }
        var bytes = try Data(contentsOf: URL(filePath: path))
        let start = Int(page - 1) * 1024
        bytes.replaceSubrange(start..<start + 1024, with: [UInt8](repeating: 0xFF, count: 1024))
        try bytes.write(to: URL(filePath: path))
    }

    @Test(
        "the store opens, commits samples and says which table it is",
        arguments: ForecastTable.allCases)
    func commits(table: ForecastTable) async throws {
        try await damage(table.rawValue)
        try await withStore(at: folder.database) { store in
            let series = try #require(store.catalogue.all().first).id
            let grid = try await store.writer.grid(series: series, stepSeconds: 60)
            for round in 7...9 {
                try await store.writer.submit(Self.entry(series, grid, round: Int64(round)), urgency: .waited)
            }
            let samples = try await store.everything(of: series)
            #expect(samples.count == 9)
            #expect(Set(store.health.damagedTables.keys) == [table])
            _ = try store.reader.sizes()
            let lastModel = table == .model ? 9 : try store.reader.lastModelID()
            #expect(lastModel == (table == .grid ? 6 : 9))
        }
        // And once more: what was committed beside the damage is there.
        try await withStore(at: folder.database) { store in
            let series = try #require(store.catalogue.all().first).id
            let samples = try await store.everything(of: series)
            #expect(samples.count == 9)
        }
    }

    @Test("a read of a damaged table is an error that names it, and a note in the health")
    func reads() async throws {
        try await damage("alert")
        try await withStore(at: folder.database) { store in
            #expect {
                try store.reader.alerts()
            } throws: { error in
                if case .damagedTable(.alert, _)? = error as? StoreError { true } else { false }
            }
            #expect(store.health.damagedTables.keys.contains(.alert))
            let lastModel = try store.reader.lastModelID()
            #expect(lastModel == 6)
        }
    }

    @Test("series are deleted beside a damaged table", arguments: ForecastTable.allCases)
    func deletes(table: ForecastTable) async throws {
        try await damage(table.rawValue)
        try await withStore(at: folder.database) { store in
            let series = try #require(store.catalogue.all().first).id
            let deleted = try await store.delete(series)
            #expect(deleted == 6)
            #expect(store.catalogue.count == 0)
            try await store.write(SampleBatch(series: [try store.series("n")], timestamps: [1], values: [1]))
        }
    }

    @Test("no grid of a file whose table of grids is damaged is given an id twice")
    func gridIDs() async throws {
        try await damage("grid")
        var ids: [GridID] = []
        for _ in 0..<2 {
            ids.append(
                try await withStore(at: folder.database) { store in
                    let series = try #require(store.catalogue.all().first).id
                    let grid = try await store.writer.grid(series: series, stepSeconds: 60)
                    try await store.writer.submit(Self.entry(series, grid, round: 7), urgency: .waited)
                    return grid
                })
        }
        #expect(ids == [2, 3])
    }

    @Test(
        "salvage loses the rows of the damaged page alone",
        arguments: ["forecast_fan", "model", "skill", "alert", "forecast_latest", "state"])
    func salvage(table: String) async throws {
        let count = 120
        try await withStore(at: folder.database) { store in
            for index in 0..<count {
                let series = try store.series("m", host: "h\(index)")
                let grid = try await store.writer.grid(series: series, stepSeconds: 60)
                // An origin of its own for each, as far apart as those of 15-minute bins: ids of fans lie 2^41 apart.
                try await store.writer.submit(
                    Self.entry(series, grid, round: Int64(index) * 6 + 1), urgency: .grouped)
            }
        }
        let page = try Self.overwriteLeaf(of: table, in: folder.database)
        #expect(page > 0)
        let target = folder.path + "/new.db"
        let found = try Store.salvage(path: folder.database, to: target)
        #expect(found.gone.count == 1, "\(found.gone)")
        #expect(found.gone.first?.hasPrefix("\(table) ") == true)
        #expect(found.tables.filter { !$0.isWhole }.map(\.name) == [table])
        let rows = try Store.query(path: target, sql: "SELECT count(*) FROM \(table)").rows
        guard case .integer(let kept)? = rows.first?.first else { return }
        // A page of 1024 bytes holds at most 60 of the smallest of these rows, of 17 bytes.
        #expect(kept >= count - 60 && kept < count, "\(kept) rows of \(count)")
        let told = try #require(found.tables.first { $0.name == table })
        #expect(told.rows == kept)
        #expect(told.hasUnknown || told.rows + told.unreadable == count)
        #expect(try Store.verify(path: target).problems == [])
    }

    /// Writes ones over the leaf page that the middle child of a table's root names (SQLite file format, 1.6).
    static func overwriteLeaf(of table: String, in path: String) throws -> Int {
        let found = try Store.query(path: path, sql: "SELECT rootpage FROM sqlite_master WHERE name = '\(table)'")
        guard case .integer(let root)? = found.rows.first?.first else { throw StoreError.unknown(table) }
        var bytes = try Data(contentsOf: URL(filePath: path))
        func number(_ at: Int, _ length: Int) -> Int { bytes[at..<at + length].reduce(0) { $0 << 8 | Int($1) } }
        var page = Int(root)
        // Interior pages are of type 5, those of tables without row ids of type 2.
        while [2, 5].contains(bytes[(page - 1) * 1024]) {
            let start = (page - 1) * 1024
            let cell = number(start + 12 + 2 * (number(start + 3, 2) / 2), 2)
            page = number(start + cell, 4)
        }
        guard page != Int(root) else { throw StoreError.unknown("a leaf of \(table)") }
        bytes.replaceSubrange((page - 1) * 1024..<page * 1024, with: [UInt8](repeating: 0xFF, count: 1024))
        try bytes.write(to: URL(filePath: path))
        return page
    }
}
