// Windows of a series become rows of lanes: lane b of a row is the value of window b.

internal import RNNKernelTable

@inline(never)
func gather(_ plan: GatherPlan, _ origins: UnsafePointer<Int32>, _ memory: UnsafeMutablePointer<Float>) {
    let memory = unsafe Scalars(memory, 0)
    let width = plan.batch / lanes
    for group in 0..<width {
        var anchor = V.zero
        var inverse = V.zero
        for lane in 0..<lanes {
            let origin = unsafe Int(origins[group &* lanes &+ lane])
            anchor[lane] = memory[plan.anchors &+ origin]
            inverse[lane] = memory[plan.inverseScales &+ origin]
        }
        for run in plan.runs {
            for k in 0..<run.count {
                let from = run.channel &+ run.offset &+ k &* run.stride
                var row = V.zero
                for lane in 0..<lanes {
                    let origin = unsafe Int(origins[group &* lanes &+ lane])
                    row[lane] = memory[from &+ origin]
                }
                if run.normalised { row = (row - anchor) * inverse }
                let out = unsafe Vectors(memory.base, run.row &+ k &* run.rowStride)
                out[group] = row
            }
        }
    }
}
