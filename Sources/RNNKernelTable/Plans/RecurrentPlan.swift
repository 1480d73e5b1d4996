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
    /// The first step that BPTT reaches: 0, or later if it is truncated.
    public let firstStep: Int
    /// `[parameters]`, columns as the rows of `states`: elman and relu `[hidden][inputs + 1 + hidden]`; lstm
    /// `[4 hidden][inputs + 1 + hidden]`; gru r and z `[2 hidden][inputs + 1 + hidden]`, the recurrent part of n
    /// `[hidden][1 + hidden]`, its input part `[hidden][inputs + 1]`.
    public let weights: Int
    /// `[parameters]`: gradient of the loss, as `weights`.
    public let gradients: Int
    /// `[steps + 1][inputs + 1 + hidden]` rows: x of the step, 1, h before the step.
    public let states: Int
    /// `[steps][gateRows]` rows: activations of the gates, then their pre-activation gradients. The gru has four
    /// blocks: r, z, the recurrent part of n (before the reset gate), n.
    public let gates: Int
    /// lstm: `[steps + 1][hidden]` rows, the cell before each step, then the last.
    public let cellStates: Int
    /// lstm: `[steps][hidden]` rows, tanh of the cell after each step.
    public let cellOutputs: Int
    /// lstm: `[hidden]` rows, gradient with respect to the cell.
    public let cellGradient: Int
    /// `[steps][hidden]` rows of gradients with respect to each step's state, which come from a reader of every step
    /// (a layer above, a head at every step); -1 for none.
    public let stepGradients: Int
    /// `[steps][inputs]` rows for the gradient with respect to x, for a layer below; -1 for none.
    public let inputGradients: Int
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
    /// First weight of the gru's recurrent part of n.
    public var recurrentCandidate: Int { weights + 2 * hidden * stateRows }
    /// First weight of the gru's input part of n.
    public var inputCandidate: Int { recurrentCandidate + hidden * (1 + hidden) }
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

    /// Lays the arrays of a layer into an arena. `weights` and `gradients` lie where the whole network's do; BPTT goes
    /// back `truncation` steps, or all.
    public init(
        cell: Cell, inputs: Int, hidden: Int, steps: Int, batch: Int, weights: Int, gradients: Int,
        stepGradients: Bool = false, inputGradients: Bool = false, truncation: Int? = nil,
        in layout: inout ArenaLayout
    ) {
        precondition(inputs > 0 && hidden > 0 && steps > 0 && batch > 0 && batch % 32 == 0)
        self.cell = cell
        self.inputs = inputs
        self.hidden = hidden
        self.steps = steps
        self.batch = batch
        firstStep = max(0, steps - max(truncation ?? steps, 1))
        self.weights = weights
        self.gradients = gradients
        let parameters = Self.parameterCount(cell, inputs: inputs, hidden: hidden)
        states = layout.reserve((steps + 1) * (inputs + 1 + hidden) * batch)
        gates = layout.reserve(steps * Self.gateRows(cell, hidden) * batch)
        let cellSteps = cell == .lstm ? steps + 1 : 0
        cellStates = layout.reserve(cellSteps * hidden * batch)
        cellOutputs = layout.reserve(cellSteps * hidden * batch)
        cellGradient = layout.reserve(cell == .lstm ? hidden * batch : 0)
        self.stepGradients = stepGradients ? layout.reserve(steps * hidden * batch) : -1
        self.inputGradients = inputGradients ? layout.reserve((steps * inputs + 8) * batch) : -1
        stateGradient = layout.reserve((hidden + 8) * batch)
        panels = layout.reserve(2 * parameters + 64 * (inputs + 1 + hidden) + 64)
        accumulators = layout.reserve((parameters + 64) * 16)
    }
}
