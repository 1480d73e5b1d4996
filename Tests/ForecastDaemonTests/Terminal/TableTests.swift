// Columns on a terminal and in a file: alignment, cutting, colour.

import Testing

@testable import ForecastDaemon

@Suite("Table") struct TableTests {
    private static func table() -> Table {
        var table = Table([("series", .left), ("last", .right)])
        table.add([String(repeating: "x", count: 60), "1"])
        table.add(["b", "1234"])
        return table
    }

    @Test("names stand left, numbers right")
    func sides() {
        var table = Table([("name", .left), ("n", .right)])
        table.add(["a", "10"])
        table.add(["bcdef", "7"])
        #expect(table.written(on: .file) == "name    n\na      10\nbcdef   7\n")
    }

    @Test("on a terminal a row stays on its line; in a file nothing is cut")
    func narrow() {
        let screen = Screen(isTerminal: true, hasColour: false, hasUnicode: true, width: 40, height: 20)
        let lines = Self.table().written(on: screen).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 40 })
        #expect(lines[1].contains("…"))
        #expect(Self.table().written(on: .file).contains(String(repeating: "x", count: 60)))
    }

    @Test("a name that is too long keeps both its ends, and in a file it does not push others apart")
    func longName() {
        var table = Table([("series", .left), ("last", .right)])
        table.add(["requests_" + String(repeating: "x", count: 900) + "{host=web1}", "1"])
        table.add(["b", "2"])
        let screen = Screen(isTerminal: true, hasColour: false, hasUnicode: true, width: 40, height: 20)
        let cut = table.written(on: screen)
        #expect(cut.contains("requests_") && cut.contains("{host=web1}"))
        #expect(table.written(on: .file).split(separator: "\n").last?.count ?? 900 < 100)
    }

    @Test("colour is written only where there is colour")
    func colour() {
        let plain = Screen(isTerminal: true, hasColour: false, hasUnicode: true, width: 80, height: 20)
        #expect(plain.ink("a", .bad) == "a")
        let coloured = Screen(isTerminal: true, hasColour: true, hasUnicode: true, width: 80, height: 20)
        #expect(coloured.ink("a", .bad) == "\u{1B}[31ma\u{1B}[0m")
    }

    @Test("NO_COLOR and TERM=dumb switch colour off")
    func environment() {
        #expect(!Screen(descriptor: 1, environment: ["NO_COLOR": "1", "TERM": "xterm"]).hasColour)
        #expect(!Screen(descriptor: 1, environment: ["TERM": "dumb"]).hasColour)
    }
}
