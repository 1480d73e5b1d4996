// What a kernel is told: shapes, and where in the arena each array lies.
//
// A plan is plain numbers; the arrays are in the arena. Everywhere a *row* is `batch` scalars, one a window, so that the
// lanes of a vector are windows of the minibatch and every shape of inputs, hidden units and outputs works without
// waste. `batch` is a multiple of 32; a smaller minibatch leaves lanes whose targets are all missing.

/// The recurrent cells. Gates are in PyTorch's order.
public enum Cell: String, Sendable, CaseIterable {
    /// h' = tanh(W x + b + U h)
    case elman
    /// h' = max(0, W x + b + U h)
    case relu
    /// PyTorch's reset-after form, gates r z n.
    case gru
    /// Gates i f g o.
    case lstm
}

/// One recurrent layer, read over `steps` steps, and its place in the arena.
public struct RecurrentPlan: Sendable, Hashable {
    /// The kind of cell.
    public let cell: Cell
    /// Inputs a step.
    public let inputs: Int
    /// Hidden units.
    public let hidden: Int
    /// Steps in a window.
    public let steps: Int
    /// Windows in a minibatch: a multiple of 32.
    public let batch: Int
    /// `[parameters]`: for elman and relu `[hidden][inputs + 1 + hidden]`, columns as the rows of `states`.
    public let weights: Int
    /// `[parameters]`: gradient of the loss, as `weights`.
    public let gradients: Int
    /// `[steps + 1][inputs + 1 + hidden]` rows: x of the step, 1, h before the step.
    public let states: Int
    /// `[steps][gateRows]` rows: activations of the gates, then their pre-activation gradients.
    public let gates: Int
    /// `[hidden]` rows: gradient of the loss with respect to the last state; used up by `backward`.
    public let stateGradient: Int
    /// Weights in the order of the micro-kernels; room for `panelCount`.
    public let panels: Int
    /// Partial sums of the weight gradients; room for `accumulatorCount`.
    public let accumulators: Int

    /// Rows of one step of `states`.
    public var stateRows: Int { inputs + 1 + hidden }
    /// Rows of one step of `gates`; one more than used, so that steps do not share cache sets.
    public var gateRows: Int { Self.gateRows(cell, hidden) }
    /// First row of h in a step of `states`.
    public var hiddenRow: Int { inputs + 1 }
    /// Where row `row` of step `step` of `states` lies.
    public func state(step: Int, row: Int) -> Int { states + (step * stateRows + row) * batch }

    static func gateRows(_ cell: Cell, _ hidden: Int) -> Int {
        switch cell {
        case .elman, .relu: hidden + 1
        case .gru, .lstm: 4 * hidden + 1
        }
    }

    /// Parameters of a layer of this shape.
    public static func parameterCount(_ cell: Cell, inputs: Int, hidden: Int) -> Int {
        switch cell {
        case .elman, .relu: hidden * (inputs + 1 + hidden)
        case .gru: 2 * hidden * (inputs + 1 + hidden) + hidden * (hidden + 1) + hidden * (inputs + 1)
        case .lstm: 4 * hidden * (inputs + 1 + hidden)
        }
    }

    /// Parameters of this layer.
    public var parameterCount: Int { Self.parameterCount(cell, inputs: inputs, hidden: hidden) }

    /// Lays the arrays of a layer into an arena. `weights` and `gradients` lie where the whole network's do.
    public init(
        cell: Cell, inputs: Int, hidden: Int, steps: Int, batch: Int, weights: Int, gradients: Int,
        in layout: inout ArenaLayout
    ) {
        precondition(inputs > 0 && hidden > 0 && steps > 0 && batch > 0 && batch % 32 == 0)
        self.cell = cell
        self.inputs = inputs
        self.hidden = hidden
        self.steps = steps
        self.batch = batch
        self.weights = weights
        self.gradients = gradients
        let parameters = Self.parameterCount(cell, inputs: inputs, hidden: hidden)
        states = layout.reserve((steps + 1) * (inputs + 1 + hidden) * batch)
        gates = layout.reserve(steps * Self.gateRows(cell, hidden) * batch)
        stateGradient = layout.reserve((hidden + 8) * batch)
        panels = layout.reserve(2 * parameters + 64 * (inputs + 1 + hidden) + 64)
        accumulators = layout.reserve((parameters + 64) * 16)
    }
}

/// A linear map `outputs = W inputs`, where one input row may be the constant 1, and its place in the arena.
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
    /// Weights in the order of the micro-kernels.
    public let panels: Int
    /// Partial sums of the weight gradients.
    public let accumulators: Int

    /// Lays the arrays of a map into an arena; `input` and `inputGradient` belong to others.
    public init(
        inputs: Int, outputs: Int, batch: Int, weights: Int, gradients: Int, input: Int, output: Int,
        inputGradient: Int = 0, firstPropagated: Int = 0, propagated: Int = 0, in layout: inout ArenaLayout
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
        panels = layout.reserve((outputs + 16) * inputs + (propagated + 16) * outputs)
        accumulators = layout.reserve((inputs * outputs + 64) * 16)
    }
}

/// How windows of a series become rows of lanes.
public struct GatherPlan: Sendable {
    /// `count` rows taken from one channel at `offset`, `offset + stride`, … bins from a window's origin.
    public struct Run: Sendable {
        /// Where index 0 of the channel lies in the arena.
        public var channel: Int
        /// Bins from the origin to the first value.
        public var offset: Int
        /// Bins between two values.
        public var stride: Int
        /// How many values.
        public var count: Int
        /// Where the first row goes.
        public var row: Int
        /// Scalars from one row to the next.
        public var rowStride: Int
        /// Whether the value at the origin is subtracted and the result divided by the window's scale.
        public var normalised: Bool

        /// A run of rows.
        public init(
            channel: Int, offset: Int, stride: Int = 1, count: Int, row: Int, rowStride: Int, normalised: Bool
        ) {
            self.channel = channel
            self.offset = offset
            self.stride = stride
            self.count = count
            self.row = row
            self.rowStride = rowStride
            self.normalised = normalised
        }
    }

    /// What is gathered.
    public var runs: [Run]
    /// Channel of the values subtracted from normalised runs.
    public var anchors: Int
    /// Channel of one over the scale of the window that ends at each bin.
    public var inverseScales: Int
    /// Windows in a minibatch.
    public var batch: Int

    /// A plan of runs.
    public init(runs: [Run], anchors: Int, inverseScales: Int, batch: Int) {
        self.runs = runs
        self.anchors = anchors
        self.inverseScales = inverseScales
        self.batch = batch
    }
}

/// The pinball loss of seven quantiles at every lead, with the quantile offsets given at knots.
///
///     fan[n][q]  = base[n] + (1 - w) offset[k][q] + w offset[k + 1][q]     n between knots k and k + 1, w its place
///     loss       = sum over n, q of weight[n] max(tau_q e, (tau_q - 1) e),  e = target[n] - fan[n][q]
public struct PinballPlan: Sendable, Hashable {
    /// Leads.
    public let leads: Int
    /// Knots; `leads` of them if every lead has its own offsets.
    public let knots: Int
    /// `[knots]` scalars: lead (from 0) of each knot, ascending, the first 0, the last `leads - 1`.
    public let positions: Int
    /// `[leads]` scalars: weight of each lead.
    public let leadWeights: Int
    /// `[leads]` rows: the highway's forecast; replaced by its gradient.
    public let base: Int
    /// `[knots][7]` rows: quantile offsets; replaced by their gradient.
    public let offsets: Int
    /// `[leads]` rows; NaN where there is no target.
    public let targets: Int
    /// Windows in a minibatch.
    public let batch: Int

    /// A plan of the loss.
    public init(
        leads: Int, knots: Int, positions: Int, leadWeights: Int, base: Int, offsets: Int, targets: Int, batch: Int
    ) {
        self.leads = leads
        self.knots = knots
        self.positions = positions
        self.leadWeights = leadWeights
        self.base = base
        self.offsets = offsets
        self.targets = targets
        self.batch = batch
    }
}

/// The seven quantiles of every fan.
public let quantileLevels: [Double] = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]

/// One step of AdamW with clipping by the global norm (Loshchilov & Hutter 2019; Pascanu et al. 2013).
///
///     g  = gradient * min(1, clip / |gradient|)
///     m  = 0.9 m + 0.1 g          v = 0.999 v + 0.001 g^2
///     p -= rate * decay * p + rate * (m / c1) / (sqrt(v / c2) + 1e-8)
public struct AdamWPlan: Sendable, Hashable {
    /// Parameters; the arrays have room for the next multiple of 16.
    public let count: Int
    /// The parameters.
    public let parameters: Int
    /// The gradient.
    public let gradients: Int
    /// First moments.
    public let firstMoments: Int
    /// Second moments.
    public let secondMoments: Int

    /// A plan of the optimiser.
    public init(count: Int, parameters: Int, gradients: Int, firstMoments: Int, secondMoments: Int) {
        self.count = count
        self.parameters = parameters
        self.gradients = gradients
        self.firstMoments = firstMoments
        self.secondMoments = secondMoments
    }
}

/// The numbers of one AdamW step.
public struct AdamWStep: Sendable, Hashable {
    /// Learning rate of this step.
    public var rate: Float
    /// Weight decay.
    public var decay: Float
    /// Largest norm of the gradient.
    public var clip: Float
    /// 1 - 0.9^step
    public var firstCorrection: Float
    /// 1 - 0.999^step
    public var secondCorrection: Float

    /// The numbers of a step.
    public init(rate: Float, decay: Float, clip: Float, firstCorrection: Float, secondCorrection: Float) {
        self.rate = rate
        self.decay = decay
        self.clip = clip
        self.firstCorrection = firstCorrection
        self.secondCorrection = secondCorrection
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
