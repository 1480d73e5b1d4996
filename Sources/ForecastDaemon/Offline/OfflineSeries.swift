// One series of a file, placed on its grid. The file's step is the near grid; every value has a bin, and where the
// timestamps are irregular several may have the same one or come too late for theirs.

internal import SeriesStore

/// A series as it stands in a file.
struct OfflineSeries: Sendable {
    /// How timestamps are written out again.
    enum Stamps: Sendable {
        /// As the file has them, one text a value.
        case given([String])
        /// From the start on, every step: as RFC 3339.
        case dates(start: Timestamp)
        /// The same as seconds since 1970.
        case seconds(start: Timestamp)
    }

    let id: String
    let stepSeconds: Int64
    /// Steps in a season, as a hint.
    let season: Int?
    /// Values that are known before the first forecast is asked for.
    let train: Int?
    /// NaN is a missing sample.
    let values: [Double]
    /// The bin of each value.
    let bins: [Int64]
    let stamps: Stamps

    /// The timestamp of a value as it is printed.
    func stamp(_ index: Int) -> String {
        switch stamps {
        case .given(let texts): return texts[index]
        case .dates(let start): return Instants.format(start + Int64(index) * stepSeconds * 1_000_000_000)
        case .seconds(let start):
            let stamp = start + Int64(index) * stepSeconds * 1_000_000_000
            let (whole, rest) = stamp.quotientAndRemainder(dividingBy: 1_000_000_000)
            return rest == 0 ? "\(whole)" : "\(Double(whole) + Double(rest) / 1e9)"
        }
    }

    /// The number that its grid goes by: from the id alone, so that a series is the same in any company.
    var grid: GridID { GridID(XXH64.hash(Array(id.utf8)) & 0xFFF_FFFF) }
}

extension OfflineSeries {
    /// A line of a `.jsonl` file.
    init(line: [UInt8], path: String, number: Int) throws(OfflineError) {
        func malformed(_ reason: String) -> OfflineError {
            .malformed(path: path, line: number, reason: reason)
        }
        let object: JSONValue
        do throws(JSONError) {
            object = try JSONValue(parsing: line)
        } catch {
            throw malformed(error.description)
        }
        guard let id = object["id"]?.string else { throw malformed("`id` is missing or no string") }
        guard let step = object["step"]?.double, step >= 1, step == step.rounded(), step < 1e10 else {
            throw malformed("`step` is missing or no whole number of seconds")
        }
        guard let list = object["values"]?.array else { throw malformed("`values` is missing or no list") }
        guard let start = object["start"] else { throw malformed("`start` is missing") }
        self.id = id
        stepSeconds = Int64(step)
        season = object["season"]?.integer.map { Int($0) }
        train = object["train"]?.integer.map { Int($0) }
        var values: [Double] = []
        values.reserveCapacity(list.count)
        for (k, element) in list.enumerated() {
            guard element.isNull || element.double != nil else {
                throw malformed("value \(k) is neither a number nor null")
            }
            values.append(element.double ?? .nan)
        }
        self.values = values
        let first: Timestamp
        if let text = start.string {
            do throws(InstantError) {
                first = try Instants.parse(text)
            } catch {
                throw malformed("`start`: \(error.description)")
            }
            stamps = .dates(start: first)
        } else if let seconds = start.double, abs(seconds) < 9e9 {
            let whole = seconds.rounded(.down)
            first = Int64(whole) * 1_000_000_000 + Int64(((seconds - whole) * 1e9).rounded())
            stamps = .seconds(start: first)
        } else {
            throw malformed("`start` is neither a time nor seconds since 1970")
        }
        guard Double(values.count) * step < 9e9 else { throw malformed("the values reach beyond the year 2262") }
        let bin = BinClock(stepSeconds: stepSeconds).bin(containing: first)
        bins = (0..<values.count).map { bin + Int64($0) }
    }

    /// A CSV file with the header `timestamp,value`: one series, named after the file.
    init(csv bytes: [UInt8], path: String) throws(OfflineError) {
        var texts: [String] = []
        var stamps: [Timestamp] = []
        var values: [Double] = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            var line = line
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty { continue }
            let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            if number == 1 {
                guard fields == ["timestamp", "value"] else {
                    throw .malformed(path: path, line: 1, reason: "the header must be `timestamp,value`")
                }
                continue
            }
            guard fields.count == 2 else {
                throw .malformed(path: path, line: number, reason: "\(fields.count) columns where 2 are expected")
            }
            do throws(InstantError) {
                stamps.append(try Instants.parse(fields[0]))
            } catch {
                throw .malformed(path: path, line: number, reason: error.description)
            }
            guard fields[1].isEmpty || Double(fields[1]) != nil else {
                throw .malformed(path: path, line: number, reason: "`\(fields[1])` is no number")
            }
            texts.append(fields[0])
            values.append(Double(fields[1]) ?? .nan)
        }
        let given = OfflineFiles.name(path)
        let name = given.hasSuffix(".gz") ? String(given.dropLast(3)) : given
        id = name.hasSuffix(".csv") ? String(name.dropLast(4)) : name
        stepSeconds = Self.step(of: stamps)
        season = nil
        train = nil
        self.values = values
        let clock = BinClock(stepSeconds: stepSeconds)
        bins = stamps.map { clock.bin(containing: $0) }
        self.stamps = .given(texts)
    }

    /// The median difference in whole seconds, at least 1; a file of one value has minutes.
    private static func step(of stamps: [Timestamp]) -> Int64 {
        let differences = zip(stamps, stamps.dropFirst()).map { Double($1) - Double($0) }.filter { $0 > 0 }.sorted()
        guard !differences.isEmpty else { return 60 }
        return Int64(max(1, min((differences[differences.count / 2] / 1e9).rounded(), 9e9)))
    }
}
