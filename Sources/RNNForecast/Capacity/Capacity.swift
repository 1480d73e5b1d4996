// What this machine can train: whole steps timed one by one, with the multiply-add roof measured between them.
//
// Virtual machines share their cores: absolute speeds swing twofold with the neighbour, the ratio to a roof measured in
// the same moments does not. So every sample is a step and a short run of the roof, and the tenth percentile of each
// counts. The clock is the caller's.

internal import RNNKernelTable

/// Measures of training speed.
public enum Capacity {
    /// One cell and size on one instruction set.
    public struct TrainingRow: Sendable, Hashable, Codable {
        /// `baseline`, `v3` or `v4`.
        public var isa: String
        /// `elman`, `gru` or `lstm`.
        public var cell: String
        /// Hidden units.
        public var hidden: Int
        /// Steps of a window.
        public var window: Int
        /// Inputs a step.
        public var inputs: Int
        /// Outputs of the head.
        public var outputs: Int
        /// Windows in a minibatch.
        public var batch: Int
        /// Windows trained in a second, whole steps.
        public var windowsPerSecond: Double
        /// Billions of useful operations a second (products forward and back; nothing else counts).
        public var gflops: Double
        /// Billions of multiply-add operations a second that one core can do with this instruction set.
        public var peakGflops: Double
        /// 100 gflops / peakGflops.
        public var percentOfPeak: Double
        /// 2000 windows, 30 epochs.
        public var secondsPerSeries: Double

        /// As `docs/interface.md` names them.
        public enum CodingKeys: String, CodingKey {
            case isa, cell, hidden, window, inputs, outputs, batch, gflops
            case windowsPerSecond = "windows_per_second"
            case peakGflops = "peak_gflops"
            case percentOfPeak = "percent_of_peak"
            case secondsPerSeries = "seconds_per_series"
        }
    }

    /// Windows of one training that capacity is stated for: 2000 windows, 30 epochs.
    public static let windowsPerSeries = 60_000.0

    /// Times training for every cell, hidden size 8, 16, 32 and 64, and instruction set of this machine (window 48,
    /// inputs 4, outputs 24, batch 32), for `duration` each; `isa` names one instruction set, else all are timed.
    ///
    /// - Returns: a row each; the best instruction set comes first.
    public static func measureTraining<C: Clock>(
        clock: C, duration: Duration = .milliseconds(250), hidden: [Int] = [8, 16, 32, 64], isa: String? = nil
    ) -> [TrainingRow] where C.Duration == Duration {
        var rows: [TrainingRow] = []
        for table in tables(isa) {
            for cell in [Cell.elman, .gru, .lstm] {
                for size in hidden { rows.append(measure(cell, size, table, clock, duration)) }
            }
        }
        return rows
    }

    /// Series that `workers` busy cores train in an hour, by cell: 32 hidden units, best instruction set.
    public static func seriesPerHour(_ rows: [TrainingRow], workers: Int) -> [String: Double] {
        let best = rows.first?.isa
        let chosen = rows.filter { $0.hidden == 32 && $0.isa == best }
        return Dictionary(uniqueKeysWithValues: chosen.map { ($0.cell, 3_600 / $0.secondsPerSeries * Double(workers)) })
    }

    /// The instruction sets of this machine, the best first.
    public static var instructionSets: [String] { tables(nil).map(\.instructionSet.description) }

    /// The kernels of one instruction set, or of all but the plain loops.
    static func tables(_ isa: String?) -> [KernelTable] {
        Kernels.available.filter {
            $0.instructionSet != .reference && (isa == nil || $0.instructionSet.description == isa)
        }
    }

    private static func measure<C: Clock>(
        _ cell: Cell, _ hidden: Int, _ table: KernelTable, _ clock: C, _ duration: Duration
    ) -> TrainingRow where C.Duration == Duration {
        let batch = 32
        var step = CapacityStep(
            cell: cell, inputs: 4, hidden: hidden, steps: 48, outputs: 24, batch: batch, kernels: table)
        for _ in 0..<3 { step.run() }
        // Rounds of the roof that take some tens of microseconds.
        let rounds = 5_000
        let end = clock.now.advanced(by: duration)
        var steps: [Double] = []
        var roofs: [Double] = []
        while clock.now < end || steps.count < 20 {
            step.draw()
            let start = clock.now
            flushingDenormals { _ = step.run() }
            let middle = clock.now
            _ = table.runMultiplyAdds(rounds)
            roofs.append(middle.duration(to: clock.now) / .seconds(1))
            steps.append(start.duration(to: middle) / .seconds(1))
        }
        let stepSeconds = tenthPercentile(steps)
        let peak = Double(rounds * table.operationsPerRound) / tenthPercentile(roofs) / 1e9
        let windows = Double(batch) / stepSeconds
        let gflops = windows * step.operationsPerWindow / 1e9
        return TrainingRow(
            isa: table.instructionSet.description, cell: cell.rawValue, hidden: hidden, window: 48, inputs: 4,
            outputs: 24, batch: batch, windowsPerSecond: windows, gflops: gflops, peakGflops: peak,
            percentOfPeak: 100 * gflops / peak, secondsPerSeries: windowsPerSeries / windows)
    }

    private static func tenthPercentile(_ values: [Double]) -> Double { values.sorted()[values.count / 10] }
}
