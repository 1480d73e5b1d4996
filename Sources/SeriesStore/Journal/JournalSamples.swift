// Samples in a journal row as they were written before they stood series by series (`JournalRuns`): read, not written.
// A row lives no longer than `store.flush_age`, so only a store that such a build has left holds any.

/// Samples in the order in which they came.
///
/// Columns, one after the other: signed differences of series; signed differences of timestamps; for each value an
/// exponent e, or 255; for each value with an exponent, signed m with m / 10^e = value; the patterns of the others.
enum JournalSamples {
    /// The exponent of a value that is kept as its pattern.
    private static let pattern: UInt8 = 255

    /// The samples of a block.
    static func samples(_ plain: [UInt8], count: Int) throws(StoreError) -> SampleBatch {
        var reader = ByteReader(plain, what: "samples of a journal row")
        guard count <= plain.count else { throw .damaged("a journal block too short for \(count) samples") }
        var batch = SampleBatch()
        var series: Int64 = 0
        for _ in 0..<count {
            series &+= try reader.signed()
            batch.series.append(series)
        }
        var time: Int64 = 0
        for _ in 0..<count {
            time &+= try reader.signed()
            batch.timestamps.append(time)
        }
        let exponents = try reader.take(count)
        for exponent in exponents {
            if exponent == pattern {
                batch.values.append(0)
                continue
            }
            guard Int(exponent) < Decimal.powers.count else { throw .damaged("a decimal exponent of \(exponent)") }
            batch.values.append(Double(try reader.signed()) / Decimal.powers[Int(exponent)])
        }
        for (index, exponent) in exponents.enumerated() where exponent == pattern {
            batch.values[index] = Double(bitPattern: try reader.word(UInt64.self))
        }
        return batch
    }
}
