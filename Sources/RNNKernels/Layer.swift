// One recurrent layer in memory, and the order in which every cell goes back through time.

internal import RNNKernelTable

/// How many vectors of a row of weight gradients are summed before the sums rest: 16 steps of 32 windows at 16 lanes, 4
/// at 8. Measured: more falls out of the first-level cache, less pays too often for loading the sums.
#if V512
    private let chunkVectors = 32
#else
    private let chunkVectors = 16
#endif

/// Calls a cell's function with the vectors of a row: as a constant for the usual minibatch, where that pays.
@inline(always)
func withWidth(of plan: RecurrentPlan, _ body: (_ width: Int) -> Void) {
    if widthIsConstant, plan.batch == 32 {
        body(usualWidth)
    } else {
        body(plan.batch / lanes)
    }
}

/// Where the rows of a layer are.
///
/// `width` is `batch / lanes`. For the usual minibatch of 32 windows the cells' functions are compiled with it as a
/// constant, which makes the address of every row of a tile a constant offset: 3 % of a step.
struct Layer {
    let plan: RecurrentPlan
    /// Vectors a row.
    let width: Int
    let weights: Scalars
    let gradients: Scalars
    let panels: Scalars
    let carried: Vectors
    let stateGradient: Vectors
    private let states: Vectors
    private let allGates: Vectors
    private let outside: Vectors
    private let inputGradients: Vectors

    @inline(always)
    init(_ plan: RecurrentPlan, _ memory: UnsafeMutablePointer<Float>, width: Int) {
        self.plan = plan
        self.width = width
        weights = unsafe Scalars(memory, plan.weights)
        gradients = unsafe Scalars(memory, plan.gradients)
        panels = unsafe Scalars(memory, plan.panels)
        carried = unsafe Vectors(memory, plan.accumulators)
        stateGradient = unsafe Vectors(memory, plan.stateGradient)
        states = unsafe Vectors(memory, plan.states)
        allGates = unsafe Vectors(memory, plan.gates)
        outside = unsafe Vectors(memory, max(plan.stepGradients, 0))
        inputGradients = unsafe Vectors(memory, max(plan.inputGradients, 0))
    }

    /// Vectors from step to step of `states` and of `gates`.
    @inline(always) var stateStride: Int { plan.stateRows &* width }
    @inline(always) var gateStride: Int { plan.gateRows &* width }

    /// [x ; 1 ; h before] of step `t`.
    @inline(always) func state(_ t: Int) -> Vectors { states + t &* stateStride }
    /// h before step `t`, which is h after step `t - 1`.
    @inline(always) func hidden(_ t: Int) -> Vectors { states + (t &* plan.stateRows &+ plan.hiddenRow) &* width }
    /// The gates of step `t`.
    @inline(always) func gates(_ t: Int) -> Vectors { allGates + t &* gateStride }
    /// What a reader of every step says about the state of step `t`.
    @inline(always) func stepGradient(_ t: Int) -> Vectors { outside + t &* plan.hidden &* width }

    /// Goes from the last step to the first that BPTT reaches: `step` turns the gradient at step t into that at t - 1, and
    /// after a chunk of steps `weightGradients` adds their share: the first step of the chunk, how many, and which chunk it is.
    @inline(always)
    func sweep(step: (_ t: Int) -> Void, weightGradients: (_ t: Int, _ steps: Int, _ chunk: Chunk) -> Void) {
        let chunk = max(1, chunkVectors / width)
        var end = plan.steps
        var t = plan.steps &- 1
        while t >= plan.firstStep {
            if t > plan.firstStep { step(t) }
            if t % chunk == 0 || t == plan.firstStep {
                weightGradients(t, end &- t, Chunk(first: end == plan.steps, last: t == plan.firstStep))
                end = t
            }
            t = t &- 1
        }
    }

    /// `dx[t] = Wᵀ z[t]` for the first `gated` rows of gates, if a layer below wants it.
    @inline(never)
    func propagateToInputs(gated: Int) {
        guard plan.inputGradients >= 0 else { return }
        packTransposed(
            weights, stride: plan.stateRows, firstColumn: 0, rows: plan.inputs, columns: gated, into: panels)
        for t in plan.firstStep..<plan.steps {
            multiply(
                .panels(panels, columns: gated), rows: plan.inputs, depth: gated, gates(t), width: width,
                into: inputGradients + t &* plan.inputs &* width)
        }
    }

    /// Adds `dx[t] += Wᵀ z[t]` for a matrix of its own (`[rows][inputs + 1]`) and the gates from `firstGate` on.
    @inline(never)
    func addToInputs(_ matrix: Scalars, rows: Int, firstGate: Int) {
        guard plan.inputGradients >= 0 else { return }
        packTransposed(matrix, stride: plan.inputs &+ 1, firstColumn: 0, rows: plan.inputs, columns: rows, into: panels)
        for t in plan.firstStep..<plan.steps {
            multiply(
                .panels(panels, columns: rows), rows: plan.inputs, depth: rows, gates(t) + firstGate &* width,
                width: width,
                into: inputGradients + t &* plan.inputs &* width, adding: true)
        }
    }
}
