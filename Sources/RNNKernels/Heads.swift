// Between states and forecast: the units that read a context, and the gates of simple forecasts. Equations are at
// `TanhPlan` and `GatePlan`.

internal import RNNKernelTable

@inline(never)
func forwardTanh(_ plan: TanhPlan, _ memory: UnsafeMutablePointer<Float>) {
    let values = unsafe Vectors(memory, plan.values)
    for i in 0..<(plan.rows &* (plan.batch / lanes)) { values[i] = tanh(values[i]) }
}

@inline(never)
func backwardTanh(_ plan: TanhPlan, _ memory: UnsafeMutablePointer<Float>) {
    let values = unsafe Vectors(memory, plan.values)
    let gradients = unsafe Vectors(memory, plan.gradients)
    for i in 0..<(plan.rows &* (plan.batch / lanes)) {
        let u = values[i]
        values[i] = gradients[i] * (all(1) - u * u)
    }
}

@inline(never)
func forwardGates(_ plan: GatePlan, _ memory: UnsafeMutablePointer<Float>) {
    let count = plan.leads &* (plan.batch / lanes)
    let base = unsafe Vectors(memory, plan.base)
    let gates = unsafe Vectors(memory, plan.gates)
    let experts = unsafe Vectors(memory, plan.values)
    let mixed = unsafe Vectors(memory, plan.mixed)
    for i in 0..<count {
        var sum = base[i]
        for e in 0..<plan.experts {
            let place = e &* count &+ i
            let g = tanh(gates[place])
            gates[place] = g
            sum = multiplyAdd(g, experts[place] - base[i], sum)
        }
        mixed[i] = sum
    }
}

@inline(never)
func backwardGates(_ plan: GatePlan, _ memory: UnsafeMutablePointer<Float>) {
    let count = plan.leads &* (plan.batch / lanes)
    let base = unsafe Vectors(memory, plan.base)
    let gates = unsafe Vectors(memory, plan.gates)
    let experts = unsafe Vectors(memory, plan.values)
    let mixed = unsafe Vectors(memory, plan.mixed)
    for i in 0..<count {
        let d = mixed[i]
        var rest = all(1)
        for e in 0..<plan.experts {
            let place = e &* count &+ i
            let g = gates[place]
            rest -= g
            gates[place] = d * (experts[place] - base[i]) * (all(1) - g * g)
        }
        base[i] = d * rest
    }
}
