// The plan of a single forecast, for which no arena is needed.

/// The forecast of one window by a recurrent layer and a head: lanes are hidden units or outputs.
///
/// Weights are stored by column, so that a column is contiguous: `[inputs + 1 + hidden][gates * hidden]`, then the
/// head's `[1 + hidden][outputs]`. Values are `[steps][inputs]`, then scratch and the `outputs`.
public struct InferencePlan: Sendable, Hashable {
    /// The kind of cell.
    public let cell: Cell
    /// Inputs a step.
    public let inputs: Int
    /// Hidden units.
    public let hidden: Int
    /// Steps.
    public let steps: Int
    /// Outputs of the head.
    public let outputs: Int

    /// A plan of the inference.
    public init(cell: Cell, inputs: Int, hidden: Int, steps: Int, outputs: Int) {
        self.cell = cell
        self.inputs = inputs
        self.hidden = hidden
        self.steps = steps
        self.outputs = outputs
    }

    /// Rows of gate pre-activations: the GRU keeps the recurrent part of its n gate apart.
    public var gateRows: Int {
        switch cell {
        case .elman, .relu: hidden
        case .gru, .lstm: 4 * hidden
        }
    }
    /// Where the head's weights begin.
    public var headWeights: Int { (inputs + 1 + hidden) * gateRows }
    /// Weights in all.
    public var weightCount: Int { headWeights + (1 + hidden) * outputs }
    /// Where the hidden state lies; the cell state follows, then the gates.
    public var state: Int { steps * inputs }
    /// Where the gates lie.
    public var gates: Int { state + 2 * hidden }
    /// Where the outputs lie.
    public var output: Int { gates + gateRows }
    /// Values in all.
    public var valueCount: Int { output + outputs }
}
