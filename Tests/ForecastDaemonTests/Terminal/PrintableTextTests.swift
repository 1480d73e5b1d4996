// Names come from strangers: what a terminal would obey in them is shown, and not done.

import Testing

@testable import ForecastDaemon

@Suite("Printable text") struct PrintableTextTests {
    @Test("a page keeps its colours and loses what turns lines or drives the terminal")
    func page() {
        let page = "\u{1B}[31mfiring\u{1B}[0m  x{a=\"\u{9B}31m\u{202E}b\"}  41–55 ⣿\n"
        #expect(
            PrintableText.onTerminal(page)
                == "\u{1B}[31mfiring\u{1B}[0m  x{a=\"\\x9b31m\\u{202e}b\"}  41–55 ⣿\n")
        #expect(PrintableText.onTerminal("ü{é=\"日本\"}\n") == "ü{é=\"日本\"}\n")
    }
}
