// Durations and instants, read and printed: each text reads back to what was printed, over centuries.

import Testing

@testable import ForecastDaemon

@Suite("Durations") struct DurationsTests {
    @Test(
        "what people write is read",
        arguments: [
            ("10m", 600), ("1h30m", 5400), ("400d", 34_560_000), ("1s", 1), ("0", 0), ("1w", 604_800),
            ("1y", 31_536_000),
            ("2d12h", 216_000),
        ])
    func parse(text: String, seconds: Int) throws {
        #expect(try Durations.parse(text) == .seconds(seconds))
    }

    @Test("milliseconds are read, and what was read is printed so that it reads the same")
    func roundTrip() throws {
        for text in ["500ms", "1h30m", "400d", "1s", "10m", "0", "1d1h1m1s1ms", "3us", "7ns"] {
            #expect(Durations.compact(try Durations.parse(text)) == text)
        }
    }

    @Test(
        "what is no duration is refused with a sentence",
        arguments: [
            ("", "a duration is missing (10m, 1h30m, 400d)"),
            ("10", "duration `10` has no unit (10s? units are ms, s, m, h, d, w, y)"),
            ("10min", "duration `10min`: unknown unit `min` (m?); units are ms, s, m, h, d, w, y"),
            ("3month", "duration `3month`: unknown unit `month` (30d?); units are ms, s, m, h, d, w, y"),
            ("m", "`m` is not a duration (10m, 1h30m, 400d)"), ("-5m", "`-5m` is not a duration (10m, 1h30m, 400d)"),
            ("1.5h", "`1.5h` is not a duration (10m, 1h30m, 400d)"),
            ("5m1h", "`5m1h` is not a duration (10m, 1h30m, 400d)"),
            ("1h5", "`1h5` is not a duration (10m, 1h30m, 400d)"),
            ("1 h", "`1 h` is not a duration (10m, 1h30m, 400d)"),
            ("99999999999d", "duration `99999999999d` is longer than 292 years"),
            ("99999999999999999999s", "duration `99999999999999999999s` is longer than 292 years"),
        ])
    func refused(text: String, sentence: String) {
        let error = #expect(throws: DurationError.self) { try Durations.parse(text) }
        #expect(error?.description == sentence)
    }

    @Test(
        "words show two units, rounded",
        arguments: [
            (65 * 60, "1 h 5 min"), (3600, "1 h"), (59, "59 s"), (61, "1 min 1 s"), (90_000, "1 d 1 h"), (0, "0 s"),
            (7 * 86_400, "7 d"), (86_399, "1 d"), (3599, "59 min 59 s"), (86_400 + 1799, "1 d"),
            (86_400 + 1800, "1 d 1 h"), (-60, "-1 min"),
        ])
    func words(seconds: Int, expected: String) {
        #expect(Durations.words(.seconds(seconds)) == expected)
    }

    @Test("words of less than a second")
    func shortWords() {
        #expect(Durations.words(.milliseconds(340)) == "340 ms")
        #expect(Durations.words(.milliseconds(59_700)) == "1 min")
        #expect(Durations.words(.microseconds(3)) == "under 1 ms")
    }
}

@Suite("Instants") struct InstantsTests {
    @Test(
        "what people write is read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-24T13:55:00Z", 1_795_528_500_000_000_000),
            ("2026-11-24 13:55:00", 1_795_528_500_000_000_000),
            ("2026-11-24T14:55:00+01:00", 1_795_528_500_000_000_000),
            ("2026-11-24t08:25:00.25-0530", 1_795_528_500_250_000_000), ("2026-11-24", 1_795_478_400_000_000_000),
            ("2026-11-24 13:55", 1_795_528_500_000_000_000), ("1795528500", 1_795_528_500_000_000_000),
            ("1795528500.123456789", 1_795_528_500_123_456_789), ("-1.5", -1_500_000_000), ("0.0000000019", 1),
            ("2000-02-29T23:59:60Z", 951_868_800_000_000_000), ("1969-12-31T23:59:59.999999999Z", -1),
            ("1677-09-21T00:12:43.145224193Z", -9_223_372_036_854_775_807),
        ] as [(String, Int64)])
    func parse(text: String, nanoseconds: Int64) throws {
        #expect(try Instants.parse(text) == nanoseconds)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "yesterday", "2026-13-01T00:00:00Z", "2026-02-29", "2026-11-24T24:00:00Z", "2026-11-24T00:60:00Z",
            "2026-11-24T", "12h",
            "2026-11-24T00:00:00+25:00", "2026-11-24T00:00:00Zjunk", "9999-12-31T00:00:00Z", "9223372037", "1e9",
            "0x10", "1.", "--1", "2026-1-1T00:00:00Z",
        ])
    func refused(text: String) {
        #expect(throws: InstantError.self) { try Instants.parse(text) }
    }

    @Test("what is printed reads back")
    func roundTrip() throws {
        var generator = SplitMix(seed: 1)
        #expect(Instants.format(1_795_528_500_000_000_000) == "2026-11-24T13:55:00Z")
        #expect(Instants.format(1_795_528_500_250_000_000) == "2026-11-24T13:55:00.250Z")
        #expect(Instants.format(-1) == "1969-12-31T23:59:59.999999999Z")
        for _ in 0..<2000 {
            let instant = Int64(truncatingIfNeeded: generator.next())
            #expect(try Instants.parse(Instants.format(instant)) == instant)
        }
    }

    @Test("dates and days convert both ways over 800 years")
    func days() {
        for day in stride(from: Int64(-146_097), through: 146_097, by: 13) {
            let date = CivilDate(daysSince1970: day)
            #expect(date.isValid && date.daysSince1970 == day)
        }
    }
}
