// The block of samples in a journal row, in the order in which they came. Every sample that waits for an fsync passes
// here, so this is simple arithmetic and no search: differences of series, differences of times, and values as decimals
// where one of a few exponents gives back the exact bits. A price of 41.27 is two bytes; as a double it is seven.

/// Samples as bytes and back.
///
/// Columns, one after the other: signed differences of series; signed differences of timestamps; for each value an
/// exponent e, or 255; for each value with an exponent, signed m with m / 10^e = value; the patterns of the others.
enum JournalSamples {
    /// The exponent of a value that is kept as its pattern.
    private static let pattern: UInt8 = 255
    /// What is tried, after 0 and the exponent of the value before. 1 is covered by 2.
    private static let exponents: [UInt8] = [2, 3, 6, 9]

    /// The block's bytes before compression.
    static func plain(_ samples: SampleBatch) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(samples.count * 11)
        var series: Int64 = 0
        for id in samples.series {
            plain.appendSigned(id &- series)
            series = id
        }
        var time: Int64 = 0
        for timestamp in samples.timestamps {
            plain.appendSigned(timestamp &- time)
            time = timestamp
        }
        var integers: [UInt8] = []
        integers.reserveCapacity(samples.count * 4)
        var patterns: [UInt8] = []
        var usual: UInt8 = 2
        for value in samples.values {
            let (exponent, integer) = decimal(value, usual: usual)
            plain.append(exponent)
            if exponent == pattern {
                patterns.appendWord(value.bitPattern)
            } else {
                integers.appendSigned(integer)
                if exponent > 0 { usual = exponent }
            }
        }
        plain.append(contentsOf: integers)
        plain.append(contentsOf: patterns)
        return plain
    }

    /// The inverse of `plain`.
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

    private static func decimal(_ value: Double, usual: UInt8) -> (exponent: UInt8, integer: Int64) {
        if let integer = Decimal.integer(value, power: 1) { return (0, integer) }
        if let integer = Decimal.integer(value, power: Decimal.powers[Int(usual)]) { return (usual, integer) }
        for exponent in exponents where exponent != usual {
            if let integer = Decimal.integer(value, power: Decimal.powers[Int(exponent)]) { return (exponent, integer) }
        }
        return (pattern, 0)
    }
}
