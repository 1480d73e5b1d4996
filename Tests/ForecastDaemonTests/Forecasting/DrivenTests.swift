// What holds of the joined middle of the daemon, under a driven clock: the same values give the same rows whether they
// come in a second or take a day, late values repair history only, and a crash changes nothing that was issued.

import Glibc
import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("The daemon under a driven clock", .serialized) struct DrivenTests {
    static let second: Int64 = 1_000_000_000
    static let start: Int64 = 1_700_000_040 * second

    /// Values of a minute series: a slow wave, some noise of its own.
    static func value(_ k: Int, _ series: Int) -> Double {
        let noise = Double((k * 7919 + series * 104_729) % 1000) / 1000
        return (50 + 20 * sin(Double(k) / 60 + Double(series)) + 3 * noise).rounded(to: 2)
    }

    static func intern(_ daemon: DrivenDaemon, _ count: Int) throws -> [SeriesID] {
        try (0..<count).map { index in
            let key = try SeriesKey(name: "driven", labels: [("n", "\(index)")])
            return daemon.store.catalogue.intern(key, describing: KindTable.describe, uid: nil)
        }
    }

    /// Lead and anchor of every bin, without what differs by design: who was in catch-up.
    static func record(_ daemon: DrivenDaemon, _ id: SeriesID) async throws -> [String] {
        let grid = try #require(try daemon.store.reader.grids().first { $0.series == id }).id
        return try [1, 0].flatMap { lead in
            try daemon.store.reader.record(grid: grid, lead: lead, bins: 0..<Int64.max).map { entry in
                "\(entry.lead) \(entry.bin) \(entry.medianValue) \(entry.lowerValue) \(entry.upperValue) \(entry.model)"
            }
        }
    }

    @Test("values fed minute by minute and values streamed at once give the same record rows")
    func liveAndCatchUp() async throws {
        let (count, minutes) = (2, 520)
        var records: [[String]] = []
        for live in [true, false] {
            records += try await TemporaryFolder.with { folder in
                let start = live ? Self.start : Self.start + 86_400 * Self.second
                let daemon = try DrivenDaemon(path: folder + "/forecasts.db", setup: .init(start: start))
                return try await daemon.run { daemon in
                    let ids = try Self.intern(daemon, count)
                    var whole = SampleBatch()
                    for k in 0..<minutes {
                        let time = Self.start + Int64(k) * 60 * Self.second
                        var batch = SampleBatch()
                        for (index, id) in ids.enumerated() {
                            batch.append(series: id, timestamp: time, value: Self.value(k, index))
                        }
                        if live {
                            daemon.advance(to: time)
                            try await daemon.feed(batch)
                        } else {
                            whole.append(contentsOf: batch)
                        }
                    }
                    if !live { try await daemon.feed(whole) }
                    var records: [[String]] = []
                    for id in ids { records.append(try await Self.record(daemon, id)) }
                    return records
                }
            }
        }
        #expect(records[0].count > 400)
        let hasTrained = records[0].contains { $0.contains("ridge") || $0.contains("elman") }
        #expect(hasTrained)
        for index in 0..<count {
            let (live, caught) = (Set(records[index]), Set(records[count + index]))
            // The clock may close up to three bins after the last sample in one of the two.
            let differing = live.symmetricDifference(caught)
            #expect(differing.count <= 6, "\(differing.sorted().prefix(8))")
        }
    }
}

extension Double {
    /// Rounded to decimal places, as sensors do.
    fileprivate func rounded(to places: Int) -> Double {
        let scale = pow(10, Double(places))
        return (self * scale).rounded() / scale
    }
}
