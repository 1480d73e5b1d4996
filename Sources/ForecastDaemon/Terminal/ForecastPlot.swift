// Draws what was and what is expected: a line up to now, a line with shaded 80 % and 95 % bands after it.
//
// Pure: values in, lines of text out. The vertical range covers past, median and the 80 % band in full, and the 95 %
// band as far as it at most doubles that range, so that one wide tail does not flatten everything else.
package import SeriesStore

/// A picture of one series around now.
package struct ForecastPlot {
    /// A value at a moment (nanoseconds since 1970).
    package struct Point: Sendable, Equatable {
        package let time: Timestamp
        package let value: Double

        package init(time: Timestamp, value: Double) {
            self.time = time
            self.value = value
        }
    }

    /// A target of the forecast with its bands, lowest first.
    package struct Target: Sendable, Equatable {
        package let time: Timestamp
        package let lower95, lower80, median, upper80, upper95: Double

        package init(
            time: Timestamp, lower95: Double, lower80: Double, median: Double, upper80: Double, upper95: Double
        ) {
            self.time = time
            self.lower95 = lower95
            self.lower80 = lower80
            self.median = median
            self.upper80 = upper80
            self.upper95 = upper95
        }
    }

    /// In ascending order of time; values that are not finite are left out.
    package let past: [Point]
    /// In ascending order of time.
    package let targets: [Target]
    /// Where the now-line stands.
    package let now: Timestamp
    /// A level to show if it lies near the rest.
    package let threshold: Double?

    package init(past: [Point], targets: [Target], now: Timestamp, threshold: Double? = nil) {
        self.past = past.filter(\.value.isFinite)
        self.targets = targets.filter { $0.median.isFinite }
        self.now = now
        self.threshold = threshold
    }

    /// The picture as lines without line ends; empty if there is nothing to draw.
    ///
    /// - Parameters:
    ///   - rows: height of the sheet; an axis and a legend line follow.
    ///   - clock: writes the times below.
    package func lines(on screen: Screen, rows: Int = 12, clock: ClockText) -> [String] {
        guard let range = valueRange, let span = timeRange else { return [] }
        // One mark says nothing of the scale: on few rows there may be more of them than there is room for.
        let counts = max(2, rows / 3)...max(6, rows / 3)
        let choices = counts.lazy.map { Ticks(covering: range, about: $0) }
        let ticks = choices.first { $0.values.count > 1 } ?? Ticks(covering: range, about: counts.upperBound)
        let labels = ticks.values.map { Wording.number($0) }
        let margin = (labels.map(\.count).max() ?? 0) + 2
        let columns = max(20, screen.width - margin - 1)
        var canvas = DotCanvas(columns: columns, rows: rows, braille: screen.hasUnicode)
        let sheet = Sheet(canvas: canvas, from: span.lowerBound, to: span.upperBound, low: ticks.low, high: ticks.high)
        drawBands(on: &canvas, sheet)
        drawLevels(on: &canvas, sheet)
        draw(past, .past, on: &canvas, sheet)
        draw(targets.map { Point(time: $0.time, value: $0.median) }, .median, on: &canvas, sheet)

        var labelOfRow: [Int: String] = [:]
        for (value, label) in zip(ticks.values, labels) { labelOfRow[sheet.row(value)] = label }
        var out: [String] = []
        for row in 0..<rows {
            let label = labelOfRow[row] ?? ""
            let edge = labelOfRow[row] == nil ? screen.glyph("│", "|") : screen.glyph("┤", "+")
            let left = String(repeating: " ", count: margin - 1 - label.count) + label + edge
            out.append(screen.ink(left, .faint) + canvas.row(row, on: screen))
        }
        out.append(screen.ink(axis(sheet, columns, margin, clock), .faint))
        out.append(legend(on: screen, margin))
        return out
    }

    /// Where moments and values lie on a canvas.
    private struct Sheet {
        let width, height, dotsAcross, dotsDown: Int
        let from, to: Timestamp
        let low, high: Double

        init(canvas: DotCanvas, from: Timestamp, to: Timestamp, low: Double, high: Double) {
            width = canvas.width
            height = canvas.height
            dotsAcross = canvas.dotsAcross
            dotsDown = canvas.dotsDown
            self.from = from
            self.to = to
            self.low = low
            self.high = high
        }

        func x(_ time: Timestamp) -> Int {
            let share = Double(time - from) / Double(to - from)
            return Int((share * Double(width - 1)).rounded())
        }
        func time(_ x: Int) -> Double {
            let share = Double(x) / Double(width - 1)
            return Double(from) + share * Double(to - from)
        }
        /// Limited to just outside the sheet.
        func y(_ value: Double) -> Int {
            let share = (high - value) / (high - low) * Double(height - 1)
            return Int(min(max(share, -1), Double(height)).rounded())
        }
        func row(_ value: Double) -> Int { y(value) / dotsDown }
    }

    private var valueRange: ClosedRange<Double>? {
        var inner = past.map(\.value)
        for target in targets { inner += [target.lower80, target.upper80, target.median].filter(\.isFinite) }
        guard var low = inner.min(), var high = inner.max() else { return nil }
        let size = max(high - low, abs(high) * 1e-6, 1e-12)
        for target in targets where target.lower95.isFinite && target.upper95.isFinite {
            low = min(low, max(target.lower95, inner.min()! - size / 2))  // inner is not empty: guarded above
            high = max(high, min(target.upper95, inner.max()! + size / 2))  // likewise
        }
        if let threshold, threshold > low - size, threshold < high + size {
            low = min(low, threshold)
            high = max(high, threshold)
        }
        return low...high
    }

    private var timeRange: Range<Timestamp>? {
        let moments = [past.first?.time, past.last?.time, targets.first?.time, targets.last?.time, now]
            .compactMap { $0 }
        guard let first = moments.min(), let last = moments.max(), first < last else { return nil }
        return first..<last
    }

    private func drawBands(on canvas: inout DotCanvas, _ sheet: Sheet) {
        guard var left = targets.first else { return }
        let fine = canvas.dotsDown > 1
        for right in targets.dropFirst() {
            for x in sheet.x(left.time)...sheet.x(right.time) {
                let share = (sheet.time(x) - Double(left.time)) / Double(right.time - left.time)
                func between(_ path: KeyPath<Target, Double>) -> Int {
                    sheet.y(left[keyPath: path] + share * (right[keyPath: path] - left[keyPath: path]))
                }
                let inner = between(\.upper80)...max(between(\.upper80), between(\.lower80))
                let outer = min(between(\.upper95), inner.lowerBound)...max(between(\.lower95), inner.upperBound)
                for y in outer where !fine || x % 2 == 0 && y % 4 == x / 2 % 2 * 2 { canvas.set(x, y, .outerBand) }
                for y in inner where !fine || (x + y) % 2 == 0 { canvas.set(x, y, .innerBand) }
            }
            left = right
        }
    }

    private func drawLevels(on canvas: inout DotCanvas, _ sheet: Sheet) {
        if let threshold, (sheet.low...sheet.high).contains(threshold) {
            for x in 0..<sheet.width { canvas.set(x, sheet.y(threshold), .threshold) }
        }
        if now > sheet.from, now < sheet.to {
            canvas.setColumn(sheet.x(now), from: 0, to: sheet.height - 1, .now)
        }
    }

    /// A line through points: in each dot column from the least to the greatest value, joined to the column before.
    /// A gap of more than four usual distances stays a gap.
    private func draw(_ points: [Point], _ layer: DotCanvas.Layer, on canvas: inout DotCanvas, _ sheet: Sheet) {
        guard var previous = points.first else { return }
        let distances = zip(points.dropFirst(), points).map { $0.time - $1.time }.sorted()
        let usual = distances.isEmpty ? 0 : distances[distances.count / 2]
        canvas.set(sheet.x(previous.time), sheet.y(previous.value), layer)
        for point in points.dropFirst() {
            defer { previous = point }
            let (x0, x1) = (sheet.x(previous.time), sheet.x(point.time))
            var y0 = sheet.y(previous.value)
            if point.time - previous.time > 4 * usual {
                canvas.set(x1, sheet.y(point.value), layer)
                continue
            }
            if x0 == x1 {
                canvas.setColumn(x1, from: y0, to: sheet.y(point.value), layer)
                continue
            }
            for x in (x0 + 1)...x1 {
                let share = Double(x - x0) / Double(x1 - x0)
                let y = sheet.y(previous.value + share * (point.value - previous.value))
                let step = y > y0 ? 1 : -1
                canvas.setColumn(x, from: abs(y - y0) > 1 ? y0 + step : y, to: y, layer)
                y0 = y
            }
        }
    }

    private func axis(_ sheet: Sheet, _ columns: Int, _ margin: Int, _ clock: ClockText) -> String {
        var line = Array(repeating: Character(" "), count: columns)
        func place(_ text: String, at column: Int) {
            let start = min(max(0, column - text.count / 2), columns - text.count)
            guard start >= 0 else { return }
            let cells = max(0, start - 1)..<min(columns, start + text.count + 1)
            guard line[cells].allSatisfy({ $0 == " " }) else { return }
            line.replaceSubrange(start..<start + text.count, with: Array(text))
        }
        if now > sheet.from, now < sheet.to { place("now", at: sheet.x(now) / sheet.dotsAcross) }
        for tick in clock.ticks(from: sheet.from, to: sheet.to, atMost: max(2, columns / 14)) {
            place(clock.short(tick), at: sheet.x(tick) / sheet.dotsAcross)
        }
        return String(repeating: " ", count: margin) + String(line)
    }

    private func legend(on screen: Screen, _ margin: Int) -> String {
        var parts = ["\(screen.glyph("⠤⠤", "**")) past"]
        if !targets.isEmpty {
            parts.append(screen.ink(screen.glyph("⠤⠤", "oo"), .forecast) + " forecast")
            parts.append(screen.ink(screen.glyph("⢕⢕", "::"), .forecastFaint) + " 80 %")
            parts.append(screen.ink(screen.glyph("⠁⠄", ".."), .faint) + " 95 %")
        }
        return String(repeating: " ", count: margin) + parts.joined(separator: "   ")
    }
}
