// The plan of a single forecast, for which no arena is needed.

/// The forecast of one window: a recurrent layer, units that read a context, heads, and a linear highway.
///
///     h[t] = cell([x[t] ; 1 ; h[t-1]])         u = tanh(C [1 ; context])
///     o    = bias + scale * (Q [h ; u])        Q of whole numbers, a scale for each output
///     base = H common + sum over seasons j of own[j] * lag[j]
///
/// Lanes are hidden units, outputs or leads. Weights are stored by column, so that a column is contiguous; numbers in
/// single precision: the layer `[inputs + 1 + hidden][gateRows]`, C `[1 + context][units]`, bias and scale `[outputs]`, H
/// `[common][leads]`, own `[seasons][leads]`; bytes: Q `[hidden + units][outputs]`. Values are `[steps][inputs]`,
/// `[context]`, `[common]`, `[seasons][leads]` of lags, then scratch, `outputs` and `base`.
///
/// Kernels go over columns in whole vectors: what lies after a block of values is overwritten, and computed later. So all
/// three arrays are `slack` longer than their counts.
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
    /// Outputs of the heads.
    public let outputs: Int
    /// Columns of the highway, its constant included.
    public let common: Int
    /// Leads of the highway.
    public let leads: Int
    /// Own lags of each lead.
    public let seasons: Int

    /// Numbers that each array has beyond its count: two vectors of the widest kind.
    public static let slack = 32

    /// A plan of the inference.
    public init(
        cell: Cell, inputs: Int, hidden: Int, steps: Int, context: Int = 0, units: Int = 0, outputs: Int,
        common: Int = 0, leads: Int = 0, seasons: Int = 0
    ) {
        self.cell = cell
        self.inputs = inputs
        self.hidden = hidden
        self.steps = steps
        self.context = context
        self.units = units
        self.outputs = outputs
        self.common = common
        self.leads = leads
        self.seasons = seasons
    }

    /// Rows of gate pre-activations: the GRU keeps the recurrent part of its n gate apart.
    public var gateRows: Int {
        switch cell {
        case .elman, .relu: hidden
        case .gru, .lstm: 4 * hidden
        }
    }

    /// Where C begins.
    public var unitWeights: Int { (inputs + 1 + hidden) * gateRows }
    /// Where the bias of the heads begins.
    public var bias: Int { unitWeights + (units > 0 ? (1 + context) * units : 0) }
    /// Where the scale of the heads begins.
    public var scale: Int { bias + outputs }
    /// Where H begins.
    public var highway: Int { scale + outputs }
    /// Where the weights of own lags begin.
    public var own: Int { highway + common * leads }
    /// Weights in single precision.
    public var floatCount: Int { own + seasons * leads }
    /// Weights of one byte.
    public var byteCount: Int { (hidden + units) * outputs }

    /// Where the context lies.
    public var contextValues: Int { steps * inputs }
    /// Where the highway's columns lie.
    public var commonValues: Int { contextValues + context }
    /// Where the own lags lie.
    public var lagValues: Int { commonValues + common }
    /// Where the hidden state lies; the units follow it.
    public var state: Int { lagValues + seasons * leads }
    /// Where the units lie.
    public var unitValues: Int { state + hidden }
    /// Where the cell state lies.
    public var cellState: Int { unitValues + units + Self.slack }
    /// Where the gates lie.
    public var gates: Int { cellState + hidden + Self.slack }
    /// Where the outputs lie.
    public var output: Int { gates + gateRows + Self.slack }
    /// Where the highway's forecast lies.
    public var base: Int { output + outputs }
    /// Values in all.
    public var valueCount: Int { base + leads }
}
