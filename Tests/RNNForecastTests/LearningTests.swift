// What each cell can and cannot learn (the table at the end of docs/numerics.md).

import RNNKernelTable
import Testing

@testable import RNNForecast

/// A made-up task: windows of one number a step, and the number to say at the end.
private enum Task: CaseIterable {
    case sine
    case brownianPath
    case copiedToken

    static let steps = 12

    /// One window and its target, of size 1.
    func draw(_ random: inout SplitMix64) -> (window: [Float], target: Float) {
        switch self {
        case .sine:
            let phase = 2 * Double.pi * random.unit()
            let wave = (0...Self.steps).map { Float(sine(0.5 * Double($0) + phase)) }
            return (Array(wave.dropLast()), wave[Self.steps])
        case .brownianPath:
            // A geometric Brownian motion of 1 % a step, as a window sees it: relative to its newest value, in per cent.
            // The next change is independent of all before.
            var path: [Float] = [1]
            for _ in 0..<Self.steps { path.append(path[path.count - 1] * (1 + 0.01 * random.normal())) }
            let newest = path[Self.steps - 1]
            return (path.dropLast().map { 100 * ($0 / newest - 1) }, 100 * (path[Self.steps] / newest - 1))
        case .copiedToken:
            let token: Float = random.unit() < 0.5 ? -1 : 1
            return ([token] + (1..<Self.steps).map { _ in 0.5 * random.normal() }, token)
        }
    }

    /// sin of x, without the C library: tanh's file has none to lend.
    private func sine(_ x: Double) -> Double {
        let turn = x - 2 * Double.pi * (x / (2 * .pi)).rounded()
        var (term, sum) = (turn, turn)
        for k in 1..<12 {
            term *= -turn * turn / Double((2 * k) * (2 * k + 1))
            sum += term
        }
        return sum
    }

    /// Root mean squared error of a cell with 16 units on windows that it was not trained on.
    func error(of cell: Cell) -> Double {
        let kernels = Kernels.chosen
        let shape = StackShape(cell: cell, inputs: 1, hidden: 16, layers: 1, bidirectional: false)
        var layout = ArenaLayout()
        let count = shape.parameterCount + 17
        let (weights, gradients) = (layout.reserve(count), layout.reserve(count))
        let optimiser = AdamWPlan(
            count: count, parameters: weights, gradients: gradients, firstMoments: layout.reserve(count),
            secondMoments: layout.reserve(count))
        let stack = RecurrentStack(
            shape, steps: Self.steps, batch: 32, weights: weights, gradients: gradients, in: &layout)
        let output = layout.reserve(9 * 32)
        let head = DensePlan(
            inputs: 17, outputs: 1, batch: 32, weights: weights + shape.parameterCount,
            gradients: gradients + shape.parameterCount, input: stack.summary, output: output,
            inputGradient: stack.summaryGradient, firstPropagated: 1, propagated: 16, in: &layout)
        let targets = layout.reserve(32)
        let loss = PointLossPlan(loss: .meanSquared, rows: 1, outputs: output, targets: targets, batch: 32)
        let arena = Arena<Float>(count: layout.count)
        stack.prepare(arena)
        var random = SplitMix64(seed: 11)
        arena.write((0..<count).map { _ in random.uniform(in: 0.25) }, at: weights)

        func step() -> Double {
            let windows = (0..<32).map { _ in draw(&random) }
            for t in 0..<Self.steps { arena.write(windows.map { $0.window[t] }, at: stack.input(step: t, row: 0)) }
            arena.write(windows.map(\.target), at: targets)
            stack.forward(kernels, arena)
            kernels.forward(head, in: arena)
            return Double(kernels.loss(loss, in: arena))
        }
        let iterations = 1_200
        for i in 1...iterations {
            _ = step()
            kernels.backward(head, in: arena)
            stack.backward(kernels, arena)
            var (keep1, keep2) = (1.0, 1.0)
            for _ in 0..<min(i, 5_000) { (keep1, keep2) = (keep1 * 0.9, keep2 * 0.999) }
            let rate = 1e-2 * (1 - Double(i) / Double(iterations)) + 1e-4
            let numbers = AdamWStep(
                rate: Float(rate), decay: 0, clip: 1, firstCorrection: Float(1 - keep1),
                secondCorrection: Float(1 - keep2))
            _ = kernels.step(optimiser, numbers, in: arena)
        }
        return ((0..<20).reduce(0) { total, _ in total + step() } / 20).squareRoot()
    }
}

@Suite("Cells") struct LearningTests {
    @Test("learn a sine of any phase", arguments: Cell.allCases)
    func sine(cell: Cell) { #expect(Task.sine.error(of: cell) < 0.05) }

    @Test("find nothing in a geometric Brownian motion, because there is nothing", arguments: Cell.allCases)
    func brownianPath(cell: Cell) {
        let error = Task.brownianPath.error(of: cell)
        #expect(error > 0.93 && error < 1.2, "\(cell) \(error)")
    }

    @Test("that saturate remember a token through eleven steps of noise", arguments: [Cell.elman, .gru, .lstm])
    func token(cell: Cell) { #expect(Task.copiedToken.error(of: cell) < 0.3) }

    @Test("that only rectify forget the token: what they hold grows or fades")
    func forgottenToken() { #expect(Task.copiedToken.error(of: .relu) > 0.9) }
}
