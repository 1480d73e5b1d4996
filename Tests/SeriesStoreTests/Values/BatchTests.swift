// Batches series by series, and heads that take what stands together at once: the same as one sample after the other.

import Testing

@testable import SeriesStore

@Suite("Batches by series") struct BatchTests {
    private static func batch(_ seed: Int) -> SampleBatch {
        var random = Seeded(seed)
        var batch = SampleBatch()
        let farApart = seed % 3 == 0
        for index in 0..<[0, 1, 2, 50, 3000][seed % 5] {
            let series = Int64.random(in: 0...20, using: &random) * (farApart ? 1 << 40 : 1) - 5
            // Late and repeated ones, too.
            let time = Int64.random(in: 0...7, using: &random) == 0 ? Int64(index / 2) : Int64(index)
            batch.append(series: series, timestamp: time, value: Double(index) / 8)
        }
        return batch
    }

    @Test("a batch by series holds the samples of each series in the order in which they came", arguments: 0..<30)
    func order(seed: Int) {
        let batch = Self.batch(seed)
        let sorted = batch.bySeries()
        #expect(sorted.count == batch.count)
        #expect(sorted.series == batch.series.sorted())
        for series in Set(batch.series) {
            let before = batch.series.indices.filter { batch.series[$0] == series }
            let after = sorted.series.indices.filter { sorted.series[$0] == series }
            #expect(before.map { batch.values[$0] } == after.map { sorted.values[$0] })
            #expect(before.map { batch.timestamps[$0] } == after.map { sorted.timestamps[$0] })
        }
        let runs = sorted.runs
        #expect(runs.count == Set(batch.series).count)
        #expect(runs.flatMap { Array($0) } == Array(sorted.series.indices))
    }

    @Test("a head that takes a run at once is the head that takes its samples one by one", arguments: 0..<30)
    func heads(seed: Int) {
        var (whole, single) = (Head(), Head())
        for row in Int64(1)...4 {
            let batch = Self.batch(seed + 100 * Int(row)).bySeries()
            guard let run = batch.runs.max(by: { $0.count < $1.count }) else { continue }
            whole.append(batch, run, row: row)
            for index in run { single.append(batch.timestamps[index], batch.values[index], row: row) }
        }
        #expect(whole.samples == single.samples)
        #expect(whole.count == single.count)
        #expect(whole.firstRow == single.firstRow)
        #expect(whole.isAscending == single.isAscending)
        #expect(whole.newestTime == single.newestTime)
        #expect(whole.samples(from: 3, to: 900) == single.samples(from: 3, to: 900))
    }

    @Test("joined batches are one after the other")
    func joined() {
        let batches = [Self.batch(3), SampleBatch(), Self.batch(4)]
        var plain = SampleBatch()
        for batch in batches { plain.append(contentsOf: batch) }
        #expect(SampleBatch(joining: batches) == plain)
        #expect(SampleBatch(joining: []).isEmpty)
    }

    @Test("record entries of a catch-up reach the heads of their grid and lead as one by one")
    func records() {
        var random = Seeded(11)
        var entries: [RecordEntry] = []
        for grid in [3, 4, 3, 200, 7] as [GridID] {
            for bin in Int64(0)..<Int64([1, 2, 40][Int(random.next() % 3)]) {
                for lead in [1, 0] where random.next() % 4 != 0 {
                    entries.append(
                        RecordEntry(
                            grid: grid, bin: bin, lead: lead, resolution: .finest, median: Int64(random.next() % 90),
                            lower: 1, upper: 2, model: lead == 0 ? "profile" : "last-value", backfilled: true))
                }
            }
        }
        var (together, single) = (StoreContents(), StoreContents())
        together.append(entries, row: 5, at: 9) { $0 == 200 }
        for entry in entries { single.append([entry], row: 5, at: 9) { $0 == 200 } }
        #expect(together.openCount == single.openCount)
        #expect(together.openSince == single.openSince)
        #expect(Set(together.recordHeads.keys) == Set(single.recordHeads.keys))
        for (owner, head) in together.recordHeads {
            #expect(head.entries == single.recordHeads[owner]?.entries)
            #expect(head.firstRow == 5)
        }
        #expect(together.recordHeads.keys.allSatisfy { $0.grid != 200 })
    }
}
