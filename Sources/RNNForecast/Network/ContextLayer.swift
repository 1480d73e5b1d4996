// The units that read a context, laid out in an arena: one tanh layer, and the columns of the head that read it.

internal import RNNKernelTable

/// `u = tanh(C [context ; 1])`, and `heads += O_u u`.
struct ContextLayer: Sendable {
    /// Where the context lies, `[features]` rows.
    let context: Int
    private let sums: DensePlan
    private let units: TanhPlan
    private let head: DensePlan
    private let constant: Int

    /// Lays out the layer of `shape`; `output` is where its heads lie.
    init(
        _ design: ContextDesign, shape: NetworkShape, batch: Int, weights: Int, gradients: Int, output: Int,
        in layout: inout ArenaLayout
    ) {
        let rows = layout.reserve((design.features + 1) * batch)
        let values = layout.reserve((design.units + 8) * batch)
        let unitGradients = layout.reserve((design.units + 8) * batch)
        context = rows
        constant = rows + design.features * batch
        sums = DensePlan(
            inputs: design.features + 1, outputs: design.units, batch: batch, weights: weights + shape.context,
            gradients: gradients + shape.context, input: rows, output: values, in: &layout)
        units = TanhPlan(values: values, gradients: unitGradients, rows: design.units, batch: batch)
        head = DensePlan(
            inputs: design.units, outputs: shape.outputs, batch: batch, weights: weights + shape.contextHead,
            gradients: gradients + shape.contextHead, input: values, output: output, inputGradient: unitGradients,
            propagated: design.units, adding: true, in: &layout)
    }

    /// Writes the constant row, once.
    func prepare(_ arena: Arena<Float>) { arena.fill(constant..<(constant + sums.batch), with: 1) }

    /// Adds to the heads what the context says.
    func forward(_ kernels: KernelTable, _ arena: Arena<Float>) {
        kernels.forward(sums, in: arena)
        kernels.forward(units, in: arena)
        kernels.forward(head, in: arena)
    }

    /// Goes back from the heads' gradient to the gradients of the layer's parameters.
    func backward(_ kernels: KernelTable, _ arena: Arena<Float>) {
        kernels.backward(head, in: arena)
        kernels.backward(units, in: arena)
        kernels.backward(sums, in: arena)
    }
}
