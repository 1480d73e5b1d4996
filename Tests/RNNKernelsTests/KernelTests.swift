// Every kernel of every instruction set that this machine has, against the plain loops, on every shape that matters.

import RNNKernelTable
import Testing

@testable import RNNForecast

/// The tables that this machine can run.
private var tables: [KernelTable] {
    Kernels.builtIn.filter { $0.instructionSet <= .ofThisMachine && $0.instructionSet != .reference }
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

@Suite("Choice of kernels") struct KernelChoiceTests {
    @Test("every set that this machine can run passes its self-check")
    func selfCheck() {
        for table in tables { #expect(table.passesSelfCheck(), "\(table.instructionSet)") }
    }

    @Test("a setting lowers the choice and never raises it")
    func setting() {
        #expect(Kernels.choose(setting: "baseline", among: Kernels.builtIn).table.instructionSet == .baseline)
        #expect(Kernels.choose(setting: "reference", among: Kernels.builtIn).table.instructionSet == .reference)
        let best = Kernels.choose(setting: "v4", among: Kernels.builtIn)
        #expect(best.table.instructionSet == min(.v4, .ofThisMachine))
        #expect(best.notes.isEmpty == (InstructionSet.ofThisMachine >= .v4))
        #expect(Kernels.choose(setting: "v9", among: Kernels.builtIn).notes.count == 1)
    }

    @Test("a set that computes something else is stepped down from, with a note")
    func spoiled() {
        let wrong = KernelTable.reference.spoiled(as: .baseline)
        #expect(!wrong.passesSelfCheck())
        let choice = Kernels.choose(setting: "baseline", among: [wrong] + Kernels.builtIn)
        #expect(choice.table.instructionSet == .baseline)
        #expect(choice.table.passesSelfCheck())
        #expect(choice.notes == ["kernels for baseline differ from the plain loops here: stepping down"])
    }
}
