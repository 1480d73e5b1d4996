// Rows of an SQL answer: a table for a person, tabs for a file, objects for a program. Blobs are shown in hexadecimal,
// shortened on a terminal.
package import SeriesStore

/// Writes `forecastd sql`.
package enum SQLPage {
    /// Bytes of a blob that a person is shown.
    private static let shownBytes = 12

    /// Title line and rows.
    package static func written(_ result: Store.QueryResult, on screen: Screen) -> String {
        guard screen.isTerminal else {
            let rows = [result.columns] + result.rows.map { $0.map { text($0, isShort: false) } }
            return rows.map { $0.joined(separator: "\t") + "\n" }.joined()
        }
        var table = Table(
            result.columns.enumerated().map { index, name in
                (title: name, side: result.rows.contains { isNumber($0[index]) } ? .right : .left)
            })
        for row in result.rows { table.add(row.map { text($0, isShort: true) }) }
        return table.written(on: screen)
    }

    /// An array of objects, one for each row.
    package static func json(_ result: Store.QueryResult) -> String {
        let names = distinct(result.columns)
        var json = JSONWriter()
        json.array { json in
            for row in result.rows {
                json.object { json in
                    for (name, value) in zip(names, row) { write(value, name: name, to: &json) }
                }
            }
        }
        return json.text + "\n"
    }

    /// The second `a` of a join is `a:1`, as SQLite itself numbers columns of one name.
    private static func distinct(_ columns: [String]) -> [String] {
        var taken: Set<String> = []
        return columns.map { column in
            var (name, number) = (column, 0)
            while !taken.insert(name).inserted {
                number += 1
                name = "\(column):\(number)"
            }
            return name
        }
    }

    private static func write(_ value: SQLValue, name: String, to json: inout JSONWriter) {
        json.name(name)
        switch value {
        case .null: json.null()
        case .integer(let value): json.value(value)
        case .real(let value): json.value(value)
        case .text(let value): json.value(value)
        case .blob: json.value(text(value, isShort: false))
        }
    }

    private static func isNumber(_ value: SQLValue) -> Bool {
        switch value {
        case .integer, .real: true
        case .null, .text, .blob: false
        }
    }

    private static func text(_ value: SQLValue, isShort: Bool) -> String {
        switch value {
        case .null: return ""
        case .integer(let value): return "\(value)"
        case .real(let value): return "\(value)"
        case .text(let value): return value
        case .blob(let bytes):
            let shown = isShort ? bytes.prefix(shownBytes) : bytes[...]
            let digits = shown.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return digits + (shown.count < bytes.count ? "… (\(bytes.count) bytes)" : "")
        }
    }
}
