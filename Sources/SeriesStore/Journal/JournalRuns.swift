// The block of samples in a journal row, series by series. Every sample that waits for an fsync passes here, so this is
// simple arithmetic and no search. Where a commit holds several samples of a series, their times differ by a step that
// hardly changes and their values by little; where it holds one of each, it costs a byte a series more than samples in
// the order in which they came, and zstd sees that it is always the same byte.

/// Samples as bytes and back.
///
/// Columns, one after the other: count of runs, and for each the signed difference of its series from the one before
/// and the count of its samples; for the first sample of each run its signed difference in time from the first of the
/// run before, for every other one how much longer its step is than the one before (over all runs); for each value an
/// exponent e, or 255; for each value with an exponent, with m / 10^e = value, the signed difference of m from that of
/// the value before, or m itself where that has another exponent or another series; the patterns of the others.
enum JournalRuns {
    /// The exponent of a value that is kept as its pattern.
    private static let pattern: UInt8 = 255
    /// What is tried, after the exponent of the value before. 1 is covered by 2.
    private static let exponents: [5 of UInt8] = [0, 2, 3, 6, 9]

    /// The block's bytes before compression.
    static func plain(_ samples: SampleBatch) -> [UInt8] {
        let runs = samples.runs
        var plain: [UInt8] = []
        plain.reserveCapacity(samples.count * 6 + runs.count * 8)
        plain.appendVarint(runs.count)
        var series: Int64 = 0
        for run in runs {
            plain.appendSigned(samples.series[run.lowerBound] &- series)
            plain.appendVarint(run.count)
            series = samples.series[run.lowerBound]
        }
        appendTimes(samples.timestamps, runs, to: &plain)
        var integers: [UInt8] = []
        integers.reserveCapacity(samples.count * 3)
        var patterns: [UInt8] = []
        for run in runs {
            var before = (exponent: pattern, integer: Int64(0))
            for value in samples.values[run] {
                let next = decimal(value, usual: before.exponent == pattern ? 0 : before.exponent)
                plain.append(next.exponent)
                if next.exponent == pattern {
                    patterns.appendWord(value.bitPattern)
                } else {
                    let base = next.exponent == before.exponent ? before.integer : 0
                    integers.appendSigned(next.integer &- base)
                }
                before = next
            }
        }
        plain.append(contentsOf: integers)
        plain.append(contentsOf: patterns)
        return plain
    }

    private static func appendTimes(_ timestamps: [Timestamp], _ runs: [Range<Int>], to plain: inout [UInt8]) {
        var (first, step) = (Int64(0), Int64(0))
        for run in runs {
            var before = timestamps[run.lowerBound]
            plain.appendSigned(before &- first)
            first = before
            for timestamp in timestamps[run].dropFirst() {
                let next = timestamp &- before
                plain.appendSigned(next &- step)
                (before, step) = (timestamp, next)
            }
        }
    }

    /// The inverse of `plain`.
    static func samples(_ plain: [UInt8], count: Int) throws(StoreError) -> SampleBatch {
        var reader = ByteReader(plain, what: "samples of a journal row")
        guard count <= plain.count else { throw .damaged("a journal block too short for \(count) samples") }
        var batch = SampleBatch()
        batch.reserve(count)
        var lengths: [Int] = []
        var series: Int64 = 0
        for _ in 0..<(try reader.count(limit: count)) {
            series &+= try reader.signed()
            let length = try reader.count(limit: count - batch.series.count)
            lengths.append(length)
            batch.series.append(contentsOf: repeatElement(series, count: length))
        }
        guard batch.series.count == count, !lengths.contains(0) else {
            throw .damaged("runs of \(batch.series.count) samples in a journal block of \(count)")
        }
        var (first, step) = (Int64(0), Int64(0))
        for length in lengths {
            first &+= try reader.signed()
            var time = first
            batch.timestamps.append(time)
            for _ in 1..<length {
                step &+= try reader.signed()
                time &+= step
                batch.timestamps.append(time)
            }
        }
        batch.values = try values(&reader, lengths, count: count)
        return batch
    }

    private static func values(
        _ reader: inout ByteReader, _ lengths: [Int], count: Int
    ) throws(StoreError) -> [Double] {
        let exponents = Array(try reader.take(count))
        var values: [Double] = []
        values.reserveCapacity(count)
        for length in lengths {
            var before = (exponent: pattern, integer: Int64(0))
            for _ in 0..<length {
                let exponent = exponents[values.count]
                guard exponent != pattern else {
                    values.append(0)
                    before = (pattern, 0)
                    continue
                }
                guard Int(exponent) < Decimal.powers.count else { throw .damaged("a decimal exponent of \(exponent)") }
                let base = exponent == before.exponent ? before.integer : 0
                let integer = base &+ (try reader.signed())
                values.append(Double(integer) / Decimal.powers[Int(exponent)])
                before = (exponent, integer)
            }
        }
        for (index, exponent) in exponents.enumerated() where exponent == pattern {
            values[index] = Double(bitPattern: try reader.word(UInt64.self))
        }
        return values
    }

    @inline(__always)
    private static func decimal(_ value: Double, usual: UInt8) -> (exponent: UInt8, integer: Int64) {
        if let integer = Decimal.integer(value, power: Decimal.powers[Int(usual)]) { return (usual, integer) }
        for index in exponents.indices where exponents[index] != usual {
            let exponent = exponents[index]
            if let integer = Decimal.integer(value, power: Decimal.powers[Int(exponent)]) { return (exponent, integer) }
        }
        return (pattern, 0)
    }
}
