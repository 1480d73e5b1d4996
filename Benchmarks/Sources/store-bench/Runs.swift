// What is measured. Sizes are exact; CPU seconds are the process's own, so that a neighbour's load shows little in them;
// what waits for the disk is given beside a bare append and fdatasync in the same minutes.

import FoundationEssentials

@testable import SeriesStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// CPU seconds of this process so far.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func milliseconds(since start: ContinuousClock.Instant) -> Double {
    let (seconds, attoseconds) = start.duration(to: .now).components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
}

/// A store in a folder that goes away.
func withStore<T: Sendable>(in folder: String, _ body: @Sendable (Store, String) async throws -> T) async throws -> T {
    let directory = URL(filePath: folder).appending(path: "store-bench-\(getpid())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.path + "/forecasts.db"
    let store = try Store.open(
        at: path, now: { Int64(Date().timeIntervalSince1970) * 1_000_000_000 })
    do {
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.run() }
            let result = try await body(store, path)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}

enum Run {
    /// Encoding and decoding of value columns, 1024 and 4096 a chunk: CPU nanoseconds a value.
    static func codec(_ set: DataSet, chunk: Int) throws -> (encode: Double, decode: Double) {
        let compressor = Compressor(.quick)
        let decompressor = Decompressor()
        var (encode, decode, count) = (0.0, 0.0, 0)
        for column in set.columns where count < 4_000_000 {
            for start in stride(from: 0, to: column.values.count, by: chunk) {
                let values = Array(column.values[start..<min(start + chunk, column.values.count)])
                let (begin, bytes) = (cpuSeconds(), ValueColumn.encode(values, with: compressor))
                let middle = cpuSeconds()
                let back = try ValueColumn.decode(bytes, count: values.count, with: decompressor)
                decode += cpuSeconds() - middle
                encode += middle - begin
                precondition(back.map(\.bitPattern) == values.map(\.bitPattern), "the codec is not lossless")
                count += values.count
            }
        }
        return (encode / Double(count) * 1e9, decode / Double(count) * 1e9)
    }

    /// Bytes a point of each series by itself, its values and its own times, as a merge writes them: 4096 a chunk.
    static func alone(_ set: DataSet) -> Double {
        let compressor = Compressor(.thorough)
        var bytes = 0
        for column in set.columns {
            for start in stride(from: 0, to: column.values.count, by: 4096) {
                let part = start..<min(start + 4096, column.values.count)
                bytes += ValueColumn.encode(Array(column.values[part]), with: compressor).count
                bytes += TimeColumn.encode(Array(column.timestamps[part]), with: compressor).count
            }
        }
        return Double(bytes) / Double(set.points)
    }

    /// A whole set through a store: commits of 10 000 samples, each waited for, then `compact`, then all of it read.
    static func store(_ set: DataSet, in folder: String) async throws -> [(what: String, value: Double)] {
        try await withStore(in: folder) { store, path in
            let ids = try set.columns.map {
                store.catalogue.intern(try $0.key, describing: { _ in (.gauge, "", .mean) }, uid: nil)
            }
            let longest = set.columns.map(\.values.count).max() ?? 0
            let rows = max(1, 10_000 / max(1, set.columns.count))
            var ingest = 0.0
            for start in stride(from: 0, to: longest, by: rows) {
                var batch = SampleBatch()
                for index in start..<min(start + rows, longest) {
                    for (id, column) in zip(ids, set.columns) where index < column.values.count {
                        batch.append(series: id, timestamp: column.timestamps[index], value: column.values[index])
                    }
                }
                let begin = cpuSeconds()
                try await store.writer.submit(JournalEntry(samples: batch), urgency: .waited)
                ingest += cpuSeconds() - begin
            }
            let sealing = cpuSeconds()
            try await store.seal()
            let merging = cpuSeconds()
            try await store.compact()
            let reading = cpuSeconds()
            for (id, column) in zip(ids, set.columns) {
                let found = try await store.reader.samples(of: id, from: .min, to: .max)
                precondition(found.timestamps == column.timestamps, "times are lost")
                precondition(found.values.map(\.bitPattern) == column.values.map(\.bitPattern), "values are lost")
            }
            let done = cpuSeconds()
            let sizes = try store.reader.sizes()
            let points = Double(set.points)
            return [
                ("bytes a point", Double(sizes.fileBytes) / points),
                ("bytes a point, samples alone", Double(sizes.sampleBytes) / points),
                ("ingest and seal, CPU s a million", (ingest + merging - sealing) / points * 1e6),
                ("merge, CPU s a million", (reading - merging) / points * 1e6),
                ("read all, CPU s a million", (done - reading) / points * 1e6),
            ]
        }
    }

    /// A thousand samples every 10 ms, each batch waited for; between them a bare append of 64 KiB and fdatasync.
    static func commits(in folder: String) async throws -> [(what: String, value: Double)] {
        try await withStore(in: folder) { store, path in
            let ids = try (0..<1000).map { index in
                let key = try SeriesKey(name: "m", labels: [("h", "\(index)")])
                return store.catalogue.intern(key, describing: { _ in (.gauge, "", .mean) }, uid: nil)
            }
            let file = open(path + ".bare", O_CREAT | O_WRONLY | O_TRUNC, 0o644)
            defer {
                close(file)
                unlink(path + ".bare")
            }
            let junk = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 7919) }
            var (commits, bare): ([Double], [Double]) = ([], [])
            for round in 0..<400 {
                let start = ContinuousClock.now
                var batch = SampleBatch()
                for (index, id) in ids.enumerated() {
                    let value = Double((round * 31 + index * 17) % 1009) / 10
                    batch.append(series: id, timestamp: Int64(round) * 10_000_000, value: value)
                }
                let asked = ContinuousClock.now
                try await store.writer.submit(JournalEntry(samples: batch), urgency: .waited)
                commits.append(milliseconds(since: asked))
                let alone = ContinuousClock.now
                _ = junk.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                fdatasync(file)
                bare.append(milliseconds(since: alone))
                try await Task.sleep(until: start + .milliseconds(10))  // the load of the bar: 100 a second
            }
            commits.sort()
            bare.sort()
            return [
                ("commit, ms, median", commits[200]), ("commit, ms, p99", commits[395]),
                ("bare fdatasync, ms, p99", bare[395]), ("commit p99 over bare p99", commits[395] / bare[395]),
            ]
        }
    }

    /// 2000 grids, a fan of 60 leads each, an hour of bins: what a fan costs, and what asking for the newest costs.
    static func fans(in folder: String) async throws -> [(what: String, value: Double)] {
        try await withStore(in: folder) { store, path in
            var grids: [GridID] = []
            for index in 0..<2000 {
                let key = try SeriesKey(name: "metric\(index % 50)", labels: [("host", "host\(index / 50)")])
                let id = store.catalogue.intern(key, describing: { _ in (.gauge, "", .mean) }, uid: nil)
                grids.append(try await store.writer.grid(series: id, stepSeconds: 60))
            }
            var (spent, count) = (0.0, 0)
            for bin in Int64(28_333_333)..<28_333_353 {
                let begin = cpuSeconds()
                var entry = JournalEntry()
                for (index, grid) in grids.enumerated() {
                    let median = (0..<60).map { Double(index % 97) + Double($0) * 0.1 + Double(bin % 7) }
                    let fan = Fan.quantised(
                        median: median, lower80: median.map { $0 - 1 }, upper80: median.map { $0 + 1 },
                        lower95: median.map { $0 - 2 }, upper95: median.map { $0 + 2.2 },
                        resolution: Resolution(width: 2))
                    let row = FanRow(
                        grid: grid, origin: bin * 60, issuedAt: bin * 60_000_000_000, stepSeconds: 60, model: "elman-1",
                        backfilled: false, fan: fan)
                    let codes = fan.codes80(0)
                    for lead in 0...1 {
                        entry.records.append(
                            RecordEntry(
                                grid: grid, bin: bin + 1, lead: lead, resolution: fan.resolution,
                                median: fan.medianUnits(0), lower: codes.lower, upper: codes.upper, model: "elman-1",
                                backfilled: false))
                    }
                    if bin % 5 == Int64(index * 5 / grids.count) { entry.rows.append(.latestFan(row)) }
                    count += 1
                }
                try await store.writer.submit(entry, urgency: .waited)
                spent += cpuSeconds() - begin
            }
            func median(_ rounds: Int, _ sql: String) throws -> Double {
                let times = try (0..<rounds).map { _ in
                    let start = ContinuousClock.now
                    let rows = try Store.query(path: path, sql: sql).rows
                    precondition(!rows.isEmpty, "there is no fan")
                    return milliseconds(since: start)
                }
                return times.sorted()[rounds / 2]
            }
            return [
                ("fan of 60, CPU us", spent / Double(count) * 1e6),
                (
                    "newest fan of one series by SQL, ms",
                    try median(20, "SELECT * FROM v_forecast WHERE series = 'metric7{host=host20}'")
                ), ("newest fans of 2000 series by SQL, ms", try median(3, "SELECT * FROM v_forecast")),
            ]
        }
    }
}
