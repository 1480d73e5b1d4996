// Times as people type them after `--from` and `--as-of`; what the daemon makes of RFC 3339 is tested with `Instants`.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Times at the prompt") struct TimeArgumentTests {
    private static let now: Int64 = 1_764_000_000_000_000_000

    @Test("a length alone, or with a minus, counts back from now; with a plus ahead")
    func lengths() throws {
        let hour: Int64 = 3_600_000_000_000
        #expect(try TimeArgument.moment("2h", flag: "--from", now: Self.now) == Self.now - 2 * hour)
        #expect(try TimeArgument.moment("-1h30m", flag: "--from", now: Self.now) == Self.now - hour * 3 / 2)
        #expect(try TimeArgument.moment("+1h", flag: "--to", now: Self.now) == Self.now + hour)
        #expect(try TimeArgument.moment("now", flag: "--to", now: Self.now) == Self.now)
    }

    @Test("RFC 3339 and epoch seconds are exact, and go to the daemon as they came")
    func moments() throws {
        let time = try TimeArgument.moment("1764000000.000000001", flag: "--to", now: 0)
        #expect(time == Self.now + 1)
        #expect(TimeArgument.epoch(time) == "1764000000.000000001")
        #expect(try TimeArgument.moment("2025-11-24T16:00:00Z", flag: "--to", now: 0) == Self.now)
        #expect(try TimeArgument.moment("2025-11-24T17:00:00+01:00", flag: "--to", now: 0) == Self.now)
    }

    @Test(
        "a moment goes to the daemon and is read there as the same nanosecond, also before 1970",
        arguments: [0, 1, -1, -500_000_000, -1_500_000_000, .max, .min] as [Timestamp])
    func there(time: Timestamp) throws {
        #expect(try Instants.parse(TimeArgument.epoch(time)) == time)
    }

    @Test("what is neither is refused with the flag's name", arguments: ["yesterday", "2h3", "", "12:00"])
    func nonsense(text: String) {
        #expect {
            _ = try TimeArgument.moment(text, flag: "--from", now: 0)
        } throws: { error in "\(error)".hasPrefix("--from") && (error as? ClientError)?.exitCode == 64 }
    }

    @Test("a length of nothing is refused")
    func zero() {
        #expect(throws: ClientError.self) { _ = try TimeArgument.length("0", flag: "--step") }
        #expect(throws: ClientError.self) { _ = try TimeArgument.length("5", flag: "--step") }
    }
}
