// The back end of every column: non-negative integers to bytes. Where a column is worth it two forms compete, and the
// smaller is kept; a quick one is tokens.
//
// *Tokens*: the part of a number that has statistics (its bit length and, perhaps, the bits after the leading one)
// becomes one byte; zstd's Huffman coder sees only these. The bits below are noise and stand raw in a bit string.
// *Planes*: all lowest bytes, then all second bytes, …: better where zstd can find repeats of whole numbers.
// Page: docs/format/chunk.md.

/// Columns of `UInt64`.
enum IntegerColumn {
    /// First byte of an encoded column.
    private enum Form: UInt8 {
        case zero = 0
        case planes = 1
        case tokens0 = 2
        case tokens1 = 3
        case tokens2 = 4

        /// How many bits after the leading one the token carries.
        var subBits: Int? {
            switch self {
            case .zero, .planes: nil
            case .tokens0: 0
            case .tokens1: 1
            case .tokens2: 2
            }
        }
    }

    /// Appends the column of `values`; its length is not stored.
    static func encode(_ values: [UInt64], into bytes: inout [UInt8], with compressor: Compressor) {
        let union = values.reduce(0, |)
        guard union != 0 else {
            bytes.append(Form.zero.rawValue)
            return
        }
        let (form, restBits) = cheapestTokens(values)
        let (tokens, low) = split(values, subBits: form.subBits ?? 0, restBits: restBits)
        let packedTokens = compressor.compress(tokens)
        // Repeats are so rare that only what is kept for long is worth looking for them.
        if compressor.effort == .thorough {
            let width = (71 - union.leadingZeroBitCount) / 8
            let planes = planes(values, width: width)
            let packedPlanes = compressor.compress(planes)
            if 1 + min(packedPlanes.count, planes.count) <= min(packedTokens.count, tokens.count) + low.count {
                bytes.append(Form.planes.rawValue)
                bytes.append(UInt8(width))
                appendStream(planes, packed: compressor.compressOnce(planes, or: packedPlanes), into: &bytes)
                return
            }
        }
        bytes.append(form.rawValue)
        appendStream(tokens, packed: compressor.compressOnce(tokens, or: packedTokens), into: &bytes)
        bytes.append(contentsOf: low)
    }

    /// Reads a column of `count` values.
    static func decode(
        _ reader: inout ByteReader, count: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [UInt64] {
        let first = try reader.byte()
        guard let form = Form(rawValue: first) else {
            throw .damaged("column form \(first) is newer than this forecastd")
        }
        switch form {
        case .zero:
            return [UInt64](repeating: 0, count: count)
        case .planes:
            let width = Int(try reader.byte())
            guard (1...8).contains(width) else { throw .damaged("a column of \(width) byte planes") }
            let planes = try takeStream(&reader, size: width * count, with: decompressor)
            return joinPlanes(planes, width: width, count: count)
        case .tokens0, .tokens1, .tokens2:
            let meanings = TokenMeanings.of(subBits: form.subBits ?? 0)
            let tokens = try takeStream(&reader, size: count, with: decompressor)
            let low = try reader.take((meanings.restBits(tokens) + 7) / 8)
            return meanings.join(tokens, low: low)
        }
    }

    private static func planes(_ values: [UInt64], width: Int) -> [UInt8] {
        var planes: [UInt8] = []
        planes.reserveCapacity(values.count * width)
        for plane in 0..<width {
            let shift = UInt64(8 * plane)
            for value in values { planes.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        return planes
    }

    private static func joinPlanes(_ planes: [UInt8], width: Int, count: Int) -> [UInt64] {
        var values = [UInt64](repeating: 0, count: count)
        for plane in 0..<width {
            let shift = UInt64(8 * plane)
            let start = plane * count
            for index in 0..<count { values[index] |= UInt64(planes[start + index]) << shift }
        }
        return values
    }

    /// The token of a number, and how many of its lowest bits the token does not say.
    @inline(__always)
    private static func token(_ value: UInt64, subBits: Int) -> (token: UInt8, rest: Int) {
        if value < 2 << subBits { return (UInt8(truncatingIfNeeded: value), 0) }
        let rest = 63 - value.leadingZeroBitCount - subBits
        let leading = Int(truncatingIfNeeded: value >> UInt64(rest)) & ((1 << subBits) - 1)
        return (UInt8(truncatingIfNeeded: (2 << subBits) + ((rest - 1) << subBits) + leading), rest)
    }

    /// Tokens, and the string of the bits below them.
    private static func split(
        _ values: [UInt64], subBits: Int, restBits: Int
    ) -> (tokens: [UInt8], low: [UInt8]) {
        var writer = BitWriter(bits: restBits)
        let tokens = unsafe [UInt8](unsafeUninitializedCapacity: values.count) { tokens, count in
            for index in values.indices {
                let (token, rest) = token(values[index], subBits: subBits)
                unsafe tokens.initializeElement(at: index, to: token)
                writer.append(values[index], bits: rest)
            }
            count = values.count
        }
        return (tokens, writer.finished())
    }

    /// The number of sub-bits at which entropy of the tokens plus raw bits is least, and how many raw bits that leaves.
    ///
    /// Numbers with one finest token have one coarser token, too: they are counted once.
    private static func cheapestTokens(_ values: [UInt64]) -> (form: Form, restBits: Int) {
        var finest = [Int](repeating: 0, count: 256)
        for value in values { finest[Int(token(value, subBits: 2).token)] += 1 }
        var best: (form: Form, restBits: Int, cost: Double) = (.tokens0, 0, .infinity)
        for form in [Form.tokens0, .tokens1, .tokens2] {
            var histogram = [Int](repeating: 0, count: 256)
            var restBits = 0
            for (index, count) in finest.enumerated() where count > 0 {
                let (token, rest) = token(TokenMeanings.of(subBits: 2).least(index), subBits: form.subBits ?? 0)
                histogram[Int(token)] += count
                restBits += rest * count
            }
            let cost = Entropy.bits(histogram, total: values.count) + Double(restBits)
            if cost < best.cost { best = (form, restBits, cost) }
        }
        return (best.form, best.restBits)
    }

    /// A run of bytes, packed or as it is, whichever is shorter: varint of length and one bit, then the bytes.
    private static func appendStream(_ plain: [UInt8], packed: [UInt8], into bytes: inout [UInt8]) {
        let isPacked = packed.count < plain.count
        let stream = isPacked ? packed : plain
        bytes.appendVarint(stream.count << 1 | (isPacked ? 1 : 0))
        bytes.append(contentsOf: stream)
    }

    private static func takeStream(
        _ reader: inout ByteReader, size: Int, with decompressor: Decompressor
    ) throws(StoreError) -> [UInt8] {
        let header = try reader.varint()
        let length = Int(truncatingIfNeeded: header >> 1)
        let stream = try reader.take(length)
        if header & 1 == 1 { return try decompressor.decompress(stream.span, size: size) }
        guard length == size else { throw .damaged("a stream of \(length) bytes where \(size) belong") }
        return Array(stream)
    }
}
