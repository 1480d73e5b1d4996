// Samples of a journal row there and back, bit for bit: many of a series, one of each, in order and not, and values and
// times that nobody should send.

import Testing

@testable import SeriesStore

@Suite("Journal rows") struct JournalTests {
    private static func batch(_ seed: Int) -> SampleBatch {
        var random = Seeded(seed)
        var batch = SampleBatch()
        for series in 0..<[1, 3, 200][seed % 3] {
            let values = Columns.values(seed + series)
            let times = Columns.timestamps(seed / 3 + series)
            let id = seed % 5 == 0 ? Int64(bitPattern: random.next()) : Int64(series * 2)
            for (time, value) in zip(times, values).prefix(seed % 2 == 0 ? 1 : 40) {
                batch.append(series: id, timestamp: time, value: value)
            }
        }
        return batch
    }

    @Test("samples come back bit for bit, in the order in which they stood", arguments: 0..<180)
    func samples(seed: Int) throws {
        let batch = Self.batch(seed)
        let row = JournalRow(samples: batch)
        let found = try JournalRow(row.encoded(with: Compressor(.quick)), with: Decompressor()).samples
        #expect(found.series == batch.series)
        #expect(found.timestamps == batch.timestamps)
        #expect(found.values.map(\.bitPattern) == batch.values.map(\.bitPattern))
    }

    @Test("samples in no order of series come back as well")
    func mixed() throws {
        var batch = SampleBatch()
        for index in 0..<500 {
            batch.append(
                series: Int64(index * 7 % 5), timestamp: Int64(index * index % 91) - 40, value: Double(index % 9) / 4)
        }
        let found = try JournalRow(
            JournalRow(samples: batch).encoded(with: Compressor(.quick)), with: Decompressor())
        #expect(found.samples == batch)
    }

    @Test("a minute of a host in ten seconds takes less than 2 bytes a sample, one round of it less than 6")
    func size() {
        var random = Seeded(7)
        var (minute, round) = (SampleBatch(), SampleBatch())
        for series in Int64(0)..<300 {
            var level = Double(Int.random(in: 1_000_000...9_000_000, using: &random))
            for tick in Int64(0)..<6 {
                level += Double(Int.random(in: -20...20, using: &random))
                let time = 1_700_000_000_000_000_000 + tick * 10_000_000_000
                minute.append(series: series, timestamp: time, value: level / 100)
                if tick == 0 { round.append(series: series, timestamp: time, value: level / 100) }
            }
        }
        #expect(JournalRow(samples: minute).encoded(with: Compressor(.quick)).count < 2 * minute.count)
        #expect(JournalRow(samples: round).encoded(with: Compressor(.quick)).count < 6 * round.count)
    }
}
