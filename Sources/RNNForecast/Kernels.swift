// The kernels of this process: the best set that this machine can run and that agrees with the plain loops.

internal import RNNKernelTable
internal import RNNKernelsV1
internal import RNNKernelsV3
internal import RNNKernelsV4

/// The kernels of this process, chosen at first use; about a millisecond.
public enum Kernels {
    static let choice = choose(setting: InstructionSet.environmentSetting, among: available)
    static var chosen: KernelTable { choice.table }

    /// The instruction set in use: `v4`, `v3`, `baseline` or `reference`.
    public static var instructionSet: String { chosen.instructionSet.description }

    /// What the choice has to say, for the log: sets that failed their self-check, a setting that was not understood.
    public static var notes: [String] { choice.notes }

    /// The sets that this machine can run, best first, the plain loops last.
    ///
    /// Even the function that makes a set's table is compiled with its CPU flags, so it is not called on a lesser machine.
    static var available: [KernelTable] {
        InstructionSet.allCases.reversed().filter { $0 <= .ofThisMachine }.map { set in
            switch set {
            case .v4: RNNKernelsV4.makeKernels()
            case .v3: RNNKernelsV3.makeKernels()
            case .baseline: RNNKernelsV1.makeKernels()
            case .reference: .reference
            }
        }
    }

    /// The best of `tables` that this machine has, that `setting` allows, and that passes its self-check.
    ///
    /// A setting cannot raise the choice beyond the machine, because the instructions would trap.
    static func choose(
        setting: String?, among tables: [KernelTable]
    ) -> (table: KernelTable, notes: [String]) {
        var notes: [String] = []
        var limit = InstructionSet.ofThisMachine
        if let setting, !setting.isEmpty {
            if let named = InstructionSet(named: setting) {
                if named > limit { notes.append("FORECASTD_ISA=\(setting): this machine has only \(limit)") }
                limit = min(limit, named)
            } else {
                let names = InstructionSet.allCases.map(\.description).joined(separator: ", ")
                notes.append("FORECASTD_ISA=\(setting) is not an instruction set; known are \(names)")
            }
        }
        for table in tables where table.instructionSet <= limit && table.instructionSet > .reference {
            if table.passesSelfCheck() { return (table, notes) }
            notes.append("kernels for \(table.instructionSet) differ from the plain loops here: stepping down")
        }
        return (.reference, notes)
    }
}
