// Columns of text, aligned by what they hold: names to the left, numbers to the right.
//
// On a terminal the widest column of names is cut so that a row stays on a line; in a file nothing is ever cut. It
// knows nothing of what is shown.

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
        if screen.isTerminal { narrow(&widths, to: screen.width) }
        var out = screen.ink(line(titles, widths, screen, inks: titles.map { _ in .plain }), .faint) + "\n"
        for (row, ink) in zip(rows, inks) { out += line(row, widths, screen, inks: ink) + "\n" }
        return out
    }

    /// Takes what is too much from the widest left-aligned column, which keeps at least 16 characters.
    private func narrow(_ widths: inout [Int], to limit: Int) {
        let excess = widths.reduce(0, +) + 2 * (widths.count - 1) - limit
        guard excess > 0 else { return }
        let names = widths.indices.filter { sides[$0] == .left }
        guard let widest = names.max(by: { widths[$0] < widths[$1] }) else { return }
        widths[widest] = max(min(16, widths[widest]), widths[widest] - excess)
    }

    private func line(_ cells: [String], _ widths: [Int], _ screen: Screen, inks: [Screen.Ink]) -> String {
        var out = ""
        for (index, cell) in cells.enumerated() {
            let width = widths[index]
            let text = cell.count > width ? cell.prefix(width - 1) + screen.glyph("…", "~") : cell
            let padding = String(repeating: " ", count: width - text.count)
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
