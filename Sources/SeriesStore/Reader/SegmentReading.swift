// Takes single chunks out of segments: directory first, then the time column and the payload of what was asked for.

import GRDB

/// Reads segments on one snapshot; keeps nothing but the decompressor.
struct SegmentReading {
    private let db: Database
    private let decompressor = Decompressor()
    /// Read at once from the front of a segment: holds the directory of most.
    private static let front = 4096

    init(_ db: Database) { self.db = db }

    /// The samples of a series in these segments, in the order of the list; nil if a segment is gone.
    ///
    /// Chunks come in journal order, so that who orders them lets the later win.
    func samples(
        of series: SeriesID, from: Timestamp, to: Timestamp, in segments: [SegmentInfo]
    ) throws(StoreError) -> Samples? {
        var result = Samples()
        for info in segments {
            guard let (blob, directory) = try open(info) else { return nil }
            for chunk in directory.chunks(of: series) {
                let times = directory.times[chunk.times]
                guard times.first < to, times.last >= from else { continue }
                let samples = try self.samples(chunk, times, blob, info)
                result.append(contentsOf: samples.clipped(from: from, to: to))
            }
        }
        return result
    }

    /// All record entries of an owner in these segments, in the order of the list; nil if a segment is gone.
    func records(
        of owner: RecordOwner, from: Int64, to: Int64, in segments: [SegmentInfo]
    ) throws(StoreError) -> [RecordEntry]? {
        var result: [RecordEntry] = []
        for info in segments {
            guard let (blob, directory) = try open(info) else { return nil }
            for chunk in directory.chunks(of: owner.id) {
                let times = directory.times[chunk.times]
                guard times.first < to, times.last >= from else { continue }
                result += try entries(chunk, times, blob, info).filter { $0.bin >= from && $0.bin < to }
            }
        }
        return result
    }

    /// What the directory says about a series, without decoding a chunk; the outer one is nil if the segment is gone.
    func summary(
        of series: SeriesID, in info: SegmentInfo
    ) throws(StoreError) -> SeriesSummary?? {
        guard let (_, directory) = try open(info) else { return nil }
        var summary: SeriesSummary?
        for chunk in directory.chunks(of: series) {
            let times = directory.times[chunk.times]
            let last = chunk.statistics?.last ?? .nan
            summary = SeriesSummary(
                count: (summary?.count ?? 0) + times.count, first: summary?.first ?? times.first, last: times.last,
                lastValue: last)
        }
        return .some(summary)
    }

    /// The newest sample of a series before a time in one segment, or none; nil if the segment is gone.
    func newest(
        of series: SeriesID, before time: Timestamp, in info: SegmentInfo
    ) throws(StoreError) -> Samples? {
        guard let (blob, directory) = try open(info) else { return nil }
        for chunk in directory.chunks(of: series).reversed() {
            let times = directory.times[chunk.times]
            guard times.first < time else { continue }
            let samples = try self.samples(chunk, times, blob, info)
            let end = samples.timestamps.firstIndex(atLeast: time)
            guard end > 0 else { continue }
            return Samples(timestamps: [samples.timestamps[end - 1]], values: [samples.values[end - 1]])
        }
        return Samples()
    }

    /// Decodes one chunk of samples.
    func samples(
        _ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times, _ blob: SegmentBlob, _ info: SegmentInfo
    ) throws(StoreError) -> Samples {
        let timestamps = try timestamps(times, blob, info)
        let payload = try unsealed(try blob.read(chunk.bytes), what: "chunk in segment \(info.id)")
        let values = try ValueColumn.decode(payload, count: times.count, with: decompressor)
        return Samples(timestamps: timestamps, values: values)
    }

    /// Decodes one chunk of the record.
    func entries(
        _ chunk: SegmentDirectory.Chunk, _ times: SegmentDirectory.Times, _ blob: SegmentBlob, _ info: SegmentInfo
    ) throws(StoreError) -> [RecordEntry] {
        let bins = try timestamps(times, blob, info)
        let payload = try unsealed(try blob.read(chunk.bytes), what: "chunk in segment \(info.id)")
        return try RecordChunk.decode(payload, owner: RecordOwner(id: chunk.owner), bins: bins, with: decompressor)
    }

    private func timestamps(
        _ times: SegmentDirectory.Times, _ blob: SegmentBlob, _ info: SegmentInfo
    ) throws(StoreError) -> [Timestamp] {
        let column = try unsealed(try blob.read(times.bytes), what: "time column in segment \(info.id)")
        return try TimeColumn.decode(column, count: times.count, with: decompressor)
    }

    /// Opens a segment and reads its directory; nil if it is gone.
    func open(_ info: SegmentInfo) throws(StoreError) -> (blob: SegmentBlob, directory: SegmentDirectory)? {
        guard let blob = try SegmentBlob(info.id, in: db) else { return nil }
        var front = try blob.read(0..<min(Self.front, blob.size))
        let size = try SegmentDirectory.size(header: front)
        if front.count < size {
            front = try blob.read(0..<size)
        } else {
            front.removeLast(front.count - size)
        }
        return (blob, try SegmentDirectory(front, with: decompressor))
    }
}
