// The text format of Prometheus where it is easily got wrong: escapes and numbers that are none.

import Testing

@testable import ForecastDaemon

@Suite("Prometheus text") struct PrometheusTextTests {
    @Test("label values are escaped, and whole numbers are whole")
    func escaping() {
        var text = PrometheusText()
        text.family("a", "gauge", "Help.")
        text.sample("a", [("series", "x{p=\"C:\\\n\"}")], 3)
        #expect(text.text == "# HELP a Help.\n# TYPE a gauge\na{series=\"x{p=\\\"C:\\\\\\n\\\"}\"} 3\n")
    }

    @Test("values that are no numbers are written as Prometheus reads them")
    func nonFinite() {
        var text = PrometheusText()
        for value in [Double.nan, .infinity, -.infinity, 0.1] { text.sample("a", [], value) }
        #expect(text.text == "a NaN\na +Inf\na -Inf\na 0.1\n")
    }
}
