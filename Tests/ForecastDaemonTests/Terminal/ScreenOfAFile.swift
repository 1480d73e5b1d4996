// What pages are written on in tests.

@testable import ForecastDaemon

extension Screen {
    /// A file or pipe: no colour, no limit of width.
    static let file = Screen(isTerminal: false, hasColour: false, hasUnicode: true, width: 100, height: 24)
}
