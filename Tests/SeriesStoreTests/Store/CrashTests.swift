// The files as `kill -9` leaves them between commits, seals and merges, opened anew: exactly what was acknowledged.
// Lost sectors are `PowerCutTests`' business.

import SeriesStore
import Testing

@Suite("Crash") struct CrashTests {
    @Test("a copy of the files at any moment holds exactly what was acknowledged", arguments: 0..<2)
    func copies(seed: Int) async throws {
        let folder = try TemporaryFolder()
        let copies = try (0..<5).map { _ in try TemporaryFolder() }
        let expected = try await withStore(at: folder.database) { store in
            var random = Seeded(seed)
            var acknowledged: [[SeriesID: [Timestamp: UInt64]]] = []
            var all: [SeriesID: [Timestamp: UInt64]] = [:]
            for copy in copies {
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    var batch = SampleBatch()
                    for _ in 0..<Int.random(in: 1...120, using: &random) {
                        let series = try store.series("m", host: "h\(Int.random(in: 0..<40, using: &random))")
                        batch.append(
                            series: series, timestamp: Int64.random(in: 0..<500, using: &random),
                            value: Double(bitPattern: random.next()))
                    }
                    try await store.write(batch)
                    for (series, (time, value)) in zip(batch.series, zip(batch.timestamps, batch.values)) {
                        all[series, default: [:]][time] = value.bitPattern
                    }
                    if Int.random(in: 0..<4, using: &random) == 0 { try await store.seal() }
                }
                // Nothing is in flight now, so the files may be copied one after the other.
                try folder.copy(to: copy)
                acknowledged.append(all)
            }
            return acknowledged
        }
        for (copy, expected) in zip(copies, expected) {
            try await withStore(at: copy.database) { store in
                #expect(store.catalogue.count == expected.count)
                for (series, samples) in expected {
                    let found = try await store.everything(of: series)
                    #expect(found == samples)
                }
            }
        }
    }
}
