// Every kernel of every instruction set that this machine has, against the plain loops, on every shape that matters.

import Testing

@testable import RNNForecast
@testable import RNNKernelTable

/// The tables that this machine can run.
private var tables: [KernelTable] {
    Kernels.available.filter { $0.instructionSet != .reference }
}

/// Runs a trial on every set, and on the plain loops once.
private func expectAgreement(_ trial: Trial) {
    let expected = trial.run(with: .reference)
    for table in tables {
        let differences = table.differences(from: expected, on: trial)
        #expect(differences.isEmpty, "\(table.instructionSet), \(trial)")
    }
}

@Suite("Kernels") struct KernelTests {
    @Test("agree with the plain loops for any number of units", arguments: Cell.allCases, 1...33)
    func units(cell: Cell, hidden: Int) { expectAgreement(Trial(cell: cell, hidden: hidden)) }

    @Test("agree for any number of inputs and leads", arguments: Cell.allCases, [1, 2, 3, 4, 5, 7, 8, 9, 17])
    func inputs(cell: Cell, inputs: Int) {
        let knots = Array(Set([0, inputs / 2, inputs - 1])).sorted()
        expectAgreement(Trial(cell: cell, inputs: inputs, hidden: 6, leads: inputs, knots: knots))
    }

    @Test("agree over any number of steps, with readers at every step", arguments: Cell.allCases, [1, 2, 7, 8, 9, 33])
    func steps(cell: Cell, steps: Int) {
        var trial = Trial(cell: cell, hidden: 9, steps: steps, windows: 37)
        for everyStep in [false, true] {
            trial.everyStep = everyStep
            expectAgreement(trial)
        }
    }

    @Test("agree when BPTT is truncated", arguments: Cell.allCases, [1, 2, 8, 9, 16, 17])
    func truncation(cell: Cell, truncation: Int) {
        var trial = Trial(cell: cell, hidden: 4, steps: 17)
        trial.truncation = truncation
        expectAgreement(trial)
    }

    @Test("agree for every lead its own knot, and for ridges of any number of rows", arguments: 1...70)
    func rows(rows: Int) {
        var trial = Trial(cell: .elman, hidden: 3, leads: 3, knots: [0, 1, 2])
        trial.rows = rows
        expectAgreement(trial)
    }

    @Test("a gradient that is not finite touches nothing but its own norm")
    func notFinite() {
        for table in tables + [.reference] {
            var layout = ArenaLayout()
            let places = (0..<4).map { _ in layout.reserve(20) }
            let arena = Arena<Float>(count: layout.count)
            arena.write([Float](repeating: 1, count: 20), at: places[0])
            arena.write([Float](repeating: .infinity, count: 20), at: places[1])
            let plan = AdamWPlan(
                count: 20, parameters: places[0], gradients: places[1], firstMoments: places[2],
                secondMoments: places[3])
            let step = AdamWStep(
                rate: 0.1, decay: 0.1, clip: 1, firstCorrection: 0.1, secondCorrection: 0.001)
            #expect(!table.step(plan, step, in: arena).isFinite)
            #expect(arena.read(places[0]..<(places[0] + 20)) == [Float](repeating: 1, count: 20))
            #expect(arena.read(places[2]..<(places[2] + 20)) == [Float](repeating: 0, count: 20))
        }
    }
}

@Suite("Activations") struct ActivationTests {
    /// 64 steps of 32 windows through one Elman unit that passes its input on.
    private func tanh(of values: [Float], _ table: KernelTable) -> [Float] {
        var layout = ArenaLayout()
        let weights = layout.reserve(3)
        let plan = RecurrentPlan(
            cell: .elman, inputs: 1, hidden: 1, steps: 64, batch: 32, weights: weights, gradients: weights,
            in: &layout)
        let arena = Arena<Float>(count: layout.count)
        arena.write([1, 0, 0], at: weights)
        for step in 0..<64 {
            arena.write(Array(values[(step * 32)..<(step * 32 + 32)]), at: plan.state(step: step, row: 0))
        }
        table.forward(plan, in: arena)
        return (1...64).flatMap { step in
            let row = plan.state(step: step, row: 2)
            return arena.read(row..<(row + 32))
        }
    }

    /// The gradient of the cross-entropy is sigmoid - target.
    private func sigmoid(of values: [Float], _ table: KernelTable) -> [Float] {
        let plan = PointLossPlan(loss: .crossEntropy, rows: 64, outputs: 0, targets: 2_048, batch: 32)
        let arena = Arena<Float>(count: 4_096)
        arena.write(values, at: 0)
        _ = table.loss(plan, in: arena)
        return arena.read(0..<2_048).map { $0 * 2_048 }
    }

    @Test("are as exact as they say, and stay within their bounds", arguments: [0.01, 1, 4, 10, 1e3, 1e30])
    func errors(size: Double) {
        let values = (0..<2_048).map { Float((Double($0) / 1_023.5 - 1) * size) }
        for table in tables {
            for (x, y) in zip(values, tanh(of: values, table)) {
                #expect(abs(Double(y) - Double.tanh(Double(x))) < 4.2e-7 && abs(y) <= 1, "\(table.instructionSet)")
            }
            for (x, y) in zip(values, sigmoid(of: values, table)) {
                let exact = 0.5 + 0.5 * Double.tanh(Double(x) / 2)
                #expect(abs(Double(y) - exact) < 4.2e-7 && (0...1).contains(y), "\(table.instructionSet)")
            }
        }
    }

    @Test("keep NaN, so that a damaged state is noticed")
    func notANumber() {
        let values = [Float](repeating: .nan, count: 2_048)
        for table in tables { #expect(tanh(of: values, table).allSatisfy { $0.isNaN }) }
    }
}

@Suite("Choice of kernels") struct KernelChoiceTests {
    @Test("every set that this machine can run passes its self-check")
    func selfCheck() {
        for table in tables { #expect(table.passesSelfCheck(), "\(table.instructionSet)") }
    }

    @Test("a setting lowers the choice and never raises it")
    func setting() {
        #expect(Kernels.choose(setting: "baseline", among: Kernels.available).table.instructionSet == .baseline)
        #expect(Kernels.choose(setting: "reference", among: Kernels.available).table.instructionSet == .reference)
        let best = Kernels.choose(setting: "v4", among: Kernels.available)
        #expect(best.table.instructionSet == min(.v4, .ofThisMachine))
        #expect(best.notes.isEmpty == (InstructionSet.ofThisMachine >= .v4))
        #expect(Kernels.choose(setting: "v9", among: Kernels.available).notes.count == 1)
    }

    @Test("a set that computes something else is stepped down from, with a note")
    func spoiled() {
        let wrong = KernelTable.reference.spoiled(as: .baseline)
        #expect(!wrong.passesSelfCheck())
        let choice = Kernels.choose(setting: "baseline", among: [wrong] + Kernels.available)
        #expect(choice.table.instructionSet == .baseline)
        #expect(choice.table.passesSelfCheck())
        #expect(choice.notes == ["kernels for baseline differ from the plain loops here: stepping down"])
    }
}

extension KernelTable {
    /// This table with one wrong kernel (a forecast that is a little too small).
    fileprivate func spoiled(as instructionSet: InstructionSet) -> KernelTable {
        let right = unsafe infer
        return unsafe KernelTable(
            instructionSet: instructionSet, gatherRows: gatherRows, copyRows: copyRows,
            forwardRecurrent: forwardRecurrent,
            backwardRecurrent: backwardRecurrent, forwardDense: forwardDense, backwardDense: backwardDense,
            pinballLoss: pinballLoss, pointLossStep: pointLossStep, adamWStep: adamWStep, productOfRows: productOfRows,
            productOfRowsGradient: productOfRowsGradient, forwardTanh: forwardTanh, backwardTanh: backwardTanh,
            forwardGates: forwardGates, backwardGates: backwardGates,
            infer: { plan, floats, bytes, values in
                unsafe right(plan, floats, bytes, values)
                unsafe values[plan.output] *= 0.999
            },
            addMoments: addMoments, ridgeResiduals: ridgeResiduals, solvePositive: solvePositive,
            multiplyAdds: multiplyAdds, operationsPerRound: operationsPerRound)
    }
}
