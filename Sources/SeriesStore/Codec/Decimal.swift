// Doubles that somebody once wrote in decimal: m / 10^e with one e for the whole chunk. A double counts as such only if
// the division gives back its exact bits; the others are kept aside whole, as long as they are few.

/// A chunk's values as integers over a power of ten.
struct Decimal {
    let exponent: Int
    var integers: [Int64]
    /// Index and pattern of what is no decimal; its place in `integers` repeats the integer before.
    var exceptions: [(index: Int, bits: UInt64)]

    /// 10^0 … 10^18, each an exact double.
    static let powers: [Double] = {
        var powers = [1.0]
        for _ in 1...18 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()

    /// Integers up to 2^53 are exact doubles; beyond, two of them could be one double.
    private static let largest = 9_007_199_254_740_992.0

    /// Nil if more than one value in eight is no decimal.
    init?(_ values: [Double]) {
        guard let exponent = Self.exponent(values) else { return nil }
        self.exponent = exponent
        let power = Self.powers[exponent]
        integers = []
        integers.reserveCapacity(values.count)
        exceptions = []
        var previous: Int64 = 0
        for (index, value) in values.enumerated() {
            if let integer = Self.integer(value, power: power) {
                previous = integer
            } else {
                exceptions.append((index, value.bitPattern))
            }
            integers.append(previous)
        }
        if exceptions.count * 8 > values.count { return nil }
    }

    /// The integer m with m / power = value, if there is one. -0.0 has none: it would come back as +0.0.
    @inline(__always)
    static func integer(_ value: Double, power: Double) -> Int64? {
        let scaled = (value * power).nearestInteger
        guard abs(scaled) <= largest else { return nil }
        let integer = Int64(scaled)
        return (Double(integer) / power).bitPattern == value.bitPattern ? integer : nil
    }

    /// The smallest exponent under which most of a sample of values are decimals.
    private static func exponent(_ values: [Double]) -> Int? {
        let stride = max(1, values.count / 64)
        let sample = Swift.stride(from: 0, to: values.count, by: stride).map { values[$0] }.filter { $0.isFinite }
        var needed: [Int] = []
        for value in sample {
            if let exponent = (0...18).first(where: { integer(value, power: powers[$0]) != nil }) {
                needed.append(exponent)
            }
        }
        guard needed.count * 4 >= sample.count * 3, let largest = needed.max() else { return nil }
        return largest
    }

    func encode(into bytes: inout [UInt8], with compressor: Compressor) {
        bytes.append(UInt8(exponent))
        bytes.appendVarint(exceptions.count)
        var previous = 0
        for (index, _) in exceptions {
            bytes.appendVarint(index - previous)
            previous = index
        }
        for (_, bits) in exceptions { bytes.appendWord(bits) }
        SequenceColumn.encode(integers, into: &bytes, with: compressor)
    }

    static func decode(
        _ reader: inout ByteReader, count: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [Double] {
        let exponent = Int(try reader.byte())
        guard exponent < powers.count else { throw .damaged("a decimal exponent of \(exponent)") }
        let exceptionCount = try reader.count(limit: count)
        var indices: [Int] = []
        var previous = 0
        for _ in 0..<exceptionCount {
            previous += try reader.count(limit: count)
            guard previous < count else { throw .damaged("an exception beyond the end of its chunk") }
            indices.append(previous)
        }
        var patterns: [UInt64] = []
        for _ in 0..<exceptionCount { patterns.append(try reader.word(UInt64.self)) }
        let power = powers[exponent]
        var values = try SequenceColumn.decode(&reader, count: count, with: decompressor).map { Double($0) / power }
        for (index, bits) in zip(indices, patterns) { values[index] = Double(bitPattern: bits) }
        return values
    }
}
