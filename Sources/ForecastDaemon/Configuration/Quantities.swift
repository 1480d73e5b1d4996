// Sizes and percentages as the configuration writes them: `5GB`, `64KiB`, `10%`.

/// Bytes with a unit.
enum ByteSizes {
    private static let units: [(name: String, bytes: Int64)] = [
        ("B", 1), ("KB", 1_000), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    /// Reads a number, perhaps with a fraction, and a unit: `5GB`, `1.5GiB`, `64KiB`, `1000B`, `0`.
    ///
    /// - Returns: nil with the reason where it is none.
    static func parse(_ text: String) throws(ValueError) -> Int64 {
        if text == "0" { return 0 }
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        guard let value = Double(number), !number.isEmpty else {
            throw ValueError("`\(text)` is not a size", hint: "5GB, 64KiB")
        }
        if unit.isEmpty { throw ValueError("`\(text)` has no unit", hint: "\(text)B, \(text)KiB, \(text)MB?") }
        guard let factor = units.first(where: { $0.name == unit })?.bytes else {
            let close = units.first { $0.name.lowercased() == unit.lowercased() || $0.name.first == unit.first }
            throw ValueError(
                "`\(text)`: unknown unit `\(unit)`",
                hint: close.map { "\(number)\($0.name)?" } ?? "B, KB, MB, GB, TB, KiB, MiB, GiB, TiB")
        }
        let bytes = (value * Double(factor)).rounded()
        guard bytes < 9e18 else { throw ValueError("`\(text)` is too large", hint: "") }
        return Int64(bytes)
    }

    /// The form that `parse` reads, in the largest unit that is exact.
    static func format(_ bytes: Int64) -> String {
        if bytes == 0 { return "0" }
        for unit in units.sorted(by: { $0.bytes > $1.bytes }) where unit.name != "kB" && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return "\(bytes)B"
    }
}

/// Percentages, kept as they are written: `5%` is 5.
enum Percentages {
    static func parse(_ text: String) throws(ValueError) -> Double {
        guard text.hasSuffix("%") else { throw ValueError("`\(text)` is not a percentage", hint: "\(text)%?") }
        let number = text.dropLast()
        guard let value = Double(number), value.isFinite, number.allSatisfy({ $0.isNumber || $0 == "." }) else {
            throw ValueError("`\(text)` is not a percentage", hint: "10%")
        }
        return value
    }

    static func format(_ value: Double) -> String {
        value == value.rounded() && value < 1e15 ? "\(Int64(value))%" : "\(value)%"
    }
}

/// Why a value is not what its key wants; the place is added by who knows it.
struct ValueError: Error, Equatable {
    let reason: String
    let hint: String

    init(_ reason: String, hint: String) {
        self.reason = reason
        self.hint = hint
    }
}
