// The profile's bytes, part of a detector's state (docs/format/drift-state.md).

extension SeasonProfile {
    /// Appends the whole profile: 1.8 KB and four bytes for each row of a day.
    func encode(into w: inout DriftBytesWriter) {
        w.integer(stepSeconds)
        w.optional(origin.map { $0.bitPattern })
        for k in means.indices {
            w.float(means[k])
            w.float(deviations[k])
            w.integer(counts[k])
        }
        w.float(overallMean)
        w.float(overallDeviation)
        w.integer(UInt8((known[0] ? 1 : 0) + (known[1] ? 2 : 0)))
        w.integer(visit)
        w.float(visitMean)
        w.integer(learned)
        w.optional(newest)
        w.optional(heldFrom)
        w.optional(learnAtOnceBefore)
        for x in queue { w.float(x) }
    }

    /// Reads what `encode` wrote.
    init(decoding r: inout DriftBytesReader) throws(DriftStateError) {
        let step = try r.integer(Int64.self)
        guard step > 0, 86_400 / step <= 86_400 else { throw .outOfRange(field: "step") }
        self.init(stepSeconds: step)
        origin = try r.optional(UInt64.self).map { Double(bitPattern: $0) }
        for k in means.indices {
            means[k] = try r.float()
            deviations[k] = try r.float()
            counts[k] = try r.integer()
        }
        overallMean = try r.float()
        overallDeviation = try r.float()
        let kinds = try r.integer(UInt8.self)
        known = [kinds & 1 != 0, kinds & 2 != 0]
        visit = try r.integer()
        visitMean = try r.float()
        learned = try r.integer()
        newest = try r.optional()
        heldFrom = try r.optional()
        learnAtOnceBefore = try r.optional()
        for k in queue.indices { queue[k] = try r.float() }
    }
}
