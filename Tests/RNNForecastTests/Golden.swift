// Golden files, and the generator that both sides draw their made-up numbers from.

import FoundationEssentials

/// The generator of Fixtures/*.py: 24 bits of a 64-bit congruential generator, in [-1, 1), exact in single precision.
struct GoldenNoise {
    var state: UInt64 = 0x1234_5678_9ABC_DEF1

    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 40) * 0x1p-23 - 1
    }

    mutating func callAsFunction(_ count: Int, times size: Double = 1) -> [Double] {
        (0..<count).map { _ in size * next() }
    }
}

/// Files of Tests/Fixtures.
enum Fixture {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    static func json<Content: Decodable>(_ name: String, as _: Content.Type = Content.self) throws -> Content {
        try JSONDecoder().decode(Content.self, from: Data(contentsOf: folder.appending(path: name)))
    }

    /// The bytes of a file. A new version's file is made by running the test once with FORECASTD_RECORD=1; what has
    /// been released is never recorded again.
    static func bytes(_ name: String, orRecord made: [UInt8]) throws -> [UInt8] {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["FORECASTD_RECORD"] == "1" { try Data(made).write(to: file) }
        return Array(try Data(contentsOf: file))
    }
}

/// Doubles stored as base64 of little-endian bytes.
func goldenDoubles(_ text: String) -> [Double] {
    guard let data = Data(base64Encoded: text) else { return [] }
    let bytes = Array(data)
    return stride(from: 0, to: bytes.count, by: 8).map { start in
        var bits: UInt64 = 0
        for i in 0..<8 { bits |= UInt64(bytes[start + i]) << UInt64(8 * i) }
        return Double(bitPattern: bits)
    }
}

/// |a - b| / |b|, both as vectors.
func relativeDistance(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count)
    let difference = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / max(b.reduce(0) { $0 + $1 * $1 }, 1e-300)).squareRoot()
}
