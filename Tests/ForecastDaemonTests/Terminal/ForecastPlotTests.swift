// The plot in characters: widths, ASCII, and series with nothing to draw. Whether it is pretty, a person must say.

import Testing

@testable import ForecastDaemon

@Suite("Plot of past and forecast") struct ForecastPlotTests {
    private static let hour: Int64 = 3_600_000_000_000

    private static func example() -> ForecastPlot {
        let past = (0...60).map { ForecastPlot.Point(time: Int64($0) * hour / 10, value: 50 + Double($0 % 20)) }
        let targets = (1...24).map { lead in
            let middle = 50 + Double((60 + lead) % 20)
            let spread = Double(lead) / 3
            return ForecastPlot.Target(
                time: 6 * hour + Int64(lead) * hour / 10, lower95: middle - 2 * spread, lower80: middle - spread,
                median: middle, upper80: middle + spread, upper95: middle + 2 * spread)
        }
        return ForecastPlot(past: past, targets: targets, now: 6 * hour)
    }

    @Test("no line is wider than the screen", arguments: [true, false], [40, 80, 133])
    func width(unicode: Bool, width: Int) {
        let screen = Screen(isTerminal: true, hasColour: false, hasUnicode: unicode, width: width, height: 24)
        let clock = ClockText(isLocal: false, now: 6 * Self.hour)
        let lines = Self.example().lines(on: screen, clock: clock)
        #expect(lines.count == 14)
        #expect(lines.dropLast().allSatisfy { $0.count <= width })
    }

    @Test("without Unicode only ASCII is written")
    func ascii() {
        let screen = Screen(isTerminal: true, hasColour: false, hasUnicode: false, width: 80, height: 24)
        let lines = Self.example().lines(on: screen, clock: ClockText(isLocal: false, now: 6 * Self.hour))
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 128 } })
    }

    @Test("nothing to draw gives no lines")
    func empty() {
        let plot = ForecastPlot(past: [], targets: [], now: 0)
        #expect(plot.lines(on: .file, clock: ClockText(isLocal: false, now: 0)).isEmpty)
    }

    @Test("a constant series is drawn, with a range around its value")
    func constant() {
        let past = (0..<10).map { ForecastPlot.Point(time: Int64($0), value: 7) }
        let lines = ForecastPlot(past: past, targets: [], now: 9).lines(
            on: .file, clock: ClockText(isLocal: false, now: 9))
        #expect(lines.contains { $0.contains("7┤") })
    }
}
