// Merges of segments change sizes and nothing that is read; also how a long column is cut and when a merge is worth
// its work.

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

    @Test("compact also packs what was sealed once, and is done then")
    func loneSegment() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            // Noise: wide enough that the merge writes two segments.
            var random = Seeded(1)
            var batch = SampleBatch()
            for index in 0..<120 {
                let series = try store.series("m", host: "h\(index)")
                for time in 0..<400 {
                    batch.append(
                        series: series, timestamp: Int64(time), value: Double.random(in: 0...1, using: &random))
                }
            }
            try await store.write(batch)
            try await store.compact()
            let segments = { @Sendable in
                try Store.query(path: folder.database, sql: "SELECT id, merged FROM segment").rows
            }
            let first = try segments()
            #expect(first.count == 2)
            #expect(first.allSatisfy { $0[1] == .integer(1) })
            try await store.compact()
            #expect(try segments() == first)
        }
    }

    @Test("series with equal payloads share them, and each comes back alone")
    func twins() async throws {
        let folder = try TemporaryFolder()
        try await withStore(at: folder.database) { store in
            var random = Seeded(2)
            let walk = (0..<1000).map { _ in Double(Int.random(in: -1000...1000, using: &random)) }
            var batch = SampleBatch()
            for index in 0..<20 {
                let series = try store.series("m", host: "h\(index)")
                for (time, value) in walk.enumerated() {
                    batch.append(series: series, timestamp: Int64(time), value: value + Double(index % 4) * 1e6)
                }
            }
            try await store.write(batch)
            try await store.seal()
            #expect(try store.reader.sizes().sampleBytes < 3000)
            for index in 0..<20 {
                let found = try await store.reader.samples(
                    of: try store.series("m", host: "h\(index)"), from: 500, to: 900)
                #expect(found.values == walk[500..<900].map { $0 + Double(index % 4) * 1e6 })
            }
        }
        #expect(try Store.verify(path: folder.database).problems == [])
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
