// The plan of a single forecast, for which no arena is needed.

/// The forecast of one window by a recurrent layer, units that read a context, and a head: lanes are hidden units or
/// outputs.
///
/// Weights are stored by column, so that a column is contiguous: the layer's `[inputs + 1 + hidden][gateRows]`, the
/// head's `[1 + hidden + units][outputs]`, the units' `[1 + context][units]`. Values are the inputs, `[steps][inputs]`
/// and `[context]`, then scratch and the `outputs`.
public struct InferencePlan: Sendable, Hashable {
    /// The kind of cell.
    public let cell: Cell
    /// Inputs a step.
    public let inputs: Int
    /// Hidden units.
    public let hidden: Int
    /// Steps.
    public let steps: Int
    /// Numbers beside the window.
    public let context: Int
    /// Units that read them.
    public let units: Int
    /// Outputs of the head.
    public let outputs: Int

    /// A plan of the inference.
    public init(
        cell: Cell, inputs: Int, hidden: Int, steps: Int, context: Int = 0, units: Int = 0, outputs: Int
    ) {
        self.cell = cell
        self.inputs = inputs
        self.hidden = hidden
        self.steps = steps
        self.context = context
        self.units = units
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
    /// Where the weights of the units begin.
    public var unitWeights: Int { headWeights + (1 + hidden + units) * outputs }
    /// Weights in all.
    public var weightCount: Int { unitWeights + (units > 0 ? (1 + context) * units : 0) }
    /// Where the context lies.
    public var contextValues: Int { steps * inputs }
    /// Where the hidden state lies; the cell state follows, then the gates.
    public var state: Int { contextValues + context }
    /// Where the gates lie.
    public var gates: Int { state + 2 * hidden }
    /// Where the units lie.
    public var unitValues: Int { gates + gateRows }
    /// Where the outputs lie.
    public var output: Int { unitValues + units }
    /// Values in all.
    public var valueCount: Int { output + outputs }
}
