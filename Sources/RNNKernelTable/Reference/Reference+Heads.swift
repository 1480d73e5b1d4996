// The plain loops between states and forecast: context units and gates (the equations are at their plans).

extension Reference {
    /// Sums become units.
    public static func forwardTanh(_ plan: TanhPlan, _ memory: Memory) {
        let values = unsafe Numbers(memory, plan.values)
        for i in 0..<(plan.rows * plan.batch) { values[i] = Scalar.tanh(values[i]) }
    }

    /// Units become the gradient of their sums.
    public static func backwardTanh(_ plan: TanhPlan, _ memory: Memory) {
        let values = unsafe Numbers(memory, plan.values)
        let gradients = unsafe Numbers(memory, plan.gradients)
        for i in 0..<(plan.rows * plan.batch) { values[i] = gradients[i] * (1 - values[i] * values[i]) }
    }

    /// The highway's forecast, pulled towards each expert by its gate.
    public static func forwardGates(_ plan: GatePlan, _ memory: Memory) {
        let base = unsafe Rows(memory, plan.base, batch: plan.batch)
        let gates = unsafe Rows(memory, plan.gates, batch: plan.batch)
        let experts = unsafe Rows(memory, plan.values, batch: plan.batch)
        let mixed = unsafe Rows(memory, plan.mixed, batch: plan.batch)
        for n in 0..<plan.leads {
            for lane in 0..<plan.batch {
                mixed[n, lane] = base[n, lane]
                for e in 0..<plan.experts {
                    let place = e * plan.leads + n
                    gates[place, lane] = Scalar.tanh(gates[place, lane])
                    mixed[n, lane] += gates[place, lane] * (experts[place, lane] - base[n, lane])
                }
            }
        }
    }

    /// Gates and base become their gradients.
    public static func backwardGates(_ plan: GatePlan, _ memory: Memory) {
        let base = unsafe Rows(memory, plan.base, batch: plan.batch)
        let gates = unsafe Rows(memory, plan.gates, batch: plan.batch)
        let experts = unsafe Rows(memory, plan.values, batch: plan.batch)
        let mixed = unsafe Rows(memory, plan.mixed, batch: plan.batch)
        for n in 0..<plan.leads {
            for lane in 0..<plan.batch {
                let d = mixed[n, lane]
                var rest: Scalar = 1
                for e in 0..<plan.experts {
                    let place = e * plan.leads + n
                    let g = gates[place, lane]
                    rest -= g
                    gates[place, lane] = d * (experts[place, lane] - base[n, lane]) * (1 - g * g)
                }
                base[n, lane] = d * rest
            }
        }
    }
}
