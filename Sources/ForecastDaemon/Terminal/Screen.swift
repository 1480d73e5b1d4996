// What the place where we print can show: a terminal or a file, colours or not, Unicode or ASCII, how wide.
//
// Decided once at the start of a command and passed on as a value, so that every renderer is a pure function that a
// test can call with any screen. The rules are those of clig.dev: NO_COLOR, TERM=dumb, COLUMNS are honoured, and
// nothing is coloured or drawn where the output is not a terminal.
internal import CPlatform
internal import FoundationEssentials
internal import Glibc

/// The abilities of an output.
package struct Screen: Sendable, Equatable {
    /// Colours have meanings here, not numbers, so that a page reads as what it says.
    package enum Ink: String, Sendable {
        case plain = ""
        case strong = "1"
        case faint = "2"
        case good = "32"
        case warning = "33"
        case bad = "31"
        case forecast = "36"
        case forecastFaint = "2;36"
    }

    /// A person looks at it: local times, tables cut to the width.
    package var isTerminal: Bool
    /// Escape sequences for colour are understood and wanted.
    package var hasColour: Bool
    /// Box drawing and braille are shown as such.
    package var hasUnicode: Bool
    /// Columns.
    package var width: Int
    /// Rows.
    package var height: Int

    package init(isTerminal: Bool, hasColour: Bool, hasUnicode: Bool, width: Int, height: Int) {
        self.isTerminal = isTerminal
        self.hasColour = hasColour
        self.hasUnicode = hasUnicode
        self.width = width
        self.height = height
    }

    /// Of descriptor 1 (output) or 2 (messages).
    ///
    /// - Parameter drawing: draw as on a terminal even if it is none (`--plot`), without colour.
    package init(
        descriptor: CInt, drawing: Bool = false,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        let terminal = isatty(descriptor) == 1
        let kind = environment["TERM"] ?? (terminal ? "dumb" : "")
        let locale =
            environment["LC_ALL"].flatMap { $0.isEmpty ? nil : $0 }
            ?? environment["LC_CTYPE"].flatMap { $0.isEmpty ? nil : $0 } ?? environment["LANG"] ?? ""
        let columns = Int(platform_terminal_columns(descriptor))
        let rows = Int(platform_terminal_rows(descriptor))
        isTerminal = terminal || drawing
        hasColour = terminal && kind != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
        // Linux's own console has no braille glyphs. Files are read later, elsewhere: UTF-8 is the better guess.
        let utf8 = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
        hasUnicode = terminal ? utf8 && kind != "linux" && kind != "dumb" : utf8 || locale.isEmpty
        width = columns > 0 ? columns : environment["COLUMNS"].flatMap { Int($0) } ?? 100
        height = rows > 0 ? rows : environment["LINES"].flatMap { Int($0) } ?? 24
    }

    /// `text` in `ink`, or as it is where there is no colour.
    package func ink(_ text: String, _ ink: Ink) -> String {
        hasColour && ink != .plain && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The first where Unicode is shown, else the second.
    package func glyph(_ unicode: String, _ ascii: String) -> String { hasUnicode ? unicode : ascii }
}
