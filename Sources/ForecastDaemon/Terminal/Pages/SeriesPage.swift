// The list of series: what each is, what serves its forecast, and what it waits for.
internal import SeriesStore

/// Writes `forecastd series`.
package enum SeriesPage {
    /// A series without a sample for this long is left out unless all are asked for: containers come and go.
    private static let silence: Double = 86_400
    /// Below this width kind and interval give way to the names.
    private static let narrowScreen = 100

    /// - Parameter all: also the silent ones; otherwise a last line counts them.
    package static func written(_ series: [SeriesReply], all: Bool, on screen: Screen, clock: ClockText) -> String {
        let live = series.filter { isLive($0, now: clock.now) }
        let shown = all ? series : live
        let isNarrow = screen.isTerminal && screen.width < narrowScreen
        let extra: [(title: String, side: Table.Side)] =
            isNarrow ? [] : [("kind", .left), ("every", .right)]
        var table = Table(
            [("series", .left)] + extra + [
                ("last", .right), ("seen", .right), ("served by", .left), ("skill", .right), ("next", .left),
            ])
        for row in shown {
            let every = row.intervalSeconds.map { Wording.duration(seconds: $0) } ?? "-"
            table.add(
                [row.series] + (isNarrow ? [] : [row.kind ?? "-", every]) + [
                    Wording.number(row.lastValue?.value), clock.roughly(row.last), row.model ?? "-",
                    row.skill.map { Wording.percent($0) } ?? "-", next(row, clock),
                ],
                inks: [0: .strong, extra.count + 4: (row.skill ?? 0) > 0 ? .good : .plain])
        }
        var out = shown.isEmpty ? "" : table.written(on: screen)
        if shown.count < series.count {
            let silent = Wording.plural(series.count - shown.count, "series", "series")
            out += screen.ink("\(silent) silent for a day or more: --all shows them\n", .faint)
        }
        return out
    }

    /// What comes next for a series and when, or what it is doing now.
    package static func next(_ row: SeriesReply, _ clock: ClockText) -> String {
        var parts: [String] = []
        if let waiting = waiting(row.state, model: row.model) { parts.append(waiting) }
        if let model = row.nextModel {
            parts.append("\(model)\(due(row.readyAt, clock))")
        }
        return parts.joined(separator: ", ")
    }

    /// ` in 2 h`; ` due` for a moment that has passed, as it has for a series that catches up with its history.
    static func due(_ time: Timestamp?, _ clock: ClockText) -> String {
        guard let time else { return "" }
        return time <= clock.now ? " due" : " \(clock.roughly(time))"
    }

    /// What a state says beyond who serves: `learning (2 of 400 bins)` of `learning (2 of 400 bins), last value`.
    package static func waiting(_ state: String?, model: String?) -> String? {
        guard var text = state, !text.isEmpty, text != model else { return nil }
        let serving = model == "last-value" ? "last value" : model ?? "no forecast yet"
        let tail = ", \(serving)"
        if text.hasSuffix(tail) {
            text.removeLast(tail.count)
        } else if let range = text.ranges(of: tail).last {
            text.removeSubrange(range)
        }
        return text
    }

    private static func isLive(_ row: SeriesReply, now: Timestamp) -> Bool {
        guard let last = row.last else { return true }
        return Double(now) - Double(last) < silence * 1e9
    }
}
