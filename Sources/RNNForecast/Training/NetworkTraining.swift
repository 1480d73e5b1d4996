// Training of one network on one series: random windows, backpropagation through time, AdamW.
//
// A step allocates nothing, and the training may be stopped before each, and resumed bit for bit from its state. The
// same series, plan and seed give the same weights on one instruction set. A loss or gradient that is not finite is
// counted, and never reaches the weights.

internal import RNNKernelTable

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A training, from its first step to its last.
struct NetworkTraining {
    let shape: NetworkShape
    let plan: ForecastPlan
    private(set) var report = TrainingReport()
    private let kernels: KernelTable
    private let graph: any TrainingGraph
    private let usable: [Int32]
    private var random: SplitMix64
    private var iteration = 0

    /// All that a training needs to go on where it was, with the same series, plan and instruction set.
    struct State: Sendable, Hashable {
        var parameters: [Float]
        var firstMoments: [Float]
        var secondMoments: [Float]
        var iteration: Int
        var random: SplitMix64
    }

    /// Lays out a training on `series`, starting from `ridge`. Nil if fewer than 64 windows can be used.
    init?(_ series: PreparedSeries, shape: NetworkShape, ridge: RidgeWeights, seed: UInt64, kernels: KernelTable) {
        guard series.count - 1 > shape.firstOrigin else { return nil }
        usable = Self.usable(series, shape, shape.firstOrigin..<(series.count - 1))
        guard usable.count >= 64 else { return nil }
        plan = series.plan
        self.shape = shape
        self.kernels = kernels
        random = SplitMix64(seed: seed)
        graph =
            switch shape.readout {
            case .last: NetworkGraph(series, shape: shape, kernels: kernels)
            case .everyStep: SequenceGraph(series, shape: shape, kernels: kernels)
            }
        graph.parameters = Self.start(shape, ridge, eventShare: Self.eventShare(series, shape, usable), &random)
    }

    /// Origins whose bin is there, and of whose window and next targets at least half are.
    private static func usable(_ series: PreparedSeries, _ shape: NetworkShape, _ origins: Range<Int>) -> [Int32] {
        var missing = [0]
        for value in series.present { missing.append(missing[missing.count - 1] + (value.isNaN ? 1 : 0)) }
        return origins.compactMap { e in
            let end = min(e + 1 + shape.design.leads, series.count)
            let inWindow = missing[e + 1] - missing[e + 1 - shape.design.window]
            let targets = end - e - 1 - (missing[end] - missing[e + 1])
            let wanted = 2 * inWindow <= shape.design.window && 2 * targets > shape.design.leads
            return wanted && !series.present[e].isNaN ? Int32(e) : nil
        }
    }

    /// Share of origins whose event comes, among those where it is known.
    private static func eventShare(_ series: PreparedSeries, _ shape: NetworkShape, _ origins: [Int32]) -> Double {
        guard shape.events > 0, let threshold = series.eventThreshold else { return 0 }
        let events = series.events(above: threshold, leads: shape.design.leads)
        let known = origins.map { events[Int($0)] }.filter(\.isFinite)
        return known.reduce(0, +) / Double(max(known.count, 1))
    }

    /// The first parameters: recurrent weights as PyTorch starts them; heads that say almost nothing but the ridge's spread
    /// and the event's usual share, and leave the gates shut; the ridge as highway.
    private static func start(
        _ shape: NetworkShape, _ ridge: RidgeWeights, eventShare: Double, _ random: inout SplitMix64
    ) -> [Float] {
        var out: [Float] = []
        let bound = 1 / Float(shape.stack.hidden).squareRoot()
        for _ in 0..<shape.stack.parameterCount { out.append(random.uniform(in: bound)) }
        guard shape.readout == .last else {
            for _ in 0..<(shape.parameterCount - shape.head) { out.append(random.uniform(in: bound)) }
            return out
        }
        // Log-odds of at most a thousand to one: a head can say that something has not been seen, and unlearn it.
        let odds = min(max(eventShare, 1e-3), 1 - 1e-3)
        let biases =
            shape.knots.flatMap { lead in
                (0..<shape.loss.outputs).map { shape.loss == .pinball ? Float(ridge.offsets[lead * 7 + $0]) : 0 }
            } + [Float](repeating: 0, count: shape.event - shape.gates)
            + [Float](repeating: Float(log(odds / (1 - odds))), count: shape.events)
        for bias in biases {
            out.append(bias)
            for _ in 0..<shape.stack.summary { out.append(0.01 * random.normal()) }
        }
        if let context = shape.contextDesign {
            let bound = 1 / Float(context.features + 1).squareRoot()
            for _ in 0..<(shape.contextHead - shape.context) { out.append(random.uniform(in: bound)) }
            for _ in 0..<(shape.highway - shape.contextHead) { out.append(0.01 * random.normal()) }
        }
        let design = shape.design
        for lead in 0..<design.leads {
            let row = lead * design.weights
            out += ridge.coefficients[row..<(row + design.width)].map { Float($0) }
        }
        for season in design.seasons.indices {
            for lead in 0..<design.leads {
                out.append(Float(ridge.coefficients[lead * design.weights + design.width + season]))
            }
        }
        return out
    }

    /// Trains until `iterations` are done (the plan's, unless said otherwise). False if `stop` said so before.
    mutating func run(upTo iterations: Int? = nil, stop: () -> Bool) -> Bool {
        let end = min(iterations ?? plan.iterations, plan.iterations)
        return flushingDenormals {
            var origins = [Int32](repeating: 0, count: graph.batch)
            while iteration < end {
                if stop() { return false }
                for lane in origins.indices { origins[lane] = usable[random.index(below: usable.count)] }
                let loss = graph.step(origins: origins)
                let done = Double(iteration + 1)
                let numbers = AdamWStep(
                    rate: rate(iteration), decay: 0.01, clip: 1, firstCorrection: Float(1 - pow(0.9, done)),
                    secondCorrection: Float(1 - pow(0.999, done)))
                report.note(loss: loss, norm: kernels.step(graph.optimiser, numbers, in: graph.arena))
                iteration += 1
            }
            return true
        }
    }

    /// What has been learnt so far, as it will be stored.
    var weights: NetworkWeights { NetworkWeights(shape: shape, parameters: graph.parameters) }

    /// Where the training is; setting it goes on from there.
    var state: State {
        get {
            let (places, count) = (graph.optimiser, graph.optimiser.count)
            return State(
                parameters: graph.parameters,
                firstMoments: graph.arena.read(places.firstMoments..<(places.firstMoments + count)),
                secondMoments: graph.arena.read(places.secondMoments..<(places.secondMoments + count)),
                iteration: iteration, random: random)
        }
        set {
            graph.parameters = newValue.parameters
            graph.arena.write(newValue.firstMoments, at: graph.optimiser.firstMoments)
            graph.arena.write(newValue.secondMoments, at: graph.optimiser.secondMoments)
            iteration = newValue.iteration
            random = newValue.random
        }
    }

    /// Warm-up over 20 iterations, then a cosine to 0.
    private func rate(_ iteration: Int) -> Float {
        let warm = min(1, Double(iteration + 1) / 20)
        return Float(plan.learningRate * warm * 0.5 * (1 + cos(.pi * Double(iteration) / Double(plan.iterations))))
    }
}
