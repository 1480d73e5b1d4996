// The store on a disk that forgets what was not synced, cut at random moments again and again.

import CPowerCut
import FoundationEssentials
import Synchronization
import Testing

@testable import SeriesStore

/// A disk that loses what was not synced: the VFS in Tests/CPowerCut drops sectors of everything written since the last sync
/// of its file. FORECASTD_CUTS sets how often; the default fits into an ordinary run.
@Suite("Power cut", .serialized) struct PowerCutTests {
    private static let series = 30

    /// The value of a series in a round: whoever reads it can tell whether it is the right one.
    private static func value(_ round: Int, _ series: Int) -> Double {
        Double((round * 7919 + series * 31) % 100_003) / 100
    }

    /// Rounds that were handed over, and rounds that were acknowledged.
    private final class Progress: Sendable {
        private let counts = Mutex((submitted: 0, acknowledged: 0))
        var submitted: Int { counts.withLock { $0.submitted } }
        var acknowledged: Int { counts.withLock { $0.acknowledged } }

        /// The next round.
        func submit() -> Int {
            counts.withLock { counts in
                counts.submitted += 1
                return counts.submitted - 1
            }
        }

        func acknowledge(_ round: Int) { counts.withLock { $0.acknowledged = round + 1 } }
    }

    @Test("whatever was not synced is lost, and nothing that was acknowledged", arguments: 0..<3)
    func cut(seed: Int) async throws {
        let cuts = (ProcessInfo.processInfo.environment["FORECASTD_CUTS"].flatMap { Int($0) } ?? 24) / 3
        let folder = try TemporaryFolder()
        let watching = unsafe powercut_watch(folder.path)
        #expect(watching == 0)
        // The folder goes with its last use.
        defer { withExtendedLifetime(folder) { powercut_forget() } }
        let progress = Progress()
        // The store at each cut, with what was acknowledged before it and handed over by then.
        let images = try await withStore(at: folder.database) { store in
            var ids: [SeriesID] = []
            for index in 0..<Self.series { ids.append(try store.series("m", host: "h\(index)")) }
            let grid = try await store.writer.grid(series: ids[0], stepSeconds: 60)
            let writing = Task { [ids] in
                while !Task.isCancelled {
                    let round = progress.submit()
                    var entry = JournalEntry(records: [RowTests.entry(grid, Int64(round))])
                    for (index, id) in ids.enumerated() {
                        entry.samples.append(
                            series: id, timestamp: Int64(round) * 1_000_000_000, value: Self.value(round, index))
                    }
                    try await store.writer.submit(entry, urgency: .waited)
                    progress.acknowledge(round)
                    if round % 50 == 49 { try await store.seal() }
                    if round % 200 == 199 { _ = await store.writer.askForMerges(all: true) }
                }
            }
            var images: [(folder: TemporaryFolder, least: Int, most: Int)] = []
            var random = Seeded(seed)
            for cut in 0..<cuts {
                // Another moment each time: so many rounds later.
                let next = progress.acknowledged + Int.random(in: 1...120, using: &random)
                while progress.acknowledged < next { await Task.yield() }
                let image = try TemporaryFolder()
                let least = progress.acknowledged
                let lost = unsafe powercut_image(image.path, UInt64(seed * 1000 + cut))
                #expect(lost >= 0)
                images.append((image, least, progress.submitted))
            }
            writing.cancel()
            try await writing.value
            return images
        }
        for (image, least, most) in images {
            #expect(try Store.verify(path: image.database).problems == [])
            try await withStore(at: image.database) { store in
                for index in 0..<Self.series {
                    let series = try store.series("m", host: "h\(index)")
                    let (times, values) = try await store.reader.samples(of: series, from: .min, to: .max)
                    #expect((least...most).contains(times.count), "acknowledged \(least), found \(times.count)")
                    #expect(times == times.indices.map { Int64($0) * 1_000_000_000 })
                    #expect(values == values.indices.map { Self.value($0, index) })
                }
                let grids = try store.reader.grids()
                let record = try store.reader.record(grid: try #require(grids.first).id, lead: 1, bins: 0..<1_000_000)
                #expect((least...most).contains(record.count))
            }
        }
    }
}
