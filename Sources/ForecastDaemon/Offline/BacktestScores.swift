// How a backtest is judged: the usual measures of the forecasting literature, beside those of seasonal-naive on the
// same targets.
//
//     MASE    mean |e| / mean |y[t] - y[t - m]| over the values before the first origin      m = season, 1 without one
//     sMAPE   mean 200 |e| / (|y| + |f|)                                                     per cent
//     RMSE    sqrt(mean e²)
//     wQL     2 sum of pinball losses / sum of |y|, mean over the quantiles asked for
//     inside  share of targets in the 80 and 95 % intervals
//     Brier   mean (p - happened)² of an event's probability, beside always saying the share of origins where it came
//
// MASE, sMAPE, wQL and coverage are means over series; RMSE, which has the unit of a series, is shown over that of
// seasonal-naive as a geometric mean.

internal import Glibc

/// Sums over the targets of one series.
struct BacktestScores: Sendable {
    /// One method's errors.
    struct Method: Sendable {
        var absolute = 0.0
        var squared = 0.0
        var relative = 0.0
        var pinball = 0.0
    }

    var n = 0
    var sumOfValues = 0.0
    var inside80 = 0
    var inside95 = 0
    var ours = Method()
    var naive = Method()
    var events = 0
    var eventsThatCame = 0
    var brier = 0.0
    /// Mean absolute seasonal difference before the first origin.
    let scale: Double
    let probabilities: [Double]

    init(known: ArraySlice<Double>, season: Int, probabilities: [Double]) {
        var sum = 0.0
        var pairs = 0
        for t in known.indices.dropFirst(season) where known[t].isFinite && known[t - season].isFinite {
            sum += abs(known[t] - known[t - season])
            pairs += 1
        }
        scale = pairs > 0 ? sum / Double(pairs) : .nan
        self.probabilities = probabilities
    }

    /// Takes one target.
    ///
    /// - Parameters:
    ///   - quantiles: ours, in the order of `probabilities`.
    ///   - naive: what seasonal-naive says, at every probability.
    mutating func add(
        value: Double, median: Double, quantiles: [Double], interval80: ClosedRange<Double>,
        interval95: ClosedRange<Double>, naive baseline: Double
    ) {
        n += 1
        sumOfValues += abs(value)
        if interval80.contains(value) { inside80 += 1 }
        if interval95.contains(value) { inside95 += 1 }
        Self.add(value, median, quantiles, probabilities, to: &ours)
        Self.add(value, baseline, probabilities.map { _ in baseline }, probabilities, to: &naive)
    }

    /// Takes one event.
    mutating func add(probability: Double, came: Bool) {
        events += 1
        if came { eventsThatCame += 1 }
        let miss = probability - (came ? 1 : 0)
        brier += miss * miss
    }

    private static func add(
        _ value: Double, _ point: Double, _ quantiles: [Double], _ probabilities: [Double], to method: inout Method
    ) {
        let error = value - point
        method.absolute += abs(error)
        method.squared += error * error
        let size = abs(value) + abs(point)
        if size > 0 { method.relative += 200 * abs(error) / size }
        var loss = 0.0
        for (quantile, p) in zip(quantiles, probabilities) {
            let miss = value - quantile
            loss += max(p * miss, (p - 1) * miss)
        }
        method.pinball += loss / Double(max(1, probabilities.count))
    }
}

/// What a backtest prints.
public struct BacktestReport: Sendable, CustomStringConvertible {
    /// One line of the table.
    public struct Line: Sendable {
        /// The measure's name.
        public let measure: String
        /// Ours.
        public let ours: Double
        /// Seasonal-naive's; nil where it has none.
        public let seasonalNaive: Double?
    }

    /// Series that were forecast.
    public let series: Int
    /// Targets that were scored; 0 for a forecast of the future.
    public let targets: Int
    /// The measures; empty without targets.
    public let lines: [Line]

    init(series: Int, scores: [BacktestScores]) {
        self.series = series
        let scored = scores.filter { $0.n > 0 }
        targets = scored.reduce(0) { $0 + $1.n }
        guard !scored.isEmpty else {
            lines = []
            return
        }
        func mean(_ value: (BacktestScores) -> Double) -> Double {
            let finite = scored.map(value).filter(\.isFinite)
            return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
        }
        func line(_ measure: String, _ value: @escaping (BacktestScores, BacktestScores.Method) -> Double) -> Line {
            Line(measure: measure, ours: mean { value($0, $0.ours) }, seasonalNaive: mean { value($0, $0.naive) })
        }
        let ratio = mean { score in
            let (a, b) = (score.ours.squared, score.naive.squared)
            return a > 0 && b > 0 ? 0.5 * log(a / b) : .nan
        }
        lines =
            [
                line("MASE") { $0.scale > 0 ? $1.absolute / Double($0.n) / $0.scale : .nan },
                line("sMAPE") { $1.relative / Double($0.n) },
                Line(measure: "RMSE over seasonal-naive", ours: exp(ratio), seasonalNaive: 1),
                line("weighted quantile loss") { $0.sumOfValues > 0 ? 2 * $1.pinball / $0.sumOfValues : .nan },
                Line(measure: "inside 80 %", ours: mean { Double($0.inside80) / Double($0.n) }, seasonalNaive: nil),
                Line(measure: "inside 95 %", ours: mean { Double($0.inside95) / Double($0.n) }, seasonalNaive: nil),
            ] + Self.brier(scored)
    }

    /// Over all origins of all series whose model says an event's probability; the second column is the score of always
    /// saying how often it came.
    private static func brier(_ scored: [BacktestScores]) -> [Line] {
        let count = Double(scored.reduce(0) { $0 + $1.events })
        guard count > 0 else { return [] }
        let share = Double(scored.reduce(0) { $0 + $1.eventsThatCame }) / count
        let ours = scored.reduce(0) { $0 + $1.brier } / count
        return [Line(measure: "Brier score of events", ours: ours, seasonalNaive: share * (1 - share))]
    }

    /// A table for the terminal.
    public var description: String {
        func cell(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        func number(_ value: Double) -> String {
            guard value.isFinite else { return "-" }
            let thousandths = (value * 1000).rounded()
            guard abs(thousandths) < 1e15 else { return "\(value)" }
            let whole = Int64(abs(thousandths))
            let digits = String(whole % 1000)
            let zeros = String(repeating: "0", count: 3 - digits.count)
            return (thousandths < 0 ? "-" : "") + "\(whole / 1000)." + zeros + digits
        }
        guard !lines.isEmpty else { return "\(series) series forecast from their last value" }
        let head = "\(series) series, \(targets) targets"
        var text = head + cell("forecastd", 40 - head.count) + cell("seasonal-naive", 16)
        for line in lines {
            text += "\n" + line.measure + cell(number(line.ours), 40 - line.measure.count)
            text += cell(line.seasonalNaive.map(number) ?? "", 16)
        }
        return text
    }
}
