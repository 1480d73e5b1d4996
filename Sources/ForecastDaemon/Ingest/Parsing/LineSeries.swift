// The series part of a line (measurement and tags, as written) and a field's name to a series key: unescaped,
// validated, named. This is the cold path, taken once for a series and a connection; `SeriesCache` remembers.
//
//     cpu,host=a,cpu=cpu0 usage_idle=…     cpu_usage_idle{cpu=cpu0,host=a}
//     temperature,room=attic value=…       temperature{room=attic}

import SeriesStore

enum LineSeries {
    /// The key of one field of a line.
    ///
    /// - Parameters:
    ///   - series: the bytes of measurement and tags; `field`: those of the field's name. Not empty.
    /// - Returns: the key, or why the store takes no such key though the line is well-formed (too long).
    /// - Throws: the leftmost fault.
    static func key(
        _ bytes: RawSpan, series: Range<Int>, field: Range<Int>
    ) throws(LineFault) -> Result<SeriesKey, SeriesKeyError> {
        let parts = try parts(bytes, series: series)
        let name = try text(bytes, field, escapes: [UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: " ")])
        let full = name == "value" ? parts.measurement : parts.measurement + "_" + name
        return Result { () throws(SeriesKeyError) in try SeriesKey(name: full, labels: parts.tags) }
    }

    /// What is wrong with the series part; nil where nothing is.
    static func fault(_ bytes: RawSpan, series: Range<Int>) -> LineFault? {
        do throws(LineFault) {
            _ = try parts(bytes, series: series)
            return nil
        } catch {
            return error
        }
    }

    private static func parts(
        _ bytes: RawSpan, series: Range<Int>
    ) throws(LineFault) -> (measurement: String, tags: [(name: String, value: String)]) {
        let comma = UInt8(ascii: ",")
        let equals = UInt8(ascii: "=")
        let space = UInt8(ascii: " ")
        var at = end(bytes, series, of: [comma], escapes: [comma, space])
        if at == series.lowerBound { throw LineFault(.missingMeasurement, at, series.upperBound) }
        let measurement = try text(bytes, series.lowerBound..<at, escapes: [comma, space])
        var tags: [(name: String, value: String)] = []
        var seen: Set<String> = []
        let escapes = [comma, equals, space]
        while at < series.upperBound {
            let nameStart = at + 1
            let nameEnd = end(bytes, nameStart..<series.upperBound, of: [comma, equals], escapes: escapes)
            if nameEnd == nameStart { throw LineFault(.missingTagKey, nameStart, series.upperBound) }
            if nameEnd == series.upperBound || LineScanner.byte(bytes, nameEnd) != equals {
                throw LineFault(.invalidTagFormat, nameStart, nameEnd)
            }
            let valueStart = nameEnd + 1
            let valueEnd = end(bytes, valueStart..<series.upperBound, of: [comma, equals], escapes: escapes)
            if valueEnd == valueStart { throw LineFault(.missingTagValue, nameStart, valueStart) }
            if valueEnd < series.upperBound, LineScanner.byte(bytes, valueEnd) == equals {
                let tagEnd = end(bytes, valueEnd..<series.upperBound, of: [comma], escapes: [])
                throw LineFault(.invalidTagFormat, nameStart, tagEnd)
            }
            let name = try text(bytes, nameStart..<nameEnd, escapes: escapes)
            let value = try text(bytes, valueStart..<valueEnd, escapes: escapes)
            if name == "__name__" { throw LineFault(.reservedTag, nameStart, valueEnd) }
            if !seen.insert(name).inserted { throw LineFault(.doubledTag, nameStart, valueEnd) }
            tags.append((name, value))
            at = valueEnd
        }
        return (measurement, tags)
    }

    /// The first of `stops` in `range` that is not escaped, or the end of the range.
    private static func end(_ bytes: RawSpan, _ range: Range<Int>, of stops: [UInt8], escapes: [UInt8]) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = LineScanner.byte(bytes, index)
            if stops.contains(byte) { return index }
            let next = index + 1 < range.upperBound ? LineScanner.byte(bytes, index + 1) : 0
            index += byte == UInt8(ascii: "\\") && escapes.contains(next) ? 2 : 1
        }
        return range.upperBound
    }

    /// The text of a name or value: escapes resolved, UTF-8 checked, no control characters.
    private static func text(_ bytes: RawSpan, _ range: Range<Int>, escapes: [UInt8]) throws(LineFault) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = LineScanner.byte(bytes, index)
            let next = index + 1 < range.upperBound ? LineScanner.byte(bytes, index + 1) : 0
            if byte == UInt8(ascii: "\\"), escapes.contains(next) {
                byte = next
                index += 1
            }
            if byte < 0x20 || byte == 0x7F { throw LineFault(.controlCharacter, index, index + 1) }
            result.append(byte)
            index += 1
        }
        guard let text = String(validating: result, as: UTF8.self) else {
            throw LineFault(.invalidUTF8, range.lowerBound, range.upperBound)
        }
        return text
    }
}
