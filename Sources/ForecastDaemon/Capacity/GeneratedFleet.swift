// Samples such as a fleet of hosts sends, made from a seed: gauges with one decimal that wander, percentages, counters,
// sizes in whole bytes, and some that never change. A day at 10 s of 100 series. Its point is not to flatter the codec:
// half of the series carry noise in their last digit.

import SeriesStore

/// The next samples of every series, step by step.
struct GeneratedFleet: Sendable {
    static let series = 100
    static let stepNanoseconds: Int64 = 10_000_000_000

    private var state: UInt64
    private var levels: [Double]
    private(set) var time: Timestamp

    init(seed: UInt64 = 1, start: Timestamp) {
        state = seed
        time = start
        levels = (0..<Self.series).map { Double($0 % 10) * 10 + 5 }
    }

    /// Its names, in the order of `step`.
    static var keys: [SeriesKey] {
        let fields = ["load1", "mem_used_percent", "net_bytes_recv", "disk_used", "up"]
        return (0..<series).compactMap { index in
            try? SeriesKey(
                name: fields[index % fields.count], labels: [("host", "host\(index / fields.count)"), ("rack", "r1")])
        }
    }

    /// Goes on by 10 s without values.
    mutating func advance() { time &+= Self.stepNanoseconds }

    /// Goes on by 10 s and gives a value for each series.
    mutating func step() -> [Double] {
        advance()
        for index in levels.indices {
            let noise = Double(Int(truncatingIfNeeded: next() >> 40) % 201 - 100)
            switch index % 5 {
            case 0: levels[index] = abs(((levels[index] * 10 + noise / 20).rounded()) / 10)
            case 1: levels[index] = min(100, max(0, ((levels[index] * 100 + noise / 2).rounded()) / 100))
            case 2: levels[index] += (noise + 100) * 1000
            case 3: levels[index] = abs(levels[index] + (noise > 90 ? 4096 : 0))
            default: levels[index] = 1
            }
        }
        return levels
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
