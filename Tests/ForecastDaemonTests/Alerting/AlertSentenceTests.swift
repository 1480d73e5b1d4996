// The one sentence that log, command line and API say of an alert, word for word, since people and scripts read it.

import Testing

@testable import ForecastDaemon

@Suite("Alert sentence") struct AlertSentenceTests {
    /// Tuesday 2026-01-06 03:10 UTC.
    static let since: Int64 = 1_767_669_000
    private let sentence = AlertSentence(zone: .utc, unit: "")

    private func facts(
        _ state: AlertSentence.Facts.State, actual: Double = 92, band: ClosedRange<Double> = 41...55, rmse: Double = 40
    ) -> AlertSentence.Facts {
        AlertSentence.Facts(
            state: state, since: Self.since, expected: (band.lowerBound + band.upperBound) / 2,
            lower: band.lowerBound, upper: band.upperBound, actual: actual, rmse: rmse)
    }

    @Test("a firing alert says what came, since when, what was expected and why")
    func firing() {
        #expect(
            sentence.text(series: "mem_used{host=a}", facts: facts(.firing), now: Self.since + 600)
                == "mem_used{host=a}: 92 since 03:10, expected 41–55 (usual for Tue 03:00)")
    }

    @Test("on another day the time carries its date")
    func yesterday() {
        #expect(
            sentence.text(series: "x", facts: facts(.firing), now: Self.since + 86_400)
                == "x: 92 since Tue 6 Jan 03:10, expected 41–55 (usual for Tue 03:00)")
    }

    @Test("local time, not UTC")
    func local() {
        let berlin = AlertSentence(zone: .fixed(seconds: 3600), unit: "bytes")
        #expect(
            berlin.text(
                series: "x", facts: facts(.firing, actual: 3 * 1_073_741_824, band: 1e9...1.5e9, rmse: 2e9),
                now: Self.since)
                == "x: 3 GiB since 04:10, expected 954 MiB to 1.397 GiB (usual for Tue 04:00)")
    }

    @Test("resolved, accepted, swinging and constant have words of their own")
    func others() {
        let later = Self.since + 7200
        #expect(
            sentence.text(series: "x", facts: facts(.resolved(at: later)), now: later)
                == "x: back to 41–55 at 05:10, was 92 since 03:10")
        #expect(
            sentence.text(series: "x", facts: facts(.accepted(by: "anna", at: later)), now: later)
                == "x: 92 since 03:10 accepted at 05:10 (by anna), was expected 41–55")
        #expect(
            sentence.text(series: "x", facts: facts(.accepted(by: DriftDetector.stable, at: later)), now: later)
                == "x: 92 since 03:10 accepted at 05:10 (stable since then), was expected 41–55")
        #expect(
            sentence.text(series: "x", facts: facts(.firing, rmse: 10), now: later)
                == "x: up to 92 since 03:10, expected 41–55 (usual for Tue 03:00)")
        #expect(
            sentence.text(series: "x", facts: facts(.firing, actual: 7, band: 5...5), now: later)
                == "x: 7 since 03:10, had been constant at 5")
    }

    @Test(
        "numbers are short and readable",
        arguments: [
            (0.0, "", "0"), (92, "", "92"), (41.27, "", "41.3"), (1.2346, "", "1.235"), (-0.012_34, "", "-0.01234"),
            (999.6, "", "1000"), (56_712, "", "56700"), (1_234_567, "", "1.235 M"), (2.5e12, "", "2.5 T"),
            (1536, "bytes", "1.5 KiB"), (42.34, "percent", "42.3 %"), (0.0042, "seconds", "4.2 ms"),
            (90, "seconds", "90 s"), (1_500_000, "bytes/s", "1.431 MiB/s"), (250, "per_second", "250/s"),
            (12_400_000, "bits_per_second", "12.4 Mbit/s"), (3.2, "celsius", "3.2 celsius"), (1e-9, "", "1e-9"),
            (.nan, "", "no number"), (.infinity, "bytes", "infinite"), (1e300, "", "1e300"),
        ] as [(Double, String, String)])
    func numbers(value: Double, unit: String, text: String) {
        #expect(ReadableNumber.text(value, unit: unit) == text)
    }
}
