// The shape of a many-to-one network: what it reads, in which steps, and how its parameters lie.
//
//     x[t]     = 4 bins of the window, sine and cosine of the time of day          12 steps (18 with coarse means)
//     h        = the last states of the recurrent layers
//     base[n]  = highway: the ridge's columns, one row of weights a lead
//     heads    = O [1 ; h ; u]         offsets [head leads][7], gates [experts][leads], the logit of an event
//     u        = tanh(C [context ; 1]) if there is a context
//     fan[n,q] = base[n] pulled towards the experts by the gates + offsets at the knots, linear in between
//
// Parameters are one array, in this order: recurrent layers, heads `[outputs][1 + states]`, context `[units][features +
// 1]`, its part of the heads `[outputs][units]`, highway `[leads][width]`, own lags `[seasons][leads]`.

internal import RNNKernelTable

/// Shapes and offsets of a network's parameters.
struct NetworkShape: Sendable, Hashable {
    let stack: StackShape
    let loss: ForecastLoss
    let readout: Readout
    let design: HighwayDesign
    let coarseMeans: Int
    let knots: [Int]
    let contextDesign: ContextDesign?
    /// Simple forecasts that gates mix in: last value, mean of the window, each season's own lag; 0 without gates.
    let experts: Int
    /// Rows of the head that say an event's probability: 1 or 0.
    let events: Int

    /// Bins a step reads.
    static let binsPerStep = 4

    init(plan: ForecastPlan, design: HighwayDesign) {
        precondition(plan.window % Self.binsPerStep == 0 && plan.coarseMeans % Self.binsPerStep == 0)
        stack = StackShape(
            cell: plan.cell, inputs: Self.binsPerStep + 2, hidden: plan.hidden, layers: plan.layers,
            bidirectional: plan.bidirectional)
        loss = plan.loss
        readout = plan.readout
        self.design = design
        coarseMeans = plan.coarseMeans
        knots = plan.headLeads
        contextDesign = ContextDesign(plan: plan, design: design)
        experts = plan.gated ? 2 + design.seasons.count : 0
        events = plan.eventLevel == nil ? 0 : 1
    }

    var inputs: Int { stack.inputs }
    var coarseSteps: Int { coarseMeans / Self.binsPerStep }
    var steps: Int { coarseSteps + design.window / Self.binsPerStep }
    /// Rows of the first head: quantile offsets, or single numbers.
    var offsets: Int { knots.count * loss.outputs }
    /// First row of the gates.
    var gates: Int { offsets }
    /// Row of the event.
    var event: Int { offsets + experts * design.leads }
    /// Rows of all heads.
    var outputs: Int { readout == .last ? event + events : Self.binsPerStep }

    var head: Int { stack.parameterCount }
    var context: Int { head + outputs * (1 + stack.summary) }
    var contextHead: Int { context + (contextDesign.map { $0.units * ($0.features + 1) } ?? 0) }
    var highway: Int { contextHead + (contextDesign.map { outputs * $0.units } ?? 0) }
    var own: Int { readout == .last ? highway + design.leads * design.width : highway }
    var parameterCount: Int { readout == .last ? own + design.seasons.count * design.leads : highway }

    /// Leads whose highway is kept in two bytes a weight: near ones may be forecast to a thousandth of the window's scale.
    static let exactLeads = 192

    /// Bins before the origin that the first step begins at.
    var reach: Int { design.window - 1 + 5 * coarseMeans }

    /// The first origin (index of a bin) that has every input.
    var firstOrigin: Int { max(design.firstOrigin, reach) }

    /// Writes the inputs of a window, `[steps][inputs]`, to the front of `values`; bins before the series repeat its first.
    func writeInputs(of series: PreparedSeries, _ view: WindowView, to values: inout [Float]) {
        let coarse = coarseSteps > 0 ? PreparedSeries.means(series.values, of: 5, centred: false) : []
        for step in 0..<steps {
            let isCoarse = step < coarseSteps
            for k in 0..<Self.binsPerStep {
                let offset = max(offset(step: step, place: k), -view.origin)
                values[step * inputs + k] = Float(view.seen(isCoarse ? coarse : series.values, offset))
            }
            let last = max(offset(step: step, place: Self.binsPerStep - 1) + view.origin, 0)
            let phase = series.phase(last)
            values[step * inputs + Self.binsPerStep] = Float(phase.sin)
            values[step * inputs + Self.binsPerStep + 1] = Float(phase.cos)
        }
    }

    /// Bins from the origin to value `place` of step `step`.
    func offset(step: Int, place: Int) -> Int {
        if step < coarseSteps { return -reach + (step * Self.binsPerStep + place) * 5 + 4 }
        return 1 - design.window + (step - coarseSteps) * Self.binsPerStep + place
    }
}
