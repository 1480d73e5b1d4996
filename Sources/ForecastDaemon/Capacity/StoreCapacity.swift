// What the store can do on this machine, measured through its own front door in a folder that is gone afterwards: a day
// of 100 series at 10 s, written, sealed, merged and asked. Every figure is wall time; the disk's share is in those that
// wait for fsync, and named so.

import SeriesStore

/// Figures of one run.
package struct StoreCapacity: Sendable {
    /// Samples written, and series they belong to.
    package var points = 0
    package var series = 0
    /// Samples a second into the journal, an fsync every 10 000.
    package var ingestPointsPerSecond = 0.0
    /// Milliseconds that one sample waits for its fsync; median.
    package var acknowledgementMilliseconds = 0.0
    /// Samples a second from heads into compressed segments.
    package var encodePointsPerSecond = 0.0
    /// Samples a second from segments into columns, everything once.
    package var decodePointsPerSecond = 0.0
    /// Bytes of the file for each sample, names and all, after merging.
    package var bytesPerPoint = 0.0
    /// Median milliseconds of: the newest sample of one series; its day as 5-minute means; its day as it is.
    package var lastPointMilliseconds = 0.0
    package var dayOfMeansMilliseconds = 0.0
    package var dayOfSamplesMilliseconds = 0.0

    /// A day at 10 s.
    private static let steps = 8640
    /// Below what makes the store seal by itself, so that sealing can be timed alone.
    private static let stepsOfHeads = 1000

    /// Runs the measurement; some ten seconds.
    ///
    /// - Parameter folder: where a temporary directory may be made; its disk is what is measured.
    /// - Throws: `CapacityError` where the folder or the store does not work.
    package static func measure(in folder: String, steps: Int = Self.steps) async throws -> StoreCapacity {
        let directory: TemporaryDirectory
        do throws(SystemError) {
            directory = try TemporaryDirectory(
                in: folder,
                files: ["forecasts.db", "forecasts.db-wal", "forecasts.db-shm", "forecasts.db.lock"])
        } catch {
            throw CapacityError.folder(error.description)
        }
        let now = Environment.now()
        let store = try Store.open(
            at: directory.path + "/forecasts.db", options: Store.Options(groupCommit: .milliseconds(1)), now: { now })
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.run() }
            var run = CapacityRun(store: store, start: now - Int64(steps) * GeneratedFleet.stepNanoseconds)
            let result = try await run.measure(steps: steps, stepsOfHeads: min(steps / 2, stepsOfHeads))
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
        await store.close()
        return result
    }

    /// `"store": {…}`.
    func write(to json: inout JSONWriter) {
        json.object("store") { json in
            json.member("points", points)
            json.member("series", series)
            json.member("ingest_points_per_second", ingestPointsPerSecond)
            json.member("acknowledgement_ms", acknowledgementMilliseconds)
            json.member("encode_points_per_second", encodePointsPerSecond)
            json.member("decode_points_per_second", decodePointsPerSecond)
            json.member("bytes_per_point", bytesPerPoint)
            json.member("query_last_point_ms", lastPointMilliseconds)
            json.member("query_day_of_5m_means_ms", dayOfMeansMilliseconds)
            json.member("query_day_of_samples_ms", dayOfSamplesMilliseconds)
        }
    }
}

/// Why nothing could be measured.
package enum CapacityError: Error, CustomStringConvertible {
    case folder(String)

    package var description: String {
        switch self {
        case .folder(let reason): "\(reason); --folder names another place for some megabytes"
        }
    }
}

/// One run on an open store.
private struct CapacityRun {
    private let store: Store
    private let clock = ContinuousClock()
    private let ids: [SeriesID]
    private let start: Timestamp
    private var fleet: GeneratedFleet

    init(store: Store, start: Timestamp) {
        self.store = store
        self.start = start
        fleet = GeneratedFleet(start: start)
        ids = GeneratedFleet.keys.map { store.catalogue.intern($0, describing: { KindTable.describe($0) }, uid: nil) }
    }

    mutating func measure(steps: Int, stepsOfHeads: Int) async throws -> StoreCapacity {
        var result = StoreCapacity()
        result.series = ids.count
        result.points = steps * ids.count
        var writing = try await write(stepsOfHeads)
        let sealing = clock.now
        try await store.seal()
        result.encodePointsPerSecond = Double(stepsOfHeads * ids.count) / seconds(since: sealing)
        writing += try await write(steps - stepsOfHeads)
        result.ingestPointsPerSecond = Double(result.points) / (writing / .seconds(1))
        result.acknowledgementMilliseconds = try await median(of: 50) {
            fleet.advance()
            try await store.writer.submit(
                JournalEntry(samples: SampleBatch(series: [ids[0]], timestamps: [fleet.time], values: [1])),
                urgency: .waited)
        }
        try await store.compact()
        let sizes = try store.reader.sizes()
        result.bytesPerPoint = Double(sizes.fileBytes - sizes.freeBytes) / Double(result.points)
        let decoding = clock.now
        for id in ids { _ = try await store.reader.samples(of: id, from: .min, to: .max) }
        result.decodePointsPerSecond = Double(result.points) / seconds(since: decoding)
        try await ask(&result)
        return result
    }

    /// Generates and writes; how long the writing took. 100 steps an entry, each fsynced before the next.
    private mutating func write(_ steps: Int) async throws(StoreError) -> Duration {
        var spent = Duration.zero
        for from in stride(from: 0, to: steps, by: 100) {
            var batch = SampleBatch()
            for _ in from..<min(from + 100, steps) {
                let values = fleet.step()
                for (id, value) in zip(ids, values) { batch.append(series: id, timestamp: fleet.time, value: value) }
            }
            let begun = clock.now
            try await store.writer.submit(JournalEntry(samples: batch), urgency: .waited)
            spent += begun.duration(to: clock.now)
        }
        return spent
    }

    private func ask(_ result: inout StoreCapacity) async throws {
        let (reader, id, from, to) = (store.reader, ids[1], start, fleet.time + 1)
        result.lastPointMilliseconds = try await median(of: 100) { _ = try await reader.summary(of: id) }
        let bins = from / 300_000_000_000..<to / 300_000_000_000
        result.dayOfMeansMilliseconds = try await median(of: 20) {
            _ = try await reader.bins(of: id, stepSeconds: 300, range: bins, aggregate: .mean)
        }
        result.dayOfSamplesMilliseconds = try await median(of: 20) {
            _ = try await reader.samples(of: id, from: from, to: to)
        }
    }

    private func median(of count: Int, _ body: () async throws -> Void) async throws -> Double {
        var times: [Double] = []
        for _ in 0..<count {
            let begun = clock.now
            try await body()
            times.append(seconds(since: begun) * 1000)
        }
        return times.sorted()[count / 2]
    }

    private func seconds(since begun: ContinuousClock.Instant) -> Double {
        begun.duration(to: clock.now) / .seconds(1)
    }
}
