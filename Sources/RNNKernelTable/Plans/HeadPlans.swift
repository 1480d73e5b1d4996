// The plans of what stands between states and forecast: units that read a context, and gates of simple forecasts.

/// Rows through tanh and back, in place.
///
///     u = tanh(a)                     da = du (1 - u^2)
public struct TanhPlan: Sendable, Hashable {
    /// `[rows]` rows: sums, then units, then the gradient of the sums.
    public let values: Int
    /// `[rows]` rows: gradient with respect to the units.
    public let gradients: Int
    /// Units.
    public let rows: Int
    /// Windows in a minibatch.
    public let batch: Int

    /// A plan of units.
    public init(values: Int, gradients: Int, rows: Int, batch: Int) {
        self.values = values
        self.gradients = gradients
        self.rows = rows
        self.batch = batch
    }
}

/// Simple forecasts (experts), mixed into the highway's by a gate for each expert and lead.
///
///     g[e][n]     = tanh(gate[e][n])
///     mixed[n]    = base[n] + sum over e of g[e][n] (expert[e][n] - base[n])
///
///     dgate[e][n] = dmixed[n] (expert[e][n] - base[n]) (1 - g[e][n]^2)
///     dbase[n]    = dmixed[n] (1 - sum over e of g[e][n])
public struct GatePlan: Sendable, Hashable {
    /// Leads.
    public let leads: Int
    /// Experts.
    public let experts: Int
    /// `[leads]` rows: the highway's forecast; `backward` replaces it by its gradient.
    public let base: Int
    /// `[experts][leads]` rows: what the head says; then the gates, then their gradient.
    public let gates: Int
    /// `[experts][leads]` rows: what the experts say.
    public let values: Int
    /// `[leads]` rows: the mixed forecast; `backward` reads here its gradient.
    public let mixed: Int
    /// Windows in a minibatch.
    public let batch: Int

    /// A plan of gates.
    public init(leads: Int, experts: Int, base: Int, gates: Int, values: Int, mixed: Int, batch: Int) {
        self.leads = leads
        self.experts = experts
        self.base = base
        self.gates = gates
        self.values = values
        self.mixed = mixed
        self.batch = batch
    }
}
