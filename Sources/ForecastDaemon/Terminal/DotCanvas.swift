// A sheet of dots that is written as braille, eight dots to a character, or as one ASCII character to a cell.
//
// A cell shows one layer only: the most important that touched it. So a median line stays a line where it crosses a
// shaded band, and a cell needs one colour. It knows nothing of axes or values.

/// Dots by column (from the left) and row (from the top).
struct DotCanvas {
    /// What is drawn, from the least to the most important.
    enum Layer: UInt8, Comparable {
        case empty, outerBand, innerBand, threshold, now, past, median

        static func < (left: Layer, right: Layer) -> Bool { left.rawValue < right.rawValue }
    }

    /// Characters across and down.
    let columns, rows: Int
    /// Dots in a character: 2 by 4 in braille, 1 by 1 in ASCII.
    let dotsAcross, dotsDown: Int
    private var dots: [UInt8]
    private var layers: [Layer]

    init(columns: Int, rows: Int, braille: Bool) {
        self.columns = columns
        self.rows = rows
        dotsAcross = braille ? 2 : 1
        dotsDown = braille ? 4 : 1
        dots = Array(repeating: 0, count: columns * rows)
        layers = Array(repeating: .empty, count: columns * rows)
    }

    /// Width in dots.
    var width: Int { columns * dotsAcross }
    /// Height in dots.
    var height: Int { rows * dotsDown }

    /// Sets a dot; outside the sheet nothing happens.
    mutating func set(_ x: Int, _ y: Int, _ layer: Layer) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let cell = y / dotsDown * columns + x / dotsAcross
        guard layer >= layers[cell] else { return }
        if layer > layers[cell] {
            layers[cell] = layer
            dots[cell] = 0
        }
        dots[cell] |= DotCanvas.bit(x % dotsAcross, y % dotsDown)
    }

    /// Sets a vertical run of dots.
    mutating func setColumn(_ x: Int, from: Int, to: Int, _ layer: Layer) {
        for y in max(0, min(from, to))...max(0, min(max(from, to), height - 1)) { set(x, y, layer) }
    }

    /// One row of characters.
    func row(_ row: Int, on screen: Screen) -> String {
        var out = ""
        var run = ""
        var ink = Screen.Ink.plain
        for column in 0..<columns {
            let cell = row * columns + column
            let layer = layers[cell]
            let next = DotCanvas.ink(layer)
            if next != ink {
                out += screen.ink(run, ink)
                run = ""
                ink = next
            }
            run.append(glyph(layer, dots[cell]))
        }
        return out + screen.ink(run, ink)
    }

    private func glyph(_ layer: Layer, _ dots: UInt8) -> Character {
        if layer == .empty { return " " }
        guard dotsDown == 4 else {
            switch layer {
            case .empty: return " "
            case .outerBand: return "."
            case .innerBand: return ":"
            case .threshold: return "-"
            case .now: return "|"
            case .past: return "*"
            case .median: return "o"
            }
        }
        switch layer {
        case .now: return "┊"
        case .threshold: return "╌"
        case .empty, .outerBand, .innerBand, .past, .median:
            return Character(Unicode.Scalar(0x2800 + UInt32(dots)) ?? " ")
        }
    }

    private static func ink(_ layer: Layer) -> Screen.Ink {
        switch layer {
        case .empty, .past: .plain
        case .outerBand: .faint
        case .innerBand: .forecastFaint
        case .median: .forecast
        case .now: .faint
        case .threshold: .warning
        }
    }

    /// Braille's dot numbering (Unicode 2800): the left column is bits 0, 1, 2, 6, the right one 3, 4, 5, 7.
    private static func bit(_ x: Int, _ y: Int) -> UInt8 {
        y == 3 ? (x == 0 ? 0x40 : 0x80) : 1 << UInt8(y + 3 * x)
    }
}
