// Timestamps of a chunk, strictly ascending, to bytes; one column serves all chunks that were sampled together.
//
// Two forms. *Sequence*: exact intervals, gaps, anything. *Grid*: a sampler with jitter, t = t[0] + k step + r, where k
// counts steps and r is the jitter; r has less entropy than the difference of two jittered times. The smaller is kept.

/// Columns of timestamps.
enum TimeColumn {
    private enum Form: UInt8 {
        case sequence = 0
        case grid = 1
    }

    static func encode(_ timestamps: [Timestamp], with compressor: Compressor) -> [UInt8] {
        var sequence: [UInt8] = [Form.sequence.rawValue]
        SequenceColumn.encode(timestamps, into: &sequence, with: compressor)
        // Below a quarter byte a timestamp there is no jitter to gain from.
        guard sequence.count * 4 > timestamps.count, let step = usualStep(timestamps) else { return sequence }
        var grid: [UInt8] = [Form.grid.rawValue]
        grid.appendVarint(UInt64(step))
        grid.appendSigned(timestamps[0])
        var counts: [Int64] = []
        var residuals: [Int64] = []
        for timestamp in timestamps {
            let distance = timestamp - timestamps[0]
            let count = (distance + step / 2) / step
            counts.append(count)
            residuals.append(distance - count * step)
        }
        SequenceColumn.encode(counts, into: &grid, with: compressor)
        SequenceColumn.encode(residuals, into: &grid, with: compressor)
        return grid.count < sequence.count ? grid : sequence
    }

    static func decode(
        _ bytes: [UInt8], count: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [Timestamp] {
        var reader = ByteReader(bytes, what: "timestamp column")
        let first = try reader.byte()
        guard let form = Form(rawValue: first) else {
            throw .damaged("timestamp form \(first) is newer than this forecastd")
        }
        switch form {
        case .sequence:
            return try SequenceColumn.decode(&reader, count: count, with: decompressor)
        case .grid:
            let step = Int64(bitPattern: try reader.varint())
            let start = try reader.signed()
            let counts = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            var timestamps = try SequenceColumn.decode(&reader, count: count, with: decompressor)
            let span = counts.span
            for index in span.indices { timestamps[index] = start &+ span[index] &* step &+ timestamps[index] }
            return timestamps
        }
    }

    /// The median difference, rounded to the millisecond; nil where a grid makes no sense.
    private static func usualStep(_ timestamps: [Timestamp]) -> Int64? {
        guard timestamps.count >= 16 else { return nil }
        let (span, overflow) = timestamps[timestamps.count - 1].subtractingReportingOverflow(timestamps[0])
        guard !overflow else { return nil }
        let differences = zip(timestamps.dropFirst(), timestamps).map { $0 - $1 }.sorted()
        let millisecond: Int64 = 1_000_000
        let step = (differences[differences.count / 2] + millisecond / 2) / millisecond * millisecond
        guard step > 0, span <= Int64.max - step else { return nil }
        return step
    }
}
