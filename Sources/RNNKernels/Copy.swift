// Rows moved about.

internal import RNNKernelTable

@inline(never)
func copyRows(_ plan: CopyPlan, _ memory: UnsafeMutablePointer<Float>) {
    let count = plan.rows &* (plan.batch / lanes)
    for t in 0..<plan.steps {
        let from = unsafe Vectors(memory, plan.from &+ t &* plan.fromStride)
        let to = unsafe Vectors(memory, plan.to &+ t &* plan.toStride)
        if plan.adding {
            for i in 0..<count { to[i] += from[i] }
        } else {
            for i in 0..<count { to[i] = from[i] }
        }
    }
}
