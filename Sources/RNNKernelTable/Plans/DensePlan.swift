// The plans of linear maps: the head, the common part of the highway, and the lags that belong to one lead.

/// A linear map `outputs = W inputs` (or `+=`), where one input row may be the constant 1, and its place in the arena.
public struct DensePlan: Sendable, Hashable {
    /// Input rows, the constant included.
    public let inputs: Int
    /// Output rows.
    public let outputs: Int
    /// Windows in a minibatch.
    public let batch: Int
    /// `[outputs][inputs]`
    public let weights: Int
    /// `[outputs][inputs]`: gradient of the loss.
    public let gradients: Int
    /// `[inputs]` rows.
    public let input: Int
    /// `[outputs]` rows, with room for 8 more; `backward` reads here the gradient of the loss.
    public let output: Int
    /// `[propagated]` rows for the gradient with respect to the inputs from `firstPropagated` on; may have 8 rows more
    /// written.
    public let inputGradient: Int
    /// The first input row whose gradient is wanted.
    public let firstPropagated: Int
    /// How many input rows' gradients are wanted; 0 for none.
    public let propagated: Int
    /// Whether `forward` adds to what `output` holds.
    public let adding: Bool
    /// Partial sums of the weight gradients.
    public let accumulators: Int

    /// Lays the arrays of a map into an arena; `input` and `inputGradient` belong to others.
    public init(
        inputs: Int, outputs: Int, batch: Int, weights: Int, gradients: Int, input: Int, output: Int,
        inputGradient: Int = 0, firstPropagated: Int = 0, propagated: Int = 0, adding: Bool = false,
        in layout: inout ArenaLayout
    ) {
        precondition(inputs > 0 && outputs > 0 && batch > 0 && batch % 32 == 0)
        self.inputs = inputs
        self.outputs = outputs
        self.batch = batch
        self.weights = weights
        self.gradients = gradients
        self.input = input
        self.output = output
        self.inputGradient = inputGradient
        self.firstPropagated = firstPropagated
        self.propagated = propagated
        self.adding = adding
        accumulators = layout.reserve(max((inputs * outputs + 64) * 16, inputs * batch))
    }
}

/// The lag that only one lead sees: a weight a lead, added to the highway's forecast.
public struct OwnLagPlan: Sendable, Hashable {
    /// Leads.
    public let leads: Int
    /// Own lags of each lead.
    public let count: Int
    /// `[count][leads]` scalars.
    public let weights: Int
    /// `[count][leads]` scalars: gradient.
    public let gradients: Int
    /// `[count][leads]` rows.
    public let lags: Int
    /// `[leads]` rows, added to; `backward` reads here the gradient.
    public let output: Int
    /// Windows in a minibatch.
    public let batch: Int

    /// A plan of own lags.
    public init(leads: Int, count: Int, weights: Int, gradients: Int, lags: Int, output: Int, batch: Int) {
        self.leads = leads
        self.count = count
        self.weights = weights
        self.gradients = gradients
        self.lags = lags
        self.output = output
        self.batch = batch
    }
}
