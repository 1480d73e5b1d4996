// Two workers on two cores, different series, over what two roofs gain over one, in turns of a few tenths of a second.

import RNNForecast

/// Work done in a second by one and by two threads.
struct WorkerRow: Codable {
    var steps: [Double]
    var roofs: [Double]
    /// (steps of two / steps of one) / (roofs of two / roofs of one)
    var ratio: Double
}

func measureWorkers(rounds: Int = 10) async -> WorkerRow {
    let clock = ContinuousClock()
    let slice = Duration.milliseconds(200)
    @Sendable func rate(of workers: Int, _ work: @escaping @Sendable (ContinuousClock.Instant) -> Int) async -> Double {
        let end = clock.now.advanced(by: slice)
        return await withTaskGroup(of: Int.self) { group in
            for _ in 0..<workers { group.addTask { work(end) } }
            return Double(await group.reduce(0, +)) / (slice / .seconds(1))
        }
    }
    var (steps, roofs): ([[Double]], [[Double]]) = ([[], []], [[], []])
    for _ in 0..<rounds {
        for workers in [1, 2] {
            steps[workers - 1].append(
                await rate(of: workers) { Capacity.trainSteps(until: $0, clock: ContinuousClock()) })
            roofs[workers - 1].append(await rate(of: workers) { Capacity.runRoof(until: $0, clock: ContinuousClock()) })
        }
    }
    // The best slices: the neighbour's are the others.
    let best = (steps.map { $0.max() ?? 0 }, roofs.map { $0.max() ?? 0 })
    return WorkerRow(
        steps: best.0, roofs: best.1, ratio: (best.0[1] / best.0[0]) / (best.1[1] / best.1[0]))
}
