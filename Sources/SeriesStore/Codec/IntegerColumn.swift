// The back end of every column: non-negative integers to bytes. Two forms compete, and the smaller is kept.
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
        let width = (71 - union.leadingZeroBitCount) / 8
        let planes = planes(values, width: width)
        let packedPlanes = compressor.compress(planes)
        let planesSize = 1 + min(packedPlanes.count, planes.count)

        let form = cheapestTokens(values)
        let (tokens, low) = split(values, subBits: form.subBits ?? 0)
        let packedTokens = compressor.compress(tokens)
        if min(packedTokens.count, tokens.count) + low.count < planesSize {
            bytes.append(form.rawValue)
            appendStream(tokens, packed: packedTokens, into: &bytes)
            bytes.append(contentsOf: low)
        } else {
            bytes.append(Form.planes.rawValue)
            bytes.append(UInt8(width))
            appendStream(planes, packed: packedPlanes, into: &bytes)
        }
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

    private static func split(_ values: [UInt64], subBits: Int) -> (tokens: [UInt8], low: [UInt8]) {
        var tokens: [UInt8] = []
        tokens.reserveCapacity(values.count)
        var low = BitWriter()
        for value in values {
            let (token, rest) = token(value, subBits: subBits)
            tokens.append(token)
            low.append(value, bits: rest)
        }
        return (tokens, low.finished())
    }

    /// The number of sub-bits at which entropy of the tokens plus raw bits is least.
    private static func cheapestTokens(_ values: [UInt64]) -> Form {
        let forms: [Form] = [.tokens0, .tokens1, .tokens2]
        let costs = forms.map { form in
            var histogram = [Int](repeating: 0, count: 256)
            var raw = 0
            for value in values {
                let (token, rest) = token(value, subBits: form.subBits ?? 0)
                histogram[Int(token)] += 1
                raw += rest
            }
            return Entropy.bits(histogram, total: values.count) + Double(raw)
        }
        return zip(forms, costs).min { $0.1 < $1.1 }.map(\.0) ?? .tokens0
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
