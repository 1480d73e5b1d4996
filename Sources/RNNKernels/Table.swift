// The kernels of this instruction set, as a table.

public import RNNKernelTable

/// The functions of this folder, as compiled for this module's instruction set.
public func makeKernels() -> KernelTable {
    #if V512
        let instructionSet = InstructionSet.v4
    #elseif V256
        let instructionSet = InstructionSet.v3
    #else
        let instructionSet = InstructionSet.baseline
    #endif
    return unsafe KernelTable(
        instructionSet: instructionSet,
        gatherRows: gather,
        copyRows: copyRows,
        forwardRecurrent: forward,
        backwardRecurrent: backward,
        forwardDense: forwardDense,
        backwardDense: backwardDense,
        pinballLoss: pinball,
        pointLossStep: pointLoss,
        adamWStep: adamW,
        productOfRows: forwardOwnLags,
        productOfRowsGradient: backwardOwnLags,
        forwardTanh: forwardTanh,
        backwardTanh: backwardTanh,
        forwardGates: forwardGates,
        backwardGates: backwardGates,
        infer: infer,
        addMoments: addMoments,
        ridgeResiduals: ridgeResiduals,
        solvePositive: solvePositive,
        multiplyAdds: multiplyAdds,
        operationsPerRound: operationsPerRound)
}

private func forward(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    switch plan.cell {
    case .elman: unsafe forwardElman(plan, memory)
    case .relu: unsafe forwardReLU(plan, memory)
    case .gru: unsafe forwardGRU(plan, memory)
    case .lstm: unsafe forwardLSTM(plan, memory)
    }
}

private func backward(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>) {
    switch plan.cell {
    case .elman: unsafe backwardElman(plan, memory)
    case .relu: unsafe backwardReLU(plan, memory)
    case .gru: unsafe backwardGRU(plan, memory)
    case .lstm: unsafe backwardLSTM(plan, memory)
    }
}
