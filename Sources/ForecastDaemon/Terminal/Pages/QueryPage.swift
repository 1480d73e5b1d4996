// Samples as lines: for a person a local time and a short number, for a file the exact ones with tabs between.
internal import SeriesStore

/// Writes `forecastd query`.
package enum QueryPage {
    /// `time value`, with the series in front where there are several.
    package static func written(_ series: [SamplesReply], on screen: Screen, clock: ClockText) -> String {
        var out = ""
        let isOne = series.count == 1
        for one in series {
            if screen.isTerminal {
                let count = Wording.plural(one.timestamps.count, "sample", "samples")
                out += "\(screen.ink(one.series, .strong))  \(count)\n"
            }
            for (time, value) in zip(one.timestamps, one.values) {
                if screen.isTerminal {
                    out += "\(clock.full(time))  \(Wording.number(value.value))\n"
                } else {
                    out += "\(isOne ? "" : "\(one.series)\t")\(Instants.format(time))\t\(exact(value.value))\n"
                }
            }
        }
        return out
    }

    private static func exact(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
    }
}
