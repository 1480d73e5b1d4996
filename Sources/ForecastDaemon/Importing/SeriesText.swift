// Reads a series as we print it: `name`, `name{label=value,other="needs quoting"}`. The inverse of
// `SeriesKey.description`, for files and flags that name one series exactly; a selector that may match many is the
// store's `Selector`.
internal import SeriesStore

/// Why a text is not a series.
enum SeriesTextError: Error, Equatable, CustomStringConvertible {
    case malformed(String)
    case key(SeriesKeyError)

    var description: String {
        switch self {
        case .malformed(let text): "\(text) is not a series: write name or name{label=value,other=\"…\"}"
        case .key(let error): error.description
        }
    }
}

/// The key of a printed series. Quotes round a value are optional; inside them `\"`, `\\` and `\n` are escapes.
func seriesKey(printed text: String) throws(SeriesTextError) -> SeriesKey {
    let bytes = Array(text.utf8)
    guard let brace = bytes.firstIndex(of: UInt8(ascii: "{")) else { return try made(text, []) }
    guard bytes.last == UInt8(ascii: "}") else { throw .malformed(text) }
    var labels: [(name: String, value: String)] = []
    var at = brace + 1
    let end = bytes.count - 1
    while at < end {
        guard let equals = bytes[at..<end].firstIndex(of: UInt8(ascii: "=")) else { throw .malformed(text) }
        let name = String(decoding: bytes[at..<equals], as: UTF8.self)
        var value: [UInt8] = []
        at = equals + 1
        if at < end, bytes[at] == UInt8(ascii: "\"") {
            at += 1
            while at < end, bytes[at] != UInt8(ascii: "\"") {
                if bytes[at] == UInt8(ascii: "\\"), at + 1 < end {
                    at += 1
                    value.append(bytes[at] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : bytes[at])
                } else {
                    value.append(bytes[at])
                }
                at += 1
            }
            guard at < end else { throw .malformed(text) }
            at += 1
        } else {
            while at < end, bytes[at] != UInt8(ascii: ",") {
                value.append(bytes[at])
                at += 1
            }
        }
        labels.append((name, String(decoding: value, as: UTF8.self)))
        guard at < end else { break }
        guard bytes[at] == UInt8(ascii: ","), at + 1 < end else { throw .malformed(text) }
        at += 1
    }
    return try made(String(decoding: bytes[..<brace], as: UTF8.self), labels)
}

private func made(_ name: String, _ labels: [(name: String, value: String)]) throws(SeriesTextError) -> SeriesKey {
    do throws(SeriesKeyError) { return try SeriesKey(name: name, labels: labels) } catch { throw .key(error) }
}
