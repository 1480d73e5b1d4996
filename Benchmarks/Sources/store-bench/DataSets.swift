// Where samples come from: files of the storage study (TSD), folders of CSV files as NAB has them, and, where no data
// are given, a generator. Nothing measured on generated data says how small real data become.

import FoundationEssentials

@testable import SeriesStore

/// One series with all its samples.
struct Column {
    var name: String
    var timestamps: [Timestamp]
    var values: [Double]

    /// `measurement,tag=value field` as the study writes names; anything else is a name without labels.
    var key: SeriesKey {
        get throws {
            let parts = name.split(separator: " ", maxSplits: 1)
            let tags = (parts.first ?? "series").split(separator: ",")
            let field = parts.count > 1 ? parts[1].hasSuffix("#i") ? parts[1].dropLast(2) : parts[1] : "value"
            return try SeriesKey(
                name: field == "value" ? String(tags[0]) : "\(tags[0])_\(field)",
                labels: tags.dropFirst().map { tag in
                    let halves = tag.split(separator: "=", maxSplits: 1)
                    return (String(halves[0]), halves.count > 1 ? String(halves[1]) : "-")
                })
        }
    }
}

/// A named set of series.
struct DataSet {
    var name: String
    var columns: [Column]
    var points: Int { columns.reduce(0) { $0 + $1.values.count } }

    /// A TSD file: `TSD1`, u32 count of series; for each u32 points, u32 length of the name, the name, i64 milliseconds,
    /// f64 values; little-endian.
    static func tsd(_ url: URL) throws -> DataSet {
        let bytes = [UInt8](try Data(contentsOf: url))
        var reader = ByteReader(bytes, from: 4, what: url.lastPathComponent)
        var columns: [Column] = []
        for _ in 0..<(try reader.word(UInt32.self)) {
            let count = Int(try reader.word(UInt32.self))
            let name = String(decoding: try reader.take(Int(try reader.word(UInt32.self))), as: UTF8.self)
            var column = Column(name: name, timestamps: [], values: [])
            for _ in 0..<count { column.timestamps.append(try reader.word(Int64.self) * 1_000_000) }
            for _ in 0..<count { column.values.append(Double(bitPattern: try reader.word(UInt64.self))) }
            columns.append(column)
        }
        return DataSet(name: url.deletingPathExtension().lastPathComponent, columns: columns)
    }

    /// Every `data/*/*.csv` under a folder, `timestamp,value` with times in UTC; of two rows with one time the later.
    static func csv(_ folder: URL) throws -> DataSet {
        var columns: [Column] = []
        let data = folder.appending(path: "data").path
        for group in try FileManager.default.contentsOfDirectory(atPath: data).sorted() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: data + "/" + group)) ?? []
            for name in names.filter({ $0.hasSuffix(".csv") }).sorted() {
                var rows: [Timestamp: Double] = [:]
                let text = try String(contentsOf: URL(filePath: "\(data)/\(group)/\(name)"), encoding: .utf8)
                // Some of the files end their lines with \r\n, which is one character.
                for line in text.split(whereSeparator: \.isNewline).dropFirst() {
                    let cells = line.split(separator: ",")
                    guard cells.count == 2, let value = Double(cells[1]), let time = seconds(cells[0]) else { continue }
                    rows[time * 1_000_000_000] = value
                }
                let times = rows.keys.sorted()
                columns.append(
                    Column(
                        name: "\(group),f=\(name.dropLast(4)) value", timestamps: times,
                        values: times.compactMap { rows[$0] }))
            }
        }
        return DataSet(name: "nab", columns: columns)
    }

    /// Seconds since 1970 of `2015-02-26 21:42:53`.
    private static func seconds(_ text: Substring) -> Int64? {
        let numbers = text.split(whereSeparator: { !$0.isNumber }).prefix(6).compactMap { Int64($0) }
        guard numbers.count == 6 else { return nil }
        // Days from civil (Howard Hinnant).
        let year = numbers[1] <= 2 ? numbers[0] - 1 : numbers[0]
        let era = year / 400
        let month = (numbers[1] + 9) % 12
        let dayOfYear = (153 * month + 2) / 5 + numbers[2] - 1
        let yearOfEra = year - era * 400
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
    }

    /// 200 series of 2160 samples at 10 s: levels with one or two decimals, counters, sizes, constants, and noise.
    static func generated() -> DataSet {
        var state: UInt64 = 20_261_124
        func next() -> UInt64 {
            // SplitMix64 (Steele, Lea, Flood 2014).
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        let columns = (0..<200).map { index in
            var level = Double(index % 40)
            let values = (0..<2160).map { _ -> Double in
                let step = Double(Int(next() >> 40) % 201 - 100)
                switch index % 6 {
                case 0: level = ((level * 10 + step / 20).rounded()) / 10
                case 1: level = ((level * 100 + step).rounded()) / 100
                case 2: level += (step + 100) * 1000
                case 3: level += step > 90 ? 4096 : 0
                case 4: level = Double(next() >> 11) * 0x1p-53
                default: break
                }
                return level
            }
            return Column(
                name: "metric\(index % 6),host=host\(index / 6) value",
                timestamps: (0..<2160).map { 1_700_000_000_000_000_000 + $0 * 10_000_000_000 }, values: values)
        }
        return DataSet(name: "generated", columns: columns)
    }
}
