// Round numbers and round moments along an axis.
internal import CPlatform
internal import SeriesStore

/// Marks at multiples of 1, 2 or 5 times a power of ten, and the range they stretch to.
struct Ticks {
    /// Ascending, inside `low...high`.
    let values: [Double]
    /// Range of the axis: that of the values, a little wider.
    let low, high: Double

    init(covering range: ClosedRange<Double>, about count: Int) {
        let size = max(range.upperBound - range.lowerBound, abs(range.upperBound) * 1e-6, 1e-12)
        let margin = range.upperBound == range.lowerBound ? size : size * 0.02
        let low = range.lowerBound - margin
        let high = range.upperBound + margin
        var step = 1.0
        while step * Double(count) < size { step *= 10 }
        while step * Double(count) > size * 10 { step /= 10 }
        for factor in [0.1, 0.2, 0.5, 1] where step * factor * Double(count) >= size * 0.999 {
            step *= factor
            break
        }
        var values: [Double] = []
        var index = (low / step).rounded(.up)
        while index * step <= high, values.count < 50 {
            values.append(index * step)
            index += 1
        }
        self.values = values
        self.low = low
        self.high = high
    }
}

extension ClockText {
    /// Lengths between marks that a clock's reader expects, in seconds.
    private static let steps: [Int64] = [
        60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600,
        2_592_000, 7_776_000, 31_536_000,
    ]

    /// Round moments of the local clock between two moments.
    func ticks(from: Timestamp, to: Timestamp, atMost count: Int) -> [Timestamp] {
        let offset = isLocal ? Int64(platform_local_time(now / 1_000_000_000).offset_seconds) : 0
        let (first, last) = (from / 1_000_000_000 + offset, to / 1_000_000_000 + offset)
        guard let step = ClockText.steps.first(where: { (last - first) / $0 < Int64(count) }) else { return [] }
        var ticks: [Timestamp] = []
        var moment = (first + step - 1) / step * step
        while moment <= last {
            ticks.append((moment - offset) * 1_000_000_000)
            moment += step
        }
        return ticks
    }
}
