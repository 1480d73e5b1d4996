// Stores that earlier versions wrote are brought forward.

import FoundationEssentials
import TestSupport
import Testing

@testable import SeriesStore

/// Stores that earlier versions wrote, as files in Tests/Fixtures/store: `version-1.db` has three series of 150 samples, open
/// and with forecasts.
@Suite("Migrations") struct MigrationTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func copy(_ name: String) throws {
        try FileManager.default.copyItem(
            atPath: SourceTree.root + "/Tests/Fixtures/store/\(name)", toPath: folder.database)
    }

    /// Before version 3 values of labels were not quoted; in this file there is one that should be.
    private static func quoted(_ value: SQLValue) -> SQLValue {
        guard case .text(let text) = value, let place = text.firstRange(of: "path=/var log}") else { return value }
        return .text(text[..<place.lowerBound] + #"path="/var log"}"#)
    }

    private func rows(_ sql: String) throws -> [[SQLValue]] { try Store.query(path: folder.database, sql: sql).rows }

    @Test("a store of version 1 holds the same after it was brought forward, and takes more")
    func first() async throws {
        try copy("version-1.db")
        let views = ["v_series", "v_forecast", "v_forecast_as_of", "v_alert", "v_model", "v_skill", "v_chunk"]
        let order = " ORDER BY 1, 2, 3, 4, 5, 6, 7"
        let before = try views.map { try rows("SELECT * FROM \($0)" + order).map { $0.map(Self.quoted) } }
        #expect(before[1].count == 180)
        #expect(try Store.verify(path: folder.database).problems == [])
        let path = folder.database
        try await withStore(at: path) { store in
            #expect(try rows("PRAGMA user_version") == [[.integer(Int64(Schema.version))]])
            for (view, before) in zip(views, before) {
                #expect(try rows("SELECT * FROM \(view)" + order) == before, "\(view)")
            }
            let series = try #require(store.catalogue.all().first)
            #expect(try await store.everything(of: series.id).count == 150)
            try await store.write(SampleBatch(series: [series.id], timestamps: [5], values: [6]))
            try await store.compact()
            #expect(try await store.everything(of: series.id).count == 151)
        }
        #expect(try Store.verify(path: path).problems == [])
    }

    @Test("what is salvaged from a store of version 1 is of this version")
    func salvaged() throws {
        try copy("version-1.db")
        let saved = folder.path + "/saved.db"
        #expect(try Store.salvage(path: folder.database, to: saved).isWhole)
        let forecasts = "SELECT * FROM v_forecast ORDER BY grid, lead"
        #expect(try Store.query(path: saved, sql: forecasts).rows == rows(forecasts).map { $0.map(Self.quoted) })
        #expect(try Store.verify(path: saved).problems == [])
    }
}
