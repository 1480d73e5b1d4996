// The plain loops, in Double, against finite differences of their own forward pass.

import RNNKernelTable
import Testing

@testable import RNNKernelTable

@Suite("Plain loops") struct FiniteDifferenceTests {
    /// A layer with a head on its last state and a reader of every step, and a loss that is smooth in everything:
    /// half the squares of the outputs, plus a weighted sum of all states.
    private final class Layer {
        let plan: RecurrentPlan
        let head: DensePlan
        let arena: Arena<Double>
        let readers: [Double]

        init(cell: Cell, inputs: Int, hidden: Int, steps: Int) {
            var noise = GoldenNoise()
            var layout = ArenaLayout()
            let count = RecurrentPlan.parameterCount(cell, inputs: inputs, hidden: hidden)
            let weights = layout.reserve(count)
            let gradients = layout.reserve(count)
            let headWeights = layout.reserve(2 * (1 + hidden))
            plan = RecurrentPlan(
                cell: cell, inputs: inputs, hidden: hidden, steps: steps, batch: 32, weights: weights,
                gradients: gradients, stepGradients: true, inputGradients: true, in: &layout)
            head = DensePlan(
                inputs: 1 + hidden, outputs: 2, batch: 32, weights: headWeights,
                gradients: layout.reserve(2 * (1 + hidden)), input: plan.state(step: steps, row: inputs),
                output: layout.reserve(10 * 32), inputGradient: plan.stateGradient, firstPropagated: 1,
                propagated: hidden, in: &layout)
            arena = Arena(count: layout.count)
            arena.write(noise(count, times: 0.5), at: weights)
            arena.write(noise(2 * (1 + hidden), times: 0.5), at: headWeights)
            for step in 0...steps {
                let one = plan.state(step: step, row: inputs)
                arena.fill(one..<(one + 32), with: 1)
                if step < steps { arena.write(noise(inputs * 32), at: plan.state(step: step, row: 0)) }
            }
            readers = noise(steps * hidden * 32)
        }

        func loss() -> Double {
            unsafe Reference<Double>.forwardRecurrent(plan, arena.base)
            unsafe Reference<Double>.forwardDense(head, arena.base)
            var total = 0.0
            for value in arena.read(head.output..<(head.output + 64)) { total += value * value / 2 }
            for step in 0..<plan.steps {
                let start = plan.state(step: step + 1, row: plan.hiddenRow)
                for (i, h) in arena.read(start..<(start + plan.hidden * 32)).enumerated() {
                    total += readers[step * plan.hidden * 32 + i] * h
                }
            }
            return total
        }

        func backward() {
            _ = loss()
            arena.write(readers, at: plan.stepGradients)
            unsafe Reference<Double>.backwardDense(head, arena.base)
            unsafe Reference<Double>.backwardRecurrent(plan, arena.base)
        }

        /// The central difference of the loss in one scalar.
        func difference(at place: Int) -> Double {
            let before = arena[place]
            let step = 1e-5
            arena[place] = before + step
            let above = loss()
            arena[place] = before - step
            let below = loss()
            arena[place] = before
            return (above - below) / (2 * step)
        }
    }

    @Test("gradients agree with finite differences", arguments: Cell.allCases, [(1, 1, 1), (3, 5, 4), (2, 4, 7)])
    func gradients(cell: Cell, shape: (Int, Int, Int)) {
        let (inputs, hidden, steps) = shape
        let layer = Layer(cell: cell, inputs: inputs, hidden: hidden, steps: steps)
        layer.backward()
        // A central difference of step 1e-5 errs by about 1e-10 of the third derivative, plus rounding of 1e-16 / 1e-5.
        func check(_ what: String, gradient: Int, place: Int, count: Int) {
            let analytic = layer.arena.read(gradient..<(gradient + count))
            let numeric = (0..<count).map { layer.difference(at: place + $0) }
            #expect(relativeDistance(analytic, numeric) < 1e-7, "\(what) of \(cell), \(shape)")
        }
        let plan = layer.plan
        check("weights", gradient: plan.gradients, place: plan.weights, count: plan.parameterCount)
        layer.backward()
        check("head", gradient: layer.head.gradients, place: layer.head.weights, count: 2 * (1 + hidden))
        layer.backward()
        for step in [0, steps - 1] {
            check(
                "inputs", gradient: plan.inputGradients + step * inputs * 32, place: plan.state(step: step, row: 0),
                count: inputs * 32)
        }
    }

    @Test("the gradients of gates and of context units agree with finite differences")
    func gates() {
        var noise = GoldenNoise()
        var layout = ArenaLayout()
        let (leads, experts, lanes) = (3, 2, 32)
        let plan = GatePlan(
            leads: leads, experts: experts, base: layout.reserve(leads * lanes),
            gates: layout.reserve(experts * leads * lanes), values: layout.reserve(experts * leads * lanes),
            mixed: layout.reserve(leads * lanes), batch: lanes)
        // A unit for every number that the gates make.
        let units = TanhPlan(
            values: plan.mixed, gradients: layout.reserve(leads * lanes), rows: leads, batch: lanes)
        let arena = Arena<Double>(count: layout.count)
        let (base, gates, readers) = (noise(leads * lanes), noise(experts * leads * lanes), noise(leads * lanes))
        arena.write(noise(experts * leads * lanes), at: plan.values)
        func loss(base: [Double], gates: [Double]) -> Double {
            arena.write(base, at: plan.base)
            arena.write(gates, at: plan.gates)
            unsafe Reference<Double>.forwardGates(plan, arena.base)
            unsafe Reference<Double>.forwardTanh(units, arena.base)
            return zip(readers, arena.read(units.values..<(units.values + leads * lanes))).reduce(0) {
                $0 + $1.0 * $1.1
            }
        }
        func differences(of count: Int, _ change: (Int, Double) -> Double) -> [Double] {
            (0..<count).map { (change($0, 1e-5) - change($0, -1e-5)) / 2e-5 }
        }
        let forBase = differences(of: base.count) { i, step in
            var moved = base
            moved[i] += step
            return loss(base: moved, gates: gates)
        }
        let forGates = differences(of: gates.count) { i, step in
            var moved = gates
            moved[i] += step
            return loss(base: base, gates: moved)
        }
        _ = loss(base: base, gates: gates)
        arena.write(readers, at: units.gradients)
        unsafe Reference<Double>.backwardTanh(units, arena.base)
        unsafe Reference<Double>.backwardGates(plan, arena.base)
        #expect(relativeDistance(arena.read(plan.base..<(plan.base + base.count)), forBase) < 1e-7)
        #expect(relativeDistance(arena.read(plan.gates..<(plan.gates + gates.count)), forGates) < 1e-7)
    }

    @Test(
        "the pinball loss's gradients agree with finite differences, at knots and between",
        arguments: [
            [0, 1, 2, 3, 4, 5], [0, 2, 5], [0, 1, 5],
        ])
    func pinball(knots: [Int]) {
        var noise = GoldenNoise()
        var layout = ArenaLayout()
        let plan = PinballPlan(
            leads: 6, knots: knots.count, positions: layout.reserve(6), leadWeights: layout.reserve(6),
            base: layout.reserve(6 * 32), offsets: layout.reserve(knots.count * 7 * 32),
            targets: layout.reserve(6 * 32), batch: 32)
        let arena = Arena<Double>(count: layout.count)
        arena.write(knots.map { Double($0) }, at: plan.positions)
        arena.write([3, 1, 1, 1, 1, 1], at: plan.leadWeights)
        let (base, offsets) = (noise(6 * 32), noise(knots.count * 7 * 32))
        arena.write(noise(6 * 32), at: plan.targets)
        arena[plan.targets + 5] = .nan
        func loss(base: [Double], offsets: [Double]) -> Double {
            arena.write(base, at: plan.base)
            arena.write(offsets, at: plan.offsets)
            return unsafe Reference<Double>.pinball(plan, arena.base)
        }
        func difference(_ change: (inout [Double], inout [Double], Double) -> Void) -> Double {
            // Small enough to stay on one side of every kink.
            var (above, below) = ((base, offsets), (base, offsets))
            change(&above.0, &above.1, 1e-7)
            change(&below.0, &below.1, -1e-7)
            return (loss(base: above.0, offsets: above.1) - loss(base: below.0, offsets: below.1)) / 2e-7
        }
        let forBase = base.indices.map { i in difference { base, _, step in base[i] += step } }
        let forOffsets = offsets.indices.map { i in difference { _, offsets, step in offsets[i] += step } }
        _ = loss(base: base, offsets: offsets)
        // Rounding of 1e-16 over a step of 1e-7, of gradients of 1e-3.
        #expect(relativeDistance(arena.read(plan.base..<(plan.base + base.count)), forBase) < 1e-5)
        #expect(relativeDistance(arena.read(plan.offsets..<(plan.offsets + offsets.count)), forOffsets) < 1e-5)
    }
}
