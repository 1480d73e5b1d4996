// Priorities in front of the lines of a log entry, since journald splits entries at line breaks.

import Testing

@testable import ForecastDaemon

@Suite("Lines for the journal") struct JournalTextTests {
    @Test("each line of a text has its priority, for the journal cuts at line breaks")
    func lines() {
        let text = JournalText.lines("a.yaml:1:1: x\na.yaml:2:1: y", priority: 3)
        #expect(text == "<3>a.yaml:1:1: x\n<3>a.yaml:2:1: y\n")
    }
}
