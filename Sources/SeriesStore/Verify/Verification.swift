// `forecastd verify`: looks at all that is stored and says what is damaged and what is not. Every segment: its checksums,
// that every chunk decodes, that times ascend, that counts agree; every journal row; every fan; and SQLite's own check of
// its pages. It reads only, on a connection of its own, whether the daemon runs or not.

import GRDB

/// What was looked at and what was found.
public struct Verification: Sendable, Equatable {
    /// Segments read.
    public var segments = 0
    /// Chunks decoded.
    public var chunks = 0
    /// Samples, record entries and bins of tiers decoded, journal included.
    public var samples = 0
    /// Journal rows decoded.
    public var journalRows = 0
    /// Series known.
    public var series = 0
    /// One sentence for each thing that is damaged.
    public var problems: [String] = []

    /// Nothing yet.
    public init() {}
}

extension Store {
    /// Verifies the file at `path`.
    ///
    /// - Throws: only if it cannot be opened at all; what is damaged is in the result.
    public static func verify(path: String) throws(StoreError) -> Verification {
        guard FileSize.bytes(path) > 0 else { throw .missing(path: path) }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let result = try queue.inDatabase { db in try Verification(of: db) }
            try queue.close()
            return result
        } catch {
            throw StoreError(error)
        }
    }
}

extension Verification {
    init(of db: Database) throws(StoreError) {
        self.init()
        let version = try Schema.found(in: db)
        note("pages") { (_) throws(StoreError) in
            for sentence in try db.rows("PRAGMA quick_check(20)", [], { $0.text(0) }) where sentence != "ok" {
                throw .damaged(sentence)
            }
        }
        note("series") { (found) throws(StoreError) in
            var keys: Set<SeriesKey> = []
            for info in try SeriesTable.all(in: db) {
                found.series += 1
                if !keys.insert(info.key).inserted { throw .damaged("series \(info.key) is there twice") }
            }
        }
        let reading = SegmentReading(db)
        note("list of segments") { (found) throws(StoreError) in
            for info in try SegmentTable.all(in: db) {
                found.segments += 1
                found.note("segment \(info.id)") { (found) throws(StoreError) in try found.look(at: info, reading) }
            }
        }
        let decompressor = Decompressor()
        note("journal") { (found) throws(StoreError) in
            try JournalTable.replay(db) { (id, bytes) throws(StoreError) in
                found.journalRows += 1
                found.note("journal row \(id)") { (found) throws(StoreError) in
                    let row = try JournalRow(bytes, with: decompressor)
                    found.samples += row.samples.count + row.records.count
                }
            }
        }
        note("fans") { (_) throws(StoreError) in
            guard try GridTable.exists(in: db) else { return }
            try db.query(
                """
                SELECT grid FROM forecast_latest WHERE length(fan) % 6 OR num <= 0 OR den <= 0
                UNION ALL SELECT id FROM forecast_fan WHERE length(fan) % 6 OR num <= 0 OR den <= 0
                """
            ) { (row) throws(StoreError) in throw .damaged("fan \(row.integer(0)) is not one") }
        }
        note("texts of series") { (_) throws(StoreError) in
            // A file of version 1 that no daemon has opened since has none.
            guard version > 1, try GridTable.exists(in: db), let wrong = try SeriesTextTable.wrong(in: db).first
            else { return }
            throw .damaged("that of series \(wrong) is not its name")
        }
    }

    /// Every chunk of a segment, and that they agree with directory and row.
    private mutating func look(at info: SegmentInfo, _ reading: SegmentReading) throws(StoreError) {
        guard let (blob, directory) = try reading.open(info) else { return }
        var count = 0
        for chunk in directory.chunks {
            let times = directory.times[chunk.times]
            let timestamps: [Timestamp]
            switch directory.kind {
            case .samples:
                let samples = try reading.samples(chunk, times, blob, info)
                timestamps = samples.timestamps
                if let statistics = chunk.statistics, !chunk.isConstant,
                    !statistics.agrees(with: ChunkStatistics(samples.values))
                {
                    throw .damaged("the directory's statistics of series \(chunk.owner) are not those of its values")
                }
            case .record:
                timestamps = try reading.entries(chunk, times, blob, info).map(\.bin)
            case .tier:
                _ = try reading.bins(chunk, times, blob, info)
                timestamps = try reading.timestamps(times, blob, info)
            }
            guard zip(timestamps, timestamps.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw .damaged("times of \(chunk.owner) do not ascend")
            }
            guard timestamps.first == times.first, timestamps.last == times.last else {
                throw .damaged("times of \(chunk.owner) are not those of the directory")
            }
            count += timestamps.count
            chunks += 1
        }
        guard count == info.count, directory.chunks.count == info.chunks else {
            throw .damaged("\(count) samples where its row says \(info.count)")
        }
        samples += count
    }

    private mutating func note(_ what: String, _ look: (inout Verification) throws(StoreError) -> Void) {
        do { try look(&self) } catch { problems.append("\(what): \(error.reason)") }
    }
}
