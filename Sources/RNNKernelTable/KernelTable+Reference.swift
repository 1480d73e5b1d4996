// The plain loops as a table: what every other table is compared with, and the last step of every step-down.

extension KernelTable {
    /// The plain loops as a table.
    public static var reference: KernelTable {
        unsafe KernelTable(
            instructionSet: .reference,
            gatherRows: Reference<Float>.gather,
            copyRows: Reference<Float>.copyRows,
            forwardRecurrent: Reference<Float>.forwardRecurrent,
            backwardRecurrent: Reference<Float>.backwardRecurrent,
            forwardDense: Reference<Float>.forwardDense,
            backwardDense: Reference<Float>.backwardDense,
            pinballLoss: Reference<Float>.pinball,
            pointLossStep: Reference<Float>.pointLoss,
            adamWStep: Reference<Float>.adamW,
            productOfRows: Reference<Float>.forwardOwnLags,
            productOfRowsGradient: Reference<Float>.backwardOwnLags,
            forwardTanh: Reference<Float>.forwardTanh,
            backwardTanh: Reference<Float>.backwardTanh,
            forwardGates: Reference<Float>.forwardGates,
            backwardGates: Reference<Float>.backwardGates,
            infer: Reference<Float>.infer,
            addMoments: Reference<Double>.addMoments,
            ridgeResiduals: Reference<Double>.residuals,
            solvePositive: Reference<Double>.solvePositive,
            multiplyAdds: Reference<Float>.multiplyAdds,
            operationsPerRound: 2)
    }
}
