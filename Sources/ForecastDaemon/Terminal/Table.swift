// Columns of text, aligned by what they hold: names to the left, numbers to the right.
//
// On a terminal the columns of names are cut so that a row stays on a line, in their middle, since a series is told by
// both its ends; in a file nothing is ever cut, and a name longer than others does not push their rows apart. It knows
// nothing of what is shown.

/// A table that is filled row by row and then written once.
package struct Table {
    /// Where a column's text sits.
    package enum Side: Sendable { case left, right }

    private let titles: [String]
    private let sides: [Side]
    private var rows: [[String]] = []
    private var inks: [[Screen.Ink]] = []

    /// - Parameter columns: titles and sides; a title may be empty.
    package init(_ columns: [(title: String, side: Side)]) {
        titles = columns.map(\.title)
        sides = columns.map(\.side)
    }

    /// Adds a row of as many cells as there are columns.
    package mutating func add(_ cells: [String], inks: [Int: Screen.Ink] = [:]) {
        precondition(cells.count == titles.count)
        rows.append(cells)
        self.inks.append(cells.indices.map { inks[$0] ?? .plain })
    }

    /// No row was added.
    package var isEmpty: Bool { rows.isEmpty }

    /// Title line and rows, each ended by a line end.
    package func written(on screen: Screen) -> String {
        var widths = titles.map(\.count)
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        if screen.isTerminal {
            narrow(&widths, to: screen.width)
        } else {
            for index in widths.indices where sides[index] == .left {
                widths[index] = min(widths[index], Self.mostPadding)
            }
        }
        var out = screen.ink(line(titles, widths, screen, inks: titles.map { _ in .plain }), .faint) + "\n"
        for (row, ink) in zip(rows, inks) { out += line(row, widths, screen, inks: ink) + "\n" }
        return out
    }

    /// Characters that the shorter rows of a column are filled up to, in a file.
    private static let mostPadding = 80

    /// Takes what is too much from the left-aligned columns, from the widest first; each keeps at least 16 characters.
    private func narrow(_ widths: inout [Int], to limit: Int) {
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - limit
        let names = widths.indices.filter { sides[$0] == .left }
        while excess > 0, let widest = names.max(by: { widths[$0] < widths[$1] }), widths[widest] > 16 {
            widths[widest] -= 1
            excess -= 1
        }
    }

    private func cut(_ cell: String, to width: Int, _ screen: Screen) -> String {
        guard screen.isTerminal, cell.count > width else { return cell }
        let kept = width - 1
        return cell.prefix(kept - kept / 2) + screen.glyph("…", "~") + cell.suffix(kept / 2)
    }

    private func line(_ cells: [String], _ widths: [Int], _ screen: Screen, inks: [Screen.Ink]) -> String {
        var out = ""
        for (index, cell) in cells.enumerated() {
            let width = widths[index]
            let text = cut(cell, to: width, screen)
            let padding = String(repeating: " ", count: max(0, width - text.count))
            let isLast = index == cells.count - 1
            switch sides[index] {
            case .left: out += screen.ink(text, inks[index]) + (isLast ? "" : padding)
            case .right: out += padding + screen.ink(text, inks[index])
            }
            if !isLast { out += "  " }
        }
        return out
    }
}
