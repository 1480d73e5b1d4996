// Takes single chunks out of segments: directory first, then the time column and the payload of what was asked for.
//
// A segment that cannot be read is noted in the store's health and left out, so that one bad page of a disk does not
// take a year of a series away; those who must not miss anything (merges, `verify`) do not skip.

import GRDB

/// Reads segments on one snapshot of the file.
///
/// Directories and time columns are remembered while it lives: series of one host share them.
///
/// Where a method returns nil, a merge or retention has taken a segment away: look at the list of segments again.
final class SegmentReading {
    private let db: Database
    private let health: StoreHealth?
    let decompressor = Decompressor()
    private var opened: [Int64: (blob: SegmentBlob, directory: SegmentDirectory)] = [:]
    private var timeColumns: [TimesKey: [Timestamp]] = [:]
    /// The chunk that was decoded last: the sample before a range is often in the chunk in which the range begins.
    private var newest: (key: ChunkKey, samples: Samples)?
    /// So many segments and time columns are remembered: 10 MB at most.
    private static let remembered = 64

    private struct TimesKey: Hashable {
        let segment: Int64
        let start: Int
    }

    private struct ChunkKey: Hashable {
        let segment: Int64
        let owner: Int64
        let times: Int
        let bytes: Range<Int>
        let holder: Int?
    }

    /// Read at once from the front of a segment: holds the directory of most.
    private static let front = 4096

    /// - Parameter health: where damage is noted before it is skipped; nil: damage is thrown.
    init(_ db: Database, skippingDamage health: StoreHealth? = nil) {
        self.db = db
        self.health = health
    }

    /// The samples of a series in these segments, in the order of the list, which is the journal's: whoever orders them
    /// lets the later win.
    func samples(
        of series: SeriesID, from: Timestamp, to: Timestamp, in segments: [SegmentInfo]
    ) throws(StoreError) -> Samples? {
        var result = Samples()
        for info in segments {
            let part = try reading(info, otherwise: Samples()) { (blob, directory) throws(StoreError) in
                var part = Samples()
                for chunk in directory.chunks(of: series) {
                    let times = directory.times[chunk.times]
                    guard times.first < to, times.last >= from else { continue }
                    part.append(contentsOf: try samples(chunk, times, blob, info).clipped(from: from, to: to))
                }
                return part
            }
            guard let part else { return nil }
            result.append(contentsOf: part)
        }
        return result
    }

    /// The record entries of an owner in these segments, in the order of the list.
    func records(
        of owner: RecordOwner, from: Int64, to: Int64, in segments: [SegmentInfo]
    ) throws(StoreError) -> [RecordEntry]? {
        var result: [RecordEntry] = []
        for info in segments {
            let part = try reading(info, otherwise: [RecordEntry]()) { (blob, directory) throws(StoreError) in
                var part: [RecordEntry] = []
                for chunk in directory.chunks(of: owner.id) {
                    let times = directory.times[chunk.times]
                    guard times.first < to, times.last >= from else { continue }
                    part += try entries(chunk, times, blob, info).filter { $0.bin >= from && $0.bin < to }
                }
                return part
            }
            guard let part else { return nil }
            result += part
        }
        return result
    }

    /// What the directories of these segments say about every series in them, without decoding a chunk.
    func summaries(in segments: [SegmentInfo]) throws(StoreError) -> [SeriesID: SeriesSummary]? {
        var result: [SeriesID: SeriesSummary] = [:]
        for info in segments {
            let directory = try reading(info, otherwise: SegmentDirectory(kind: info.kind, times: [], chunks: [])) {
                $1
            }
            guard let directory else { return nil }
            for chunk in directory.chunks {
                let times = directory.times[chunk.times]
                let summary = SeriesSummary(
                    count: times.count, first: times.first, last: times.last,
                    lastValue: chunk.statistics?.last ?? .nan)
                result[chunk.owner] = SeriesSummary.sum(result[chunk.owner], summary)
            }
        }
        return result
    }

    /// The newest sample of a series before a time in one segment, or none.
    func newest(of series: SeriesID, before time: Timestamp, in info: SegmentInfo) throws(StoreError) -> Samples? {
        try reading(info, otherwise: Samples()) { (blob, directory) throws(StoreError) in
            for chunk in directory.chunks(of: series).reversed() {
                let times = directory.times[chunk.times]
                guard times.first < time else { continue }
                if times.last < time, let last = chunk.statistics?.last {
                    return Samples(timestamps: [times.last], values: [last])
                }
                let samples = try samples(chunk, times, blob, info)
                let end = samples.timestamps.firstIndex(atLeast: time)
                return Samples(timestamps: [samples.timestamps[end - 1]], values: [samples.values[end - 1]])
            }
            return Samples()
        }
    }

    /// Opens a segment and reads its directory.
    func open(_ info: SegmentInfo) throws(StoreError) -> (blob: SegmentBlob, directory: SegmentDirectory)? {
        if let known = opened[info.id] { return known }
        guard let blob = try SegmentBlob(info.id, in: db) else { return nil }
        var front = try blob.read(0..<min(Self.front, blob.size))
        let size = try SegmentDirectory.size(header: front)
        if front.count < size {
            front = try blob.read(0..<size)
        } else {
            front.removeLast(front.count - size)
        }
        let directory = try SegmentDirectory(front, with: decompressor)
        if opened.count >= Self.remembered { opened = [:] }
        opened[info.id] = (blob, directory)
        return (blob, directory)
    }

    /// Opens a segment of which nothing may be missed: what is wrong with it is said with its id.
    func openNamed(_ info: SegmentInfo) throws(StoreError) -> (blob: SegmentBlob, directory: SegmentDirectory)? {
        do throws(StoreError) {
            return try open(info)
        } catch {
            guard case .damaged(let why) = error else { throw error }
            throw .damaged("segment \(info.id): \(why)")
        }
    }

    /// Decodes one chunk of samples.
    func samples(
        _ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times, _ blob: SegmentBlob, _ info: SegmentInfo
    ) throws(StoreError) -> Samples {
        let key = ChunkKey(
            segment: info.id, owner: chunk.owner, times: chunk.times, bytes: chunk.bytes, holder: chunk.tail?.chunk)
        if let newest, newest.key == key { return newest.samples }
        let timestamps = try timestamps(times, blob, info)
        let payload = try chunk.payload(what: "chunk in segment \(info.id)", blob.read)
        let values = try chunk.values(payload, times.count, with: decompressor)
        let samples = Samples(timestamps: timestamps, values: values)
        newest = (key, samples)
        return samples
    }

    /// Decodes one chunk of the record.
    func entries(
        _ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times, _ blob: SegmentBlob, _ info: SegmentInfo
    ) throws(StoreError) -> [RecordEntry] {
        let bins = try timestamps(times, blob, info)
        let payload = try chunk.payload(what: "chunk in segment \(info.id)", blob.read)
        return try RecordChunk.decode(payload, owner: RecordOwner(id: chunk.owner), bins: bins, with: decompressor)
    }

    /// Decodes a time column.
    func timestamps(
        _ times: SegmentDirectory.Times, _ blob: SegmentBlob, _ info: SegmentInfo
    ) throws(StoreError) -> [Timestamp] {
        let key = TimesKey(segment: info.id, start: times.bytes.lowerBound)
        if let known = timeColumns[key] { return known }
        let column = try unsealed(try blob.read(times.bytes), what: "time column in segment \(info.id)")
        let timestamps = try TimeColumn.decode(column, count: times.count, with: decompressor)
        guard timestamps.first == times.first, timestamps.last == times.last else {
            throw .damaged("time column in segment \(info.id): not from its first to its last time")
        }
        if timeColumns.count >= Self.remembered { timeColumns = [:] }
        timeColumns[key] = timestamps
        return timestamps
    }

    /// What `read` makes of a segment; `nothing` for a damaged one that may be skipped.
    func reading<T>(
        _ info: SegmentInfo, otherwise nothing: T,
        _ read: (SegmentBlob, SegmentDirectory) throws(StoreError) -> T
    ) throws(StoreError) -> T? {
        do {
            guard let (blob, directory) = try open(info) else { return nil }
            return try read(blob, directory)
        } catch {
            guard let health, case .damaged(let why) = error else { throw error }
            health.damaged(info.id, why)
            return nothing
        }
    }
}
