// Losses and gradients of every cell, against PyTorch.

import RNNKernelTable
import Testing

@testable import RNNForecast

/// A file of Fixtures/recurrent, written by make_recurrent.py in double precision.
private struct RecurrentGolden: Decodable {
    let inputs: Int
    let hidden: Int
    let outputs: Int
    let steps: Int
    let windows: Int
    let loss: Double
    let gradients: String
    let headGradients: String
    let inputGradients: String?
}

@Suite("Recurrent cells") struct RecurrentGoldenTests {
    @Test(
        "loss and gradients agree with PyTorch's to a millionth", arguments: Cell.allCases,
        [
            "3-10-5-1-7", "3-10-5-13-33", "4-32-24-48-32", "1-8-2-168-5",
        ])
    func golden(cell: Cell, shape: String) throws {
        let golden: RecurrentGolden = try Fixture.json("recurrent/\(cell.rawValue)-\(shape).json")
        for table in Kernels.available {
            // The plain loops in a debug build are for small shapes.
            if table.instructionSet == .reference, golden.hidden * golden.steps > 500 { continue }
            let step = try MeanSquaredStep(golden, cell: cell, table)
            let name = "\(table.instructionSet) \(cell) \(shape)"
            #expect(abs(step.loss - golden.loss) < 1e-6 * golden.loss, "\(name)")
            #expect(relativeDistance(step.gradients, goldenDoubles(golden.gradients)) < 1e-6, "\(name)")
            #expect(relativeDistance(step.headGradients, goldenDoubles(golden.headGradients)) < 1e-6, "\(name)")
            if let expected = golden.inputGradients {
                #expect(relativeDistance(step.inputGradients, goldenDoubles(expected)) < 1e-6, "\(name)")
            }
        }
    }
}

@Suite("Stacks of layers") struct StackGoldenTests {
    @Test(
        "loss and gradients agree with PyTorch's in both directions and through every layer",
        arguments: Cell.allCases, [(1, true), (2, false), (3, true)])
    func golden(cell: Cell, depth: (layers: Int, bidirectional: Bool)) throws {
        let name = "stack-\(cell.rawValue)-\(depth.layers)-\(depth.bidirectional ? 2 : 1)"
        let golden: RecurrentGolden = try Fixture.json("recurrent/\(name).json")
        let shape = StackShape(
            cell: cell, inputs: golden.inputs, hidden: golden.hidden, layers: depth.layers,
            bidirectional: depth.bidirectional)
        var layout = ArenaLayout()
        let (count, headCount) = (shape.parameterCount, golden.outputs * (1 + shape.summary))
        let (weights, gradients) = (layout.reserve(count), layout.reserve(count))
        let stack = RecurrentStack(
            shape, steps: golden.steps, batch: 32, weights: weights, gradients: gradients, in: &layout)
        let output = layout.reserve((golden.outputs + 8) * 32)
        let head = DensePlan(
            inputs: 1 + shape.summary, outputs: golden.outputs, batch: 32, weights: layout.reserve(headCount),
            gradients: layout.reserve(headCount), input: stack.summary, output: output,
            inputGradient: stack.summaryGradient, firstPropagated: 1, propagated: shape.summary, in: &layout)
        let targets = layout.reserve(golden.outputs * 32)
        let loss = PointLossPlan(
            loss: .meanSquared, rows: golden.outputs, outputs: output, targets: targets, batch: 32)
        for table in Kernels.available {
            let arena = Arena<Float>(count: layout.count)
            var noise = GoldenNoise()
            stack.prepare(arena)
            arena.write(noise(count, times: 0.25).map { Float($0) }, at: weights)
            arena.write(noise(headCount, times: 0.25).map { Float($0) }, at: head.weights)
            for step in 0..<golden.steps {
                for row in 0..<golden.inputs {
                    arena.write(noise(golden.windows).map { Float($0) }, at: stack.input(step: step, row: row))
                }
            }
            arena.fill(targets..<(targets + golden.outputs * 32), with: .nan)
            for row in 0..<golden.outputs {
                arena.write(noise(golden.windows).map { Float($0) }, at: targets + row * 32)
            }
            stack.forward(table, arena)
            table.forward(head, in: arena)
            let mean = Double(table.loss(loss, in: arena))
            table.backward(head, in: arena)
            stack.backward(table, arena)
            let found = arena.read(gradients..<(gradients + count)).map { Double($0) }
            let foundHead = arena.read(head.gradients..<(head.gradients + headCount)).map { Double($0) }
            #expect(abs(mean - golden.loss) < 1e-6 * golden.loss, "\(table.instructionSet) \(name)")
            #expect(relativeDistance(found, goldenDoubles(golden.gradients)) < 1e-6, "\(table.instructionSet) \(name)")
            let headDistance = relativeDistance(foundHead, goldenDoubles(golden.headGradients))
            #expect(headDistance < 1e-6, "\(table.instructionSet) \(name)")
        }
    }
}

/// A step of mean squared error, as the script does it.
private struct MeanSquaredStep {
    let loss: Double
    let gradients: [Double]
    let headGradients: [Double]
    let inputGradients: [Double]

    init(_ golden: RecurrentGolden, cell: Cell, _ table: KernelTable) throws {
        var noise = GoldenNoise()
        let batch = (golden.windows + 31) / 32 * 32
        var layout = ArenaLayout()
        let count = RecurrentPlan.parameterCount(cell, inputs: golden.inputs, hidden: golden.hidden)
        let headCount = golden.outputs * (1 + golden.hidden)
        let weights = layout.reserve(count)
        let gradients = layout.reserve(count)
        let headWeights = layout.reserve(headCount)
        let headGradients = layout.reserve(headCount)
        let plan = RecurrentPlan(
            cell: cell, inputs: golden.inputs, hidden: golden.hidden, steps: golden.steps, batch: batch,
            weights: weights, gradients: gradients, inputGradients: true, in: &layout)
        let output = layout.reserve((golden.outputs + 8) * batch)
        let head = DensePlan(
            inputs: 1 + golden.hidden, outputs: golden.outputs, batch: batch, weights: headWeights,
            gradients: headGradients, input: plan.state(step: golden.steps, row: golden.inputs), output: output,
            inputGradient: plan.stateGradient, firstPropagated: 1, propagated: golden.hidden, in: &layout)
        let arena = Arena<Float>(count: layout.count)
        arena.write(noise(count, times: 0.25).map { Float($0) }, at: weights)
        arena.write(noise(headCount, times: 0.25).map { Float($0) }, at: headWeights)
        for step in 0...golden.steps {
            let one = plan.state(step: step, row: golden.inputs)
            arena.fill(one..<(one + batch), with: 1)
            guard step < golden.steps else { continue }
            for input in 0..<golden.inputs {
                arena.write(noise(golden.windows).map { Float($0) }, at: plan.state(step: step, row: input))
            }
        }
        let targets = (0..<golden.outputs).map { _ in noise(golden.windows) }
        table.forward(plan, in: arena)
        table.forward(head, in: arena)
        var total = 0.0
        let scale = 1 / Double(golden.outputs * golden.windows)
        for row in 0..<golden.outputs {
            for lane in 0..<batch {
                let place = output + row * batch + lane
                let error = lane < golden.windows ? Double(arena[place]) - targets[row][lane] : 0
                total += error * error * scale
                arena[place] = Float(2 * error * scale)
            }
        }
        table.backward(head, in: arena)
        table.backward(plan, in: arena)
        loss = total
        self.gradients = arena.read(gradients..<(gradients + count)).map { Double($0) }
        self.headGradients = arena.read(headGradients..<(headGradients + headCount)).map { Double($0) }
        var dx: [Double] = []
        for row in 0..<(golden.steps * golden.inputs) {
            let start = plan.inputGradients + row * batch
            dx += arena.read(start..<(start + golden.windows)).map { Double($0) }
        }
        inputGradients = dx
    }
}
