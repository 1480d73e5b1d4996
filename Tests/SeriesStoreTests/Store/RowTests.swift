// The small tables: what is written comes back, through our readers and through the documented views in plain SQL.

import SeriesStore
import Testing

@Suite("Rows") struct RowTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// A fan of random shape: also wide, flat, negative and with a resolution above 1.
    static func fan(_ seed: Int) -> Fan {
        var random = Seeded(seed)
        let steps = [1, 24, 60, 672][seed % 4]
        let scale = [0.001, 1, 37, 1e6, 3e17][seed % 5]
        let median = (0..<steps).map { _ in Double.random(in: -10...10, using: &random) * scale }
        func shifted(_ by: ClosedRange<Double>) -> [Double] {
            median.map { $0 + Double.random(in: by, using: &random) * scale }
        }
        return Fan.quantised(
            median: median, lower80: shifted(-2 ... -0.1), upper80: shifted(0.1...2), lower95: shifted(-40 ... -2),
            upper95: shifted(2...3), resolution: Resolution(width: scale))
    }

    @Test("plain SQL decodes a fan to the same doubles", arguments: 0..<20)
    func decoder(seed: Int) async throws {
        let fan = Self.fan(seed)
        let path = folder.database
        try await withStore(at: path) { store in
            let series = try store.series("disk", host: "web1")
            let grid = try await store.writer.grid(series: series, stepSeconds: 60)
            let row = FanRow(
                grid: grid, origin: 1_700_000_040, issuedAt: 5, stepSeconds: 60, model: "ridge", backfilled: false,
                fan: fan)
            try await store.writer.submit(JournalEntry(fans: [row], rows: [.latestFan(row)]), urgency: .waited)
            #expect(try store.reader.latestFan(grid) == row)
            #expect(try store.reader.fan(grid, asOf: 1_700_000_040) == row)
            #expect(try store.reader.fan(grid, asOf: 1_700_000_039) == nil)
            for view in ["v_forecast", "v_forecast_as_of"] {
                let result = try Store.query(
                    path: path,
                    sql: """
                        SELECT series, lead, target, median, lower80, upper80, lower95, upper95 FROM \(view)
                        ORDER BY lead
                        """)
                #expect(result.rows.count == fan.steps)
                for (k, row) in result.rows.enumerated() {
                    #expect(row[0] == .text("disk{host=web1}"))
                    #expect(row[1] == .integer(Int64(k) + 1))
                    #expect(row[2] == .integer(1_700_000_040 + 60 * (Int64(k) + 1)))
                    #expect(
                        row[3...].elementsEqual(
                            [fan.median(k), fan.lower80(k), fan.upper80(k), fan.lower95(k), fan.upper95(k)].map {
                                .real($0)
                            }))
                }
            }
        }
    }

    @Test("the content of one grid and origin never changes")
    func immutableFan() async throws {
        try await withStore(at: folder.database) { store in
            let grid = try await store.writer.grid(series: try store.series("m"), stepSeconds: 60)
            let rows = (0..<2).map { index in
                FanRow(
                    grid: grid, origin: 600, issuedAt: Int64(index), stepSeconds: 60, model: "ridge",
                    backfilled: false, fan: Self.fan(index))
            }
            for row in rows { try await store.writer.submit(JournalEntry(fans: [row]), urgency: .waited) }
            #expect(try store.reader.fan(grid, asOf: 700) == rows[0])
        }
    }

    static func entry(_ grid: GridID, _ bin: Int64, lead: Int = 1) -> RecordEntry {
        RecordEntry(
            grid: grid, bin: bin, lead: lead, resolution: Resolution(width: 64), median: bin * 3, lower: 7,
            upper: UInt8(truncatingIfNeeded: bin), model: bin < 700 ? "ridge" : "elman-3", backfilled: bin < 100)
    }

    @Test("record entries come back, open, sealed and after reopening; the first one for a bin stays")
    func record() async throws {
        let grid = try await withStore(at: folder.database) { store in
            let grid = try await store.writer.grid(series: try store.series("m"), stepSeconds: 60)
            for start in [Int64(0), 600] {
                let entries = (start..<start + 600).flatMap { [Self.entry(grid, $0), Self.entry(grid, $0, lead: 0)] }
                try await store.writer.submit(JournalEntry(records: entries), urgency: .waited)
                if start == 0 { try await store.seal() }
            }
            var other = Self.entry(grid, 17)
            other.median = 99
            try await store.writer.submit(JournalEntry(records: [other]), urgency: .waited)
            return grid
        }
        try await withStore(at: folder.database) { store in
            let near = try store.reader.record(grid: grid, lead: 1, bins: 10..<1100)
            #expect(near == (10..<1100).map { Self.entry(grid, $0) })
            let anchor = try store.reader.record(grid: grid, lead: 0, bins: 0..<5000)
            #expect(anchor.count == 1200)
        }
    }

    @Test("a model, a state, an alert, a skill, a mark and a cursor come back")
    func rows() async throws {
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            let grid = try await store.writer.grid(series: series, stepSeconds: 60)
            let again = try await store.writer.grid(series: series, stepSeconds: 60)
            #expect(again == grid)
            let model = ModelRow(
                id: 3, grid: grid, name: "elman-3", createdAt: 1, dataFrom: 2, dataTo: 3, seed: .max, codeVersion: 1,
                skill: 0.25, scores: "{}", reason: "accepted", bytes: [1, 2, 3])
            var rejected = model
            rejected.id = 4
            rejected.bytes = nil
            rejected.skill = nil
            var alert = AlertRow(
                id: 77, series: series, grid: grid, kind: "drift", state: "firing", severity: "warning", since: 5,
                firedAt: 6, resolvedAt: nil, acceptedBy: nil, expected: 0.1, lower: 0.05, upper: 0.15, actual: 92,
                rmse: 4, baselineRMSE: 1, ratio: 4, model: "profile", backfilled: false)
            let skill = SkillRow(
                grid: grid, day: 19_000, lead: 1, n: 9, sse: 1, sae: 2, baselineSSE: 3, inside80: 7, inside95: 8)
            let mark = MarkRow(id: 1, kind: "accepted", text: "new disk", matcher: "m", from: 5, to: nil)
            try await store.writer.submit(
                JournalEntry(rows: [
                    .model(model), .model(rejected), .alert(alert), .skill(skill), .mark(mark),
                    .state(grid: grid, bytes: [9, 8], processed: 42), .cursor(name: "import", position: "line 7"),
                ]), urgency: .waited)
            #expect(try store.reader.model(grid: grid) == model)
            #expect(
                try column("SELECT name || ' ' || ifnull(skill, '-') FROM v_model ORDER BY id") == [
                    "elman-3 0.25", "elman-3 -",
                ])
            #expect(try store.reader.alerts(open: true) == [alert])
            #expect(try column("SELECT n || ' ' || inside80 || ' ' || baseline_sse FROM v_skill") == ["9 7 3.0"])
            #expect(try column("SELECT kind || ' ' || text || ' ' || from_at FROM mark") == ["accepted new disk 5"])
            let cursors = try column("SELECT name || ' ' || position FROM cursor WHERE name NOT GLOB 'store/*'")
            #expect(cursors == ["import line 7"])
            #expect(try store.reader.state(grid: grid)?.bytes == [9, 8])
            #expect(try store.reader.state(grid: grid)?.processed == 42)
            alert.state = "resolved"
            alert.resolvedAt = 100
            try await store.writer.submit(JournalEntry(rows: [.alert(alert)]), urgency: .waited)
            #expect(try store.reader.alerts(open: true) == [])
            #expect(try store.reader.alerts(series: series) == [alert])
            #expect(try column("SELECT state FROM alert_history ORDER BY position") == ["firing", "resolved"])
            try await store.writer.submit(JournalEntry(rows: [.deleteModels(grid: grid)]), urgency: .waited)
            #expect(try store.reader.model(grid: grid) == nil)
        }
    }

    /// The texts of the first column of a query, as anyone with `sqlite3` sees them.
    private func column(_ sql: String) throws -> [String] {
        try Store.query(path: folder.database, sql: sql).rows.compactMap { row in
            if case .text(let text) = row[0] { text } else { nil }
        }
    }

    @Test(
        "every documented view can be read",
        arguments: [
            "v_series", "v_forecast", "v_forecast_as_of", "v_alert", "v_model", "v_skill", "v_chunk",
        ])
    func views(view: String) async throws {
        let path = folder.database
        try await withStore(at: path) { store in
            try await store.write(
                SampleBatch(series: [try store.series("größe", host: "a,b")], timestamps: [1], values: [2]))
            try await store.seal()
            _ = try Store.query(path: path, sql: "SELECT * FROM \(view)")
        }
        #expect(
            try Store.query(path: path, sql: "SELECT series FROM v_series").rows == [[.text("größe{host=\"a,b\"}")]])
    }

    @Test("a series has the name in SQL that it has everywhere, whatever is in its labels")
    func names() async throws {
        let path = folder.database
        let values = [
            "web1", "a-Z_09.:/@+-", "/var/my data", "ä", "{", "}", ",", "=", "\"", "\\", "a\nb", "\\n", "\\\"\n\"", "]",
            "^", "[",
            "*", "?", "'", String(repeating: "x", count: 127), String(repeating: "x ", count: 64),
            String(repeating: "\"y", count: 300),
        ]
        let expected = try await withStore(at: path) { store in
            var batch = SampleBatch()
            for (index, value) in values.enumerated() {
                let labels = [("a", value), ("größe \(index)", "b"), ("z", values[(index + 7) % values.count])]
                let key = try SeriesKey(name: "na me", labels: labels)
                let id = store.catalogue.intern(key, describing: { _ in (.gauge, "", .mean) }, uid: nil)
                batch.append(series: id, timestamp: 1, value: 1)
            }
            try await store.write(batch)
            return store.catalogue.all().sorted { $0.id < $1.id }.map(\.key.description)
        }
        #expect(try column("SELECT series FROM v_series ORDER BY series_id") == expected)
    }

    @Test("a store without forecasts has none of their tables, and their views are empty")
    func noForecasts() async throws {
        let path = folder.database
        let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
        try await withStore(at: path) { store in
            let series = try store.series("m")
            try await store.write(SampleBatch(series: [series], timestamps: [1], values: [2]))
            #expect(try Store.query(path: path, sql: tables).rows == [[.integer(5)]])
            #expect(try store.reader.alerts() == [])
            #expect(try store.reader.lastModelID() == 0)
            let before = try Store.query(path: path, sql: "SELECT * FROM v_forecast")
            #expect(before.rows.isEmpty)
            let grid = try await store.writer.grid(series: series, stepSeconds: 60)
            try await store.writer.barrier()
            #expect(try Store.query(path: path, sql: tables).rows == [[.integer(15)]])
            #expect(try store.reader.grids().map(\.id) == [grid])
            #expect(try Store.query(path: path, sql: "SELECT * FROM v_forecast").columns == before.columns)
        }
    }

    @Test("a forecast is found by the name that its series has now, and by no other")
    func byName() async throws {
        let path = folder.database
        @Sendable func found(_ name: String) throws -> Int {
            try Store.query(path: path, sql: "SELECT * FROM v_forecast WHERE series = '\(name)'").rows.count
        }
        try await withStore(at: path) { store in
            var entry = JournalEntry()
            for name in ["a", "b", "c"] {
                let series = try store.series(name, host: "größe 1")
                entry.samples.append(series: series, timestamp: 1, value: 2)
                let grid = try await store.writer.grid(series: series, stepSeconds: 60)
                entry.rows.append(
                    .latestFan(
                        FanRow(
                            grid: grid, origin: 60, issuedAt: 5, stepSeconds: 60, model: "ridge", backfilled: false,
                            fan: Self.fan(1))))
            }
            try await store.writer.submit(entry, urgency: .waited)
            let all = store.catalogue.all()
            #expect(try found("a{host=\"größe 1\"}") == 24)
            #expect(try found("a") == 0)
            try await store.rename(all[0].id, to: try SeriesKey(name: "d", labels: [("x", "y,z=\"")]))
            #expect(try found("a{host=\"größe 1\"}") == 0)
            #expect(try found(#"d{x="y,z=\""}"#) == 24)
            try await store.rename(all[1].id, to: all[2].key, merging: true)
            #expect(try found("b{host=\"größe 1\"}") == 0)
            #expect(try found("c{host=\"größe 1\"}") == 24)
            try await store.delete(all[2].id)
            #expect(try found("c{host=\"größe 1\"}") == 0)
            #expect(try Store.verify(path: path).problems == [])
            #expect(
                try Store.query(path: path, sql: "SELECT text FROM series_text").rows == [[.text(#"d{x="y,z=\""}"#)]])
        }
    }

    @Test("a series with an alert and no grid is in the view of alerts")
    func alertAlone() async throws {
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            let alert = AlertRow(
                id: 77, series: series, grid: 1, kind: "drift", state: "firing", severity: "warning", since: 5,
                firedAt: 6, resolvedAt: nil, acceptedBy: nil, expected: 0.1, lower: 0.05, upper: 0.15, actual: 92,
                rmse: 4, baselineRMSE: 1, ratio: 4, model: "profile", backfilled: false)
            try await store.writer.submit(JournalEntry(rows: [.alert(alert)]), urgency: .waited)
            #expect(try column("SELECT series FROM v_alert") == ["m"])
        }
    }

    @Test("SQL that writes is refused")
    func readOnly() async throws {
        let path = folder.database
        try await withStore(at: path) { _ in }
        let error = #expect(throws: QueryError.self) { try Store.query(path: path, sql: "DELETE FROM series") }
        #expect(error?.description.contains("only reading") == true)
    }

    private static func alert(_ series: SeriesID, _ grid: GridID, since: Int64, _ state: String) -> AlertRow {
        AlertRow(
            id: AlertRow.id(since: since, grid: grid), series: series, grid: grid, kind: "drift", state: state,
            severity: "warning", since: since * 1_000_000_000, firedAt: since * 1_000_000_000,
            resolvedAt: state == "firing" ? nil : 5, acceptedBy: nil, expected: 1, lower: 0, upper: 2, actual: 9,
            rmse: 3, baselineRMSE: 1, ratio: 3, model: "profile", backfilled: false)
    }

    @Test("ids of alerts are whole in a double, and differ by grid and by five minutes")
    func alertIDs() {
        let largestGrid: GridID = 1 << 28 - 1
        let year2129: Int64 = 5_000_000_000
        #expect(AlertRow.id(since: year2129, grid: largestGrid) < 1 << 53)
        #expect(AlertRow.id(since: 1_700_000_100, grid: 7) != AlertRow.id(since: 1_700_000_400, grid: 7))
        #expect(AlertRow.id(since: 1_700_000_100, grid: 7) != AlertRow.id(since: 1_700_000_100, grid: 8))
        #expect(AlertRow.id(since: -300, grid: 7) != AlertRow.id(since: 0, grid: 7))
    }

    @Test("an alert that an older daemon opened ends under the id that it had there")
    func olderAlert() async throws {
        try await withStore(at: folder.database) { store in
            let series = try store.series("m")
            let grid = try await store.writer.grid(series: series, stepSeconds: 60)
            var old = Self.alert(series, grid, since: 1_700_000_100, "firing")
            old.id = 1_700_000_100 << 28 | grid
            try await store.writer.submit(JournalEntry(rows: [.alert(old)]), urgency: .waited)
            let end = Self.alert(series, grid, since: 1_700_000_100, "resolved")
            try await store.writer.submit(JournalEntry(rows: [.alert(end)]), urgency: .waited)
            let next = Self.alert(series, grid, since: 1_700_090_000, "firing")
            try await store.writer.submit(JournalEntry(rows: [.alert(next)]), urgency: .waited)
            let rows = try store.reader.alerts()
            #expect(rows.map(\.id) == [next.id, old.id])
            #expect(rows.map(\.state) == ["firing", "resolved"])
        }
    }
}
