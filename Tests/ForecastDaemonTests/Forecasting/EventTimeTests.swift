// The promise that values alone decide: streamed at once, fed slowly, or cut by crashes, the rows of record and fans
// are the same.

import RNNForecast
import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

/// What was forecast for one bin, without what may differ between a stream and a slow feed: whether it was live, and the
/// number in a model's name, which counts trainings of all series as they end.
private struct Content: Hashable, Comparable, CustomStringConvertible {
    let grid: GridID
    let lead: Int
    let bin: Int64
    let numbers: [Int64]
    let model: String

    init(_ entry: RecordEntry) {
        (grid, lead, bin) = (entry.grid, entry.lead, entry.bin)
        numbers = [
            entry.resolution.numerator, entry.resolution.denominator, entry.median, Int64(entry.lower),
            Int64(entry.upper),
        ]
        model = entry.model.hasPrefix("elman") ? "elman" : entry.model
    }

    static func < (left: Content, right: Content) -> Bool {
        (left.grid, left.lead, left.bin) < (right.grid, right.lead, right.bin)
    }

    var description: String { "grid \(grid) lead \(lead) bin \(bin): \(numbers) \(model)" }
}

@Suite("Event time") struct EventTimeTests {
    /// A midnight, in minutes since 1970.
    static let midnight: Int64 = 20_000 * 1440

    /// Minute means of two waves, one with gaps, a constant, and a thermostat, sample by sample: so that each kind of
    /// model serves one of them.
    static func samples(_ services: DrivenServices, bins: Range<Int>) throws -> [SampleBatch] {
        let ids = try ["busy", "gappy", "constant", "thermostat"].map(services.gauge)
        let values = [
            waves(bins: bins.upperBound, stepSeconds: 60, seed: 1),
            waves(bins: bins.upperBound, stepSeconds: 60, seed: 2, gaps: 0.03),
            [Double](repeating: 4, count: bins.upperBound),
            thermostat(bins: bins.upperBound, seed: 2),
        ]
        return bins.map { k in
            var batch = SampleBatch()
            for (id, values) in zip(ids, values) where values[k].isFinite {
                batch.append(
                    series: id, timestamp: (midnight + Int64(k)) * 60_000_000_000 + 7_000_000_000, value: values[k])
            }
            return batch
        }
    }

    static let start = midnight * 60_000_000_000

    @Test("streamed in one go or fed minute by minute, the same values give the same record rows")
    func sameRecord() async throws {
        let bins = 450
        let slow = try await TemporaryFolder.with { folder in
            try await DrivenServices.with(at: folder + "/forecasts.db", now: Self.start) { services in
                for batch in try Self.samples(services, bins: 0..<bins) {
                    try await services.commit(batch)
                    try await services.settle()
                }
                return try services.records()
            }
        }
        let streamed = try await TemporaryFolder.with { folder in
            try await DrivenServices.with(at: folder + "/forecasts.db", now: Self.start) { services in
                var all = SampleBatch()
                for batch in try Self.samples(services, bins: 0..<bins) { all.append(contentsOf: batch) }
                try await services.commit(all)
                try await services.settle()
                return try services.records()
            }
        }
        let (first, second) = (slow.map(Content.init).sorted(), streamed.map(Content.init).sorted())
        #expect(first.count > 2 * (bins - 10))
        let models = Set(first.map(\.model))
        #expect(models.isSuperset(of: ["last-value", "ridge", "elman"]), "every kind of model: \(models)")
        #expect(first.count == second.count)
        if let (one, other) = zip(first, second).first(where: { $0 != $1 }) {
            Issue.record("first difference: fed slowly \(one), streamed \(other)")
        }
        #expect(slow.contains { !$0.backfilled } && streamed.contains { $0.backfilled })
    }

    @Test("after a crash at any commit no record row and no kept fan has changed, and the rest comes out the same")
    func crash() async throws {
        let (bins, crashes) = (450, [131, 300, 418])
        try await TemporaryFolder.with { folder in
            let whole = try await DrivenServices.with(at: folder + "/forecasts.db", now: Self.start) { services in
                for (k, batch) in try Self.samples(services, bins: 0..<bins).enumerated() {
                    try await services.commit(batch)
                    // A copy between the commit of samples and that of their forecasts: what a power cut leaves.
                    if crashes.contains(k) { try copy(folder + "/forecasts.db", to: folder + "/crash-\(k).db") }
                    try await services.settle()
                }
                return try services.records()
            }
            for crash in crashes {
                let (before, after, fansBefore, fansAfter) = try await DrivenServices.with(
                    at: folder + "/crash-\(crash).db", now: Self.start + Int64(crash) * 60_000_000_000
                ) { services in
                    let before = try services.records()
                    let fansBefore = try fans(services)
                    try await services.settle()
                    for batch in try Self.samples(services, bins: crash + 1..<bins) {
                        try await services.commit(batch)
                        try await services.settle()
                    }
                    return (before, try services.records(), fansBefore, try fans(services))
                }
                #expect(!before.isEmpty)
                let kept = Dictionary(after.map { (Content($0), $0) }) { first, _ in first }
                for entry in before {
                    #expect(kept[Content(entry)] == entry, "crash after \(crash): \(Content(entry)) has changed")
                }
                #expect(fansBefore.allSatisfy { fansAfter[$0.key] == $0.value })
                #expect(after.map(Content.init).sorted() == whole.map(Content.init).sorted(), "crash after \(crash)")
            }
        }
    }

    /// Kept fans by grid and origin.
    private func fans(_ services: DrivenServices) throws -> [String: FanRow] {
        var found: [String: FanRow] = [:]
        for grid in try services.store.reader.grids() {
            for minute in 0..<Int64(500) {
                guard let row = try services.store.reader.fan(grid.id, asOf: (Self.midnight + minute) * 60) else {
                    continue
                }
                found["\(row.grid) \(row.origin)"] = row
            }
        }
        return found
    }

    private func copy(_ path: String, to other: String) throws {
        for suffix in ["", "-wal"] {
            TemporaryFolder.copy(path + suffix, to: other + suffix)
        }
    }
}
