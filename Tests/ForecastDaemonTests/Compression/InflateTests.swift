// Our gzip reader on files that Python's zlib packed at every kind of block, on damaged ones and on a bomb.

import FoundationEssentials
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Inflate") struct InflateTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/gzip")

    private static func file(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name + ".gz")))
    }

    /// What Fixtures/gzip/make_gzip.py packed.
    private static func squares(_ count: Int) -> [UInt8] {
        Array((0..<count).map { "\($0 * $0)\n" }.joined().utf8)
    }

    @Test(
        "what Python packed is unpacked",
        arguments: ["stored", "fixed", "fast", "best", "huffman", "runs", "header", "members", "padded"])
    func fixtures(name: String) throws {
        #expect(try Inflate.gunzip(Self.file(name), limit: 1 << 20) == Self.squares(2000))
    }

    @Test("an empty file is empty")
    func empty() throws {
        #expect(try Inflate.gunzip(Self.file("empty"), limit: 0).isEmpty)
    }

    @Test("a bomb is refused at the limit, and unpacked where the limit is its size")
    func bomb() throws {
        let packed = try Self.file("zeros")
        #expect(packed.count < 3000)
        #expect(throws: InflateError.tooLarge(limit: 1_999_999)) { try Inflate.gunzip(packed, limit: 1_999_999) }
        #expect(try Inflate.gunzip(packed, limit: 2_000_000).count == 2_000_000)
    }

    @Test("whatever byte is missing, changed or added, it is an error or the same bytes", arguments: [0, 1, 2])
    func damage(kind: Int) throws {
        let expected = Self.squares(2000)
        for name in ["fixed", "best", "header"] {
            let packed = try Self.file(name)
            var generator = SplitMix(seed: UInt64(kind))
            for _ in 0..<60 {
                var damaged = packed
                let place = Int(generator.next() % UInt64(packed.count))
                switch kind {
                case 0: damaged.removeSubrange(place...)
                case 1: damaged[place] ^= 1 << UInt8(generator.next() % 8)
                default: damaged.insert(UInt8(generator.next() % 256), at: place)
                }
                if let result = try? Inflate.gunzip(damaged, limit: 1 << 20) {
                    // Time stamp, name and comment in the header carry no checksum.
                    #expect(result == expected, "\(name), byte \(place)")
                }
            }
        }
    }

    @Test("errors say what is wrong")
    func errors() throws {
        #expect(throws: InflateError.truncated) { try Inflate.gunzip([], limit: 10) }
        #expect(throws: InflateError.notGzip) { try Inflate.gunzip(Array("m value=1\n".utf8), limit: 10) }
        #expect(throws: InflateError.unsupportedMethod(7)) {
            try Inflate.gunzip([0x1F, 0x8B, 7, 0, 0, 0, 0, 0, 0, 0], limit: 10)
        }
        var packed = try Self.file("best")
        packed[packed.count - 5] ^= 1
        #expect(throws: InflateError.self) { try Inflate.gunzip(packed, limit: 1 << 20) }
        #expect(throws: InflateError.trailingBytes(2)) {
            try Inflate.gunzip(Self.file("best") + [1, 2], limit: 1 << 20)
        }
    }

    @Test("random bytes behind a gzip header never trap")
    func fuzz() {
        for round in FuzzRounds(2000) {
            var generator = SplitMix(seed: round)
            var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
            for _ in 0..<Int(generator.next() % 80) { bytes.append(UInt8(truncatingIfNeeded: generator.next())) }
            _ = try? Inflate.gunzip(bytes, limit: 4096)
        }
    }
}
