// The chunks of a series in order of time, and what may be said of them without decoding: only of a chunk that overlaps no
// other one and no open sample, for of two samples with one time the later in journal order wins.

extension SegmentReading {
    /// A chunk that reaches into a range, and where it is.
    struct Piece {
        var chunk: SegmentDirectory.Chunk
        var times: SegmentDirectory.Times
        var info: SegmentInfo
    }

    /// The chunks of a series that reach into a range, in the order of the list of segments, which is the journal's. Nil if
    /// a segment is gone.
    func pieces(
        of series: SeriesID, from: Timestamp, to: Timestamp, in segments: [SegmentInfo]
    ) throws(StoreError) -> [Piece]? {
        var pieces: [Piece] = []
        for info in segments {
            let part = try reading(info, otherwise: [Piece]()) { (_, directory) in
                directory.chunks(of: series).compactMap { chunk in
                    let times = directory.times[chunk.times]
                    return times.first < to && times.last >= from ? Piece(chunk: chunk, times: times, info: info) : nil
                }
            }
            guard let part else { return nil }
            pieces += part
        }
        return pieces
    }

    /// Folds pieces, in journal order, and the open samples of the range into bins.
    func fold(
        _ pieces: [Piece], _ open: Samples, from: Timestamp, to: Timestamp, into builder: inout BinBuilder
    ) throws(StoreError) {
        let order = pieces.indices.sorted {
            let (a, b) = (pieces[$0].times.first, pieces[$1].times.first)
            return a == b ? $0 < $1 : a < b
        }
        var rest = open
        var at = 0
        while at < order.count {
            // A run of pieces that overlap each other.
            var run = [order[at]]
            var last = pieces[order[at]].times.last
            at += 1
            while at < order.count, pieces[order[at]].times.first <= last {
                run.append(order[at])
                last = max(last, pieces[order[at]].times.last)
                at += 1
            }
            let first = pieces[run[0]].times.first
            let before = rest.timestamps.firstIndex(atLeast: first)
            builder.add(rest.removingFirst(before))
            let within = rest.removingFirst(
                last == .max ? rest.count : rest.timestamps.firstIndex(atLeast: last + 1))
            if run.count == 1, within.isEmpty {
                let piece = pieces[run[0]]
                if let statistics = piece.chunk.statistics,
                    builder.add(statistics, count: piece.times.count, first: first, last: last)
                {
                    continue
                }
                builder.add(try samples(piece).clipped(from: from, to: to))
                continue
            }
            var found = Samples()
            for index in run.sorted() { found.append(contentsOf: try samples(pieces[index])) }
            found.append(contentsOf: within)
            builder.add(found.ordered().clipped(from: from, to: to))
        }
        builder.add(rest)
    }

    private func samples(_ piece: Piece) throws(StoreError) -> Samples {
        let found = try reading(piece.info, otherwise: Samples()) { (blob, _) throws(StoreError) in
            try samples(piece.chunk, piece.times, blob, piece.info)
        }
        // A segment that was opened on this snapshot is on it.
        return found ?? Samples()
    }
}

extension Samples {
    /// Takes the first samples out.
    fileprivate mutating func removingFirst(_ count: Int) -> Samples {
        if count == 0 { return Samples() }
        let first = Samples(timestamps: Array(timestamps[..<count]), values: Array(values[..<count]))
        self = Samples(timestamps: Array(timestamps[count...]), values: Array(values[count...]))
        return first
    }
}
