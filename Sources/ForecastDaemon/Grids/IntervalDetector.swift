// How often does a series arrive? The grids of a series follow from the answer, and a grid that changes
// starts a new history of forecasts, so the answer must be early (8 samples) and then stubborn: a new median
// counts only when it has held for 256 samples. One value per series, under 400 bytes, without a heap
// allocation; a sample that agrees with the decision costs two comparisons. It knows nothing of bins or
// steps: `GridChoice` turns a rhythm into grids.

import SeriesStore

/// The rhythm of one series, from the timestamps of its samples.
///
/// The interval is the median of the last 64 differences between samples, in event time. Differences of late
/// and repeated samples (zero or negative) are not differences of the series and are left out.
struct IntervalDetector: Sendable {
    /// What is known of the rhythm.
    enum Rhythm: Sendable, Hashable {
        /// Fewer than 8 samples, or an unclear start that may still settle within the first 64 differences.
        case undecided
        /// A sample about every so many seconds.
        case regular(seconds: Double)
        /// Events: fewer than half of the differences lie within half to one and a half times their median.
        case irregular
    }

    /// Samples after which a regular rhythm is decided.
    static let samplesToDecide = 8
    /// Samples for which a new median must hold before it replaces the decided one.
    static let samplesToChange = 256
    /// Differences that the median is taken over.
    static let memory = 64

    /// The decision in force.
    private(set) var rhythm: Rhythm

    /// Differences in seconds, a ring; the first `count` places are in use.
    private var differences = InlineArray<64, Float>(repeating: 0)
    private var count: UInt8 = 0
    private var next: UInt8 = 0
    /// How many differences in the ring agree with the decided interval.
    private var agreeing: UInt8 = 0
    private var newest: Timestamp?
    private var candidate: Rhythm = .undecided
    private var held: UInt16 = 0

    /// - Parameter intervalSeconds: the interval decided in an earlier life of the daemon, if there was one.
    init(intervalSeconds: Double? = nil) {
        if let intervalSeconds, intervalSeconds > 0, intervalSeconds.isFinite {
            rhythm = .regular(seconds: intervalSeconds)
        } else {
            rhythm = .undecided
        }
    }

    /// Takes the timestamp of the next committed sample.
    ///
    /// - Returns: the new rhythm where this sample changed the decision, else nil.
    mutating func observe(_ timestamp: Timestamp) -> Rhythm? {
        guard let last = newest else {
            newest = timestamp
            return nil
        }
        guard timestamp > last else { return nil }
        newest = timestamp
        // The difference of two Int64 timestamps need not fit Int64: take it in Double.
        record(Float((Double(timestamp) - Double(last)) / 1e9))
        switch rhythm {
        case .undecided: return decide()
        case .regular:
            if Int(agreeing) * 2 > Int(count) {
                candidate = .undecided
                held = 0
                return nil
            }
            return reconsider(weight: 1)
        case .irregular:
            // Sorting the ring at every event would cost more than storing it.
            return next % 8 == 0 ? reconsider(weight: 8) : nil
        }
    }

    private mutating func record(_ difference: Float) {
        let place = Int(next)
        if Int(count) == Self.memory {
            if agrees(differences[place]) { agreeing -= 1 }
        } else {
            count += 1
        }
        differences[place] = difference
        if agrees(difference) { agreeing += 1 }
        next = UInt8((place + 1) % Self.memory)
    }

    private mutating func decide() -> Rhythm? {
        guard Int(count) + 1 >= Self.samplesToDecide else { return nil }
        // Few differences agree by chance, and an import or a restart may begin with a burst: until the ring is full
        // three quarters must agree, and nothing is called irregular.
        let seen = present(share: Int(count) < Self.memory ? 0.75 : 0.5)
        if seen == .irregular, Int(count) < Self.memory { return nil }
        adopt(seen)
        return seen
    }

    private mutating func reconsider(weight: UInt16) -> Rhythm? {
        let seen = present(share: 0.5)
        if Self.same(seen, rhythm) {
            candidate = .undecided
            held = 0
            return nil
        }
        if Self.same(seen, candidate) {
            held += weight
        } else {
            candidate = seen
            held = weight
        }
        guard Int(held) >= Self.samplesToChange else { return nil }
        adopt(seen)
        return seen
    }

    private mutating func adopt(_ new: Rhythm) {
        rhythm = new
        candidate = .undecided
        held = 0
        agreeing = 0
        for place in 0..<Int(count) where agrees(differences[place]) { agreeing += 1 }
    }

    /// The rhythm of the differences in the ring, whatever has been decided: regular if at least a share of them lie
    /// near their median. Sorts at most 64 numbers.
    private func present(share: Double) -> Rhythm {
        var sorted: [Float] = []
        sorted.reserveCapacity(Self.memory)
        for place in 0..<Int(count) { sorted.append(differences[place]) }
        sorted.sort()
        let median = sorted[sorted.count / 2]
        let near = sorted.count { $0 >= 0.5 * median && $0 <= 1.5 * median }
        return Double(near) >= share * Double(sorted.count) ? .regular(seconds: Double(median)) : .irregular
    }

    private func agrees(_ difference: Float) -> Bool {
        switch rhythm {
        case .regular(let seconds): abs(Double(difference) - seconds) <= Self.tolerance * seconds
        case .undecided, .irregular: false
        }
    }

    /// Two medians within a tenth of each other are the same rhythm: jitter is not a change.
    private static let tolerance = 0.1

    private static func same(_ a: Rhythm, _ b: Rhythm) -> Bool {
        switch (a, b) {
        case (.regular(let x), .regular(let y)): abs(x - y) <= tolerance * max(x, y)
        case (.irregular, .irregular), (.undecided, .undecided): true
        case (.regular, .irregular), (.irregular, .regular), (.undecided, _), (_, .undecided): false
        }
    }
}
