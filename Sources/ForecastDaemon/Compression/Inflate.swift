// DEFLATE (RFC 1951) in gzip (RFC 1952): what clients send with `Content-Encoding: gzip`, and `.jsonl.gz` files.
//
// Ours rather than a C library's, because it reads what strangers send: every access is bounds-checked, the output is
// bounded before the first byte (a kilobyte can claim a gigabyte), and checksum and length are checked. Decoding is by
// canonical Huffman codes with a table of the first nine bits; some 250 MB/s, which is not our bottleneck. It only
// decompresses.

/// Why bytes are not gzip data that is taken.
public enum InflateError: Error, Equatable, Sendable, CustomStringConvertible {
    case notGzip
    case truncated
    case unsupportedMethod(UInt8)
    case reservedFlags
    case badBlock
    case badCodeLengths
    case badSymbol
    case distanceTooFar
    case checksumMismatch(stored: UInt32, computed: UInt32)
    case lengthMismatch(stored: UInt32, computed: UInt32)
    case tooLarge(limit: Int)
    case trailingBytes(Int)

    /// What was found and what was expected.
    public var description: String {
        switch self {
        case .notGzip: "not gzip data: it does not begin with 1f 8b"
        case .truncated: "gzip data ends early"
        case .unsupportedMethod(let method): "gzip method \(method) is not known (8 is deflate)"
        case .reservedFlags: "gzip data damaged: reserved flags are set"
        case .badBlock: "gzip data damaged: bad block"
        case .badCodeLengths: "gzip data damaged: impossible code lengths"
        case .badSymbol: "gzip data damaged: impossible symbol"
        case .distanceTooFar: "gzip data damaged: a copy from before the start"
        case .checksumMismatch(let stored, let computed):
            "gzip data damaged: checksum \(computed), stored \(stored)"
        case .lengthMismatch(let stored, let computed): "gzip data damaged: \(computed) bytes, stored \(stored)"
        case .tooLarge(let limit): "gzip data holds more than \(limit) bytes"
        case .trailingBytes(let count): "\(count) bytes follow the gzip data"
        }
    }
}

/// Decompression.
public enum Inflate {
    /// All members of a gzip file, one after the other.
    ///
    /// - Parameter limit: of the output, in bytes. Memory is at most about twice that.
    public static func gunzip(_ bytes: [UInt8], limit: Int) throws(InflateError) -> [UInt8] {
        var output: [UInt8] = []
        var at = 0
        repeat {
            at = try member(bytes, from: at, into: &output, limit: limit)
        } while at + 1 < bytes.count && bytes[at] == 0x1F && bytes[at + 1] == 0x8B
        // Tapes and some tools pad with zeros.
        if bytes[at...].contains(where: { $0 != 0 }) { throw .trailingBytes(bytes.count - at) }
        return output
    }

    private static func member(
        _ bytes: [UInt8], from start: Int, into output: inout [UInt8], limit: Int
    ) throws(InflateError) -> Int {
        let count = bytes.count
        guard count - start >= 2 else { throw count - start == 0 ? .truncated : .notGzip }
        guard bytes[start] == 0x1F, bytes[start + 1] == 0x8B else { throw .notGzip }
        guard count - start >= 10 else { throw .truncated }
        if bytes[start + 2] != 8 { throw .unsupportedMethod(bytes[start + 2]) }
        let flags = bytes[start + 3]
        if flags & 0xE0 != 0 { throw .reservedFlags }
        var at = start + 10
        if flags & 4 != 0 {
            guard at + 2 <= count else { throw .truncated }
            at += 2 + Int(bytes[at]) + Int(bytes[at + 1]) << 8
        }
        // Name and comment, each ended by a zero.
        for flag in [8, 16] as [UInt8] where flags & flag != 0 {
            while at < count, bytes[at] != 0 { at += 1 }
            at += 1
        }
        if flags & 2 != 0 { at += 2 }
        guard at <= count else { throw .truncated }
        let before = output.count
        var inflater = Inflater(bytes, from: at, output: output, limit: limit)
        output = []
        at = try inflater.run()
        output = inflater.output()
        guard at + 8 <= count else { throw .truncated }
        func word(_ at: Int) -> UInt32 {
            UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
        }
        let checksum = CRC32.checksum(output[before...])
        if word(at) != checksum { throw .checksumMismatch(stored: word(at), computed: checksum) }
        let length = UInt32(truncatingIfNeeded: output.count - before)
        if word(at + 4) != length { throw .lengthMismatch(stored: word(at + 4), computed: length) }
        return at + 8
    }
}

/// The checksum of gzip (polynomial 0xEDB88320, reflected).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        return value
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        let table = table
        var value: UInt32 = .max
        for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
        return ~value
    }
}
