// What goes for want of room: the oldest, but never the newest day of a series. What reaches into that day is cut: so much of
// it as must go, but not less than an eighth of what may, so that a segment is not written anew every few seconds for the
// few bytes that have come meanwhile.

import GRDB

/// The oldest part of something that lies between two times, a segment or a chunk.
struct OldestPart {
    /// What lies before this goes.
    let end: Timestamp
    /// About so many bytes.
    let bytes: Int

    /// Whether what lies before the border is more than next to nothing, a 64th: twenty minutes of a day. For less the rest is
    /// not written anew.
    static func isWorthIt(first: Timestamp, last: Timestamp, before border: Timestamp) -> Bool {
        Double(border) - Double(first) > (Double(last) - Double(first) + 1) / 64
    }

    /// - Parameters:
    ///   - bytes: of the whole, thought to be spread evenly.
    ///   - border: what lies from here on stays.
    ///   - wanted: so many bytes must go, if there are so many before the border.
    /// - Returns: nil if there is nothing before the border, or next to nothing.
    init?(of bytes: Int, first: Timestamp, last: Timestamp, before border: Timestamp, wanted: Int) {
        guard Self.isWorthIt(first: first, last: last, before: border) else { return nil }
        let span = Double(last) - Double(first) + 1
        let free = Double(border) - Double(first)
        let length = max(span * Double(wanted) / Double(max(1, bytes)), free / 8)
        // Half of all time is nothing that has to be divided.
        if length >= free || length > 9e18 {
            end = border
        } else {
            end = min(border, first + Timestamp(length.rounded(.up)))
        }
        self.bytes = min(bytes, Int(((Double(end) - Double(first)) / span * Double(bytes)).rounded(.up)))
    }
}

extension Timestamp {
    /// The newest day of a series always stays.
    static let newestDay: Int64 = 86_400_000_000_000
}

/// What is over of the room that a rule gives some series.
struct RoomOfRule: Sendable {
    let series: Set<SeriesID>
    let maxBytes: Int
    /// All segments of the groups of these series.
    let segments: [SegmentInfo]

    /// The oldest chunks, until the others fit, then the oldest parts of those that reach into the newest day; and the bytes
    /// that stay then.
    func excess(_ db: Database) throws(StoreError) -> (cuts: Retention.Cuts, stays: Int) {
        struct Found {
            var name: Retention.ChunkName
            var segment: Int64
            var last: Timestamp
            var bytes: Int
        }
        let reading = SegmentReading(db)
        var found: [Found] = []
        var newest: [SeriesID: Timestamp] = [:]
        var total = 0
        for info in segments {
            guard let (_, directory) = try reading.openNamed(info) else { continue }
            for chunk in directory.chunks where series.contains(chunk.owner) {
                let times = directory.times[chunk.times]
                let name = Retention.ChunkName(owner: chunk.owner, first: times.first)
                found.append(Found(name: name, segment: info.id, last: times.last, bytes: chunk.bytes.count))
                newest[chunk.owner] = max(newest[chunk.owner] ?? .min, times.last)
                total += chunk.bytes.count
            }
        }
        func border(_ chunk: Found) -> Timestamp {
            (newest[chunk.name.owner] ?? .min).subtracting(.newestDay)
        }
        var cuts: Retention.Cuts = [:]
        for chunk in found.sorted(by: { $0.last < $1.last }) where total > maxBytes && chunk.last < border(chunk) {
            total -= chunk.bytes
            cuts[chunk.segment, default: [:]][chunk.name] = .all
        }
        for chunk in found.sorted(by: { $0.name.first < $1.name.first }) where total > maxBytes {
            if chunk.last < border(chunk) { continue }
            let part = OldestPart(
                of: chunk.bytes, first: chunk.name.first, last: chunk.last, before: border(chunk),
                wanted: total - maxBytes)
            guard let part else { continue }
            total -= part.bytes
            cuts[chunk.segment, default: [:]][chunk.name] = .range(.min..<part.end)
        }
        return (cuts, total)
    }
}

/// The oldest part of the segments of one group of series, where all of them reach into its newest day.
struct OldestSamples: Sendable {
    /// All segments of the group.
    let segments: [SegmentInfo]
    /// Newest open sample of each series that has one.
    let open: [SeriesID: Timestamp]

    /// Time of the newest sample of the group.
    private var newest: Timestamp { max(segments.map(\.last).max() ?? .min, open.values.max() ?? .min) }

    /// Where there is something to cut, its oldest time.
    func oldest() -> Timestamp? {
        let border = newest.subtracting(.newestDay)
        return segments.filter { part(of: $0, wanted: 1, before: border) != nil }.map(\.first).min()
    }

    private func part(of info: SegmentInfo, wanted: Int, before border: Timestamp) -> OldestPart? {
        OldestPart(of: info.size, first: info.first, last: info.last, before: border, wanted: wanted)
    }

    /// What goes so that about so many bytes do, and how many they are.
    ///
    /// - Throws: `.damaged` if what would have to be cut cannot be read, and nothing else could be cut.
    func cut(_ wanted: Int, _ db: Database) throws(StoreError) -> (expired: Retention.Expired, bytes: Int) {
        let reading = SegmentReading(db)
        var newestOfSeries = open
        for info in segments {
            // Without the one that cannot be read a series ends earlier, and more of it stays.
            guard let (_, directory) = try? reading.open(info) else { continue }
            for chunk in directory.chunks {
                newestOfSeries[chunk.owner] = max(
                    newestOfSeries[chunk.owner] ?? .min, directory.times[chunk.times].last)
            }
        }
        let border = newest.subtracting(.newestDay)
        var result = Retention.Expired()
        var bytes = 0
        var failure: StoreError?
        for info in segments.sorted(by: { $0.first < $1.first }) where bytes < wanted {
            guard let part = part(of: info, wanted: wanted - bytes, before: border) else { continue }
            do throws(StoreError) {
                bytes += try result.rewrite(info, reading) { chunk, times in
                    let stays = (newestOfSeries[chunk.owner] ?? .min).subtracting(.newestDay)
                    let end = min(part.end, stays)
                    return OldestPart.isWorthIt(first: times.first, last: times.last, before: end)
                        ? Cut(.min..<end, first: times.first, last: times.last) : .nothing
                }
            } catch {
                failure = error
            }
        }
        if let failure, result.isEmpty { throw failure }
        return (result, bytes)
    }
}
