import Testing

@testable import SeriesStore

@Suite("Merge") struct MergeTests {
    @Test("a merge changes sizes and nothing else", arguments: 0..<4)
    func merge(seed: Int) async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            var random = Seeded(seed)
            var all: [SeriesID: [Timestamp: UInt64]] = [:]
            let grid = try await store.writer.grid(series: try store.series("m", host: "h0"), stepSeconds: 60)
            for round in 0..<12 {
                var batch = SampleBatch()
                for _ in 0..<300 {
                    let series = try store.series("m", host: "h\(Int.random(in: 0..<5, using: &random))")
                    let time = Int64(round * 50) + Int64.random(in: -60..<60, using: &random)
                    let value = Double.random(in: 0...1, using: &random)
                    batch.append(series: series, timestamp: time, value: value)
                    all[series, default: [:]][time] = value.bitPattern
                }
                let records = (0..<40).map { RowTests.entry(grid, Int64(round * 40 + $0)) }
                try await store.writer.submit(JournalEntry(samples: batch, records: records), urgency: .waited)
                try await store.seal()
            }
            let before = try store.reader.sizes()
            try await store.compact()
            let after = try store.reader.sizes()
            #expect(before.segmentCount == 24)
            #expect(after.segmentCount == 2)
            #expect(after.freeBytes == 0)
            for (series, samples) in all {
                let found = try await store.everything(of: series)
                #expect(found == samples)
            }
            let record = try store.reader.record(grid: grid, lead: 1, bins: 0..<1000)
            #expect(record == (0..<480).map { RowTests.entry(grid, $0) })
        }
    }

    @Test("parts of a long column are of about one size", arguments: [1, 100, 4096, 5000, 6143, 6144, 8640, 100_000])
    func parts(count: Int) {
        let parts = SegmentBuilder.parts(count)
        #expect(parts.first?.lowerBound == 0)
        #expect(parts.last?.upperBound == count)
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(parts.allSatisfy { count < 2048 || (2048...6144).contains($0.count) })
    }
}
