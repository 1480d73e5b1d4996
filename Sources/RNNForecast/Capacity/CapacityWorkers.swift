// Training beside other work: what one thread does in a given time, for callers that start the threads, and our step
// beside another's.

internal import RNNKernelTable

extension Capacity {
    /// Steps of an Elman network of 32 units that this thread trains until `end`; every call is a series of its own.
    public static func trainSteps<C: Clock>(until end: C.Instant, clock: C) -> Int {
        var step = CapacityStep(
            cell: .elman, inputs: 4, hidden: 32, steps: 48, outputs: 24, batch: 32, kernels: Kernels.chosen)
        var count = 0
        while clock.now < end {
            step.draw()
            step.run()
            count += 1
        }
        return count
    }

    /// Runs of the multiply-add roof, some tens of microseconds each, until `end`.
    public static func runRoof<C: Clock>(until end: C.Instant, clock: C) -> Int {
        var count = 0
        while clock.now < end {
            _ = Kernels.chosen.runMultiplyAdds(5_000)
            count += 1
        }
        return count
    }

    /// Windows trained in a second by the usual step (window 48, inputs 4, outputs 24, batch 32) and by `other`, which
    /// trains as many, one after the other in turns; the tenth percentile of each counts.
    public static func compare<C: Clock>(
        cell: String, hidden: Int, isa: String, with other: () -> Void, clock: C, duration: Duration
    ) -> (ours: Double, theirs: Double) where C.Duration == Duration {
        guard let table = tables(isa).first, let cell = Cell(rawValue: cell) else { return (.nan, .nan) }
        var step = CapacityStep(
            cell: cell, inputs: 4, hidden: hidden, steps: 48, outputs: 24, batch: 32, kernels: table)
        var (ours, theirs): ([Double], [Double]) = ([], [])
        let end = clock.now.advanced(by: duration)
        while clock.now < end || ours.count < 20 {
            step.draw()
            let first = clock.now
            step.run()
            let second = clock.now
            other()
            theirs.append(second.duration(to: clock.now) / .seconds(1))
            ours.append(first.duration(to: second) / .seconds(1))
        }
        func windows(_ seconds: [Double]) -> Double { 32 / seconds.sorted()[seconds.count / 10] }
        return (windows(ours), windows(theirs))
    }
}
