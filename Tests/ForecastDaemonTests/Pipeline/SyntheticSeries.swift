// Series for tests: seeded, with a daily rhythm, noise and gaps, and a pipeline driven over them as a driver does.

import Glibc
import RNNForecast
import SeriesStore

@testable import ForecastDaemon

/// SplitMix64 (Steele, Lea & Flood 2014), and uniform numbers from it.
struct SeededRandom: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In [0, 1).
    mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }
}

extension Double {
    var logarithm: Double { log(self) }
}

/// Bins with a daily wave, noise, and gaps.
func waves(bins: Int, stepSeconds: Int64, seed: UInt64, gaps: Double = 0) -> [Double] {
    var random = SeededRandom(seed: seed)
    return (0..<bins).map { k in
        let phase = 2 * Double.pi * Double(Int64(k) * stepSeconds % 86_400) / 86_400
        let noise = random.uniform() + random.uniform() + random.uniform() - 1.5
        let value = 50 + 20 * sin(phase) + 2 * noise
        return random.uniform() < gaps ? .nan : value
    }
}

/// Warms for 37 bins, cools for 37, and is clipped below: a period longer than a model's window, so that only a model
/// that knows where the turn is can follow it.
func thermostat(bins: Int, seed: UInt64) -> [Double] {
    var random = SeededRandom(seed: seed)
    var level = 0.0
    return (0..<bins).map { bin in
        level += bin / 37 % 2 == 0 ? 1 : -1
        return max(level, 20) + random.uniform()
    }
}

/// A pipeline at 5 minutes whose bins begin on a midnight.
func fiveMinutePipeline(
    grid: GridID = 7, settings: PipelineSettings = PipelineSettings()
) -> SeriesPipeline {
    SeriesPipeline(
        plan: .near(stepSeconds: 300), series: 3, grid: grid, firstBin: 288 * 19_000, settings: settings)
}

extension SeriesPipeline {
    /// Closes these bins one after the other, training at once whatever falls due.
    mutating func feed(_ values: [Double], training: Bool = false) throws -> [PipelineEvent] {
        var events: [PipelineEvent] = []
        var history: [Double] = []
        let start = nextBin
        for value in values {
            let bin = nextBin
            history.append(value)
            events += close(bin: bin, value: value, backfilled: true, issuedAt: clock.end(of: bin))
            guard training, let need = needsTraining else { continue }
            let known = need.bins.map { $0 >= start ? history[Int($0 - start)] : .nan }
            let outcome = try train(trainingRequest(need, values: known), stop: { false })
            events += install(outcome, modelID: Int64(schedule.trainings) + 1)
        }
        return events
    }
}

extension [PipelineEvent] {
    var fans: [FanRow] { compactMap { if case .fan(let fan, _) = $0 { fan.whole } else { nil } } }
    var sparseFans: [FanRow] { compactMap { if case .fan(let fan, true) = $0 { fan.row } else { nil } } }
    var records: [RecordEntry] { compactMap { if case .record(let entry) = $0 { entry } else { nil } } }
    var scores: [ScoredBin] { compactMap { if case .scored(let bin) = $0 { bin } else { nil } } }
    var alerts: [AlertRow] { compactMap { if case .alert(let row, _) = $0 { row } else { nil } } }
    var skill: [SkillRow] { compactMap { if case .skill(let row) = $0 { row } else { nil } } }
}
