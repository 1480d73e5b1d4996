// How the model in service does on bins that came after it: its errors at the longer leads beside those of the last
// value, recent ones counting more. Lead 1 tells nothing here: a network follows any level one step ahead, and may still
// expect it back where it was in an hour.

/// Fading sums of absolute errors of one model.
struct LiveErrors: Sendable, Hashable {
    private var model = 0.0
    private var lastValue = 0.0
    private var count: Int64 = 0

    /// Each score counts so much less than the next: the newest 24 have two thirds of the weight.
    private static let fading = 1 - 1.0 / 24
    /// Scores before which nothing is concluded.
    private static let least: Int64 = 6
    /// How much worse than the last value is worse.
    private static let margin = 1.25

    /// No scores yet.
    init() {}

    /// Adds what came of one forecast.
    mutating func add(value: Double, forecast: SkillTally.Forecast) {
        let (own, other) = (abs(value - forecast.median), abs(value - forecast.baseline))
        guard own.isFinite, other.isFinite else { return }
        model = model * Self.fading + own
        lastValue = lastValue * Self.fading + other
        count += 1
    }

    /// Whether the last value would have done clearly better.
    var areWorse: Bool { count >= Self.least && model > Self.margin * lastValue }

    /// Two sums and a count.
    func encode(into w: inout DriftBytesWriter) {
        w.double(model)
        w.double(lastValue)
        w.integer(count)
    }

    /// Reads what `encode` wrote.
    init(decoding r: inout DriftBytesReader) throws(DriftStateError) {
        model = try r.double()
        lastValue = try r.double()
        count = try r.integer()
    }
}
