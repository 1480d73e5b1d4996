// Windows of a series become rows of lanes: lane b of a row is the value of window b.

internal import RNNKernelTable

@inline(never)
func gather(_ plan: GatherPlan, _ origins: UnsafePointer<Int32>, _ memory: UnsafeMutablePointer<Float>) {
    let memory = unsafe Scalars(memory, 0)
    let period = Int32(plan.period)
    let width = plan.batch / lanes
    for group in 0..<width {
        var anchor = V.zero
        var inverse = V.zero
        var here = Origins.zero
        var inPeriod = Origins.zero
        for lane in 0..<lanes {
            let origin = unsafe origins[group &* lanes &+ lane]
            here[lane] = origin
            inPeriod[lane] = origin % period
            anchor[lane] = memory[plan.anchors &+ Int(origin)]
            inverse[lane] = memory[plan.inverseScales &+ Int(origin)]
        }
        for run in plan.runs {
            let places = run.periodic ? inPeriod : here
            for k in 0..<run.count {
                let from = run.channel &+ run.offset &+ k &* run.stride
                var row = V.zero
                for lane in 0..<lanes { row[lane] = memory[from &+ Int(places[lane])] }
                if run.normalised { row = (row - anchor) * inverse }
                let out = unsafe Vectors(memory.base, run.row &+ k &* run.rowStride)
                out[group] = row
            }
        }
    }
}
