// The statistic's bytes, part of a detector's state (docs/format/drift-state.md).

extension DriftStatistic {
    /// Appends the whole statistic: the lag's rows, the blocks and the running numbers; 1.6 KB at most.
    func encode(into w: inout DriftBytesWriter) {
        w.integer(UInt32(ring.count))
        for x in ring { w.double(x) }
        w.integer(UInt32(next))
        w.integer(UInt32(blocks.count))
        for block in blocks + [filling, held] {
            w.double(block.squares)
            w.integer(UInt32(clamping: block.rows))
        }
        w.double(meanAbsolute)
        w.integer(UInt32(residuals))
        w.integer(UInt32(rows))
        w.integer(UInt32(range.old.count))
        for span in range.old + [range.waiting, range.fresh] {
            w.double(span.low)
            w.double(span.high)
        }
        w.integer(UInt32(range.freshRows))
        w.integer(UInt32(range.rows))
        w.optional(olderThanIncident.map { UInt32($0) })
    }

    /// Reads what `encode` wrote.
    init(decoding r: inout DriftBytesReader, stepSeconds: Int64) throws(DriftStateError) {
        self.init(stepSeconds: stepSeconds)
        ring.reserveCapacity(Self.lag)
        for _ in 0..<(try r.count(upTo: Self.lag, "residuals")) { ring.append(try r.double()) }
        next = try r.count(upTo: Self.lag - 1, "position")
        guard next == 0 || ring.count == Self.lag else { throw .outOfRange(field: "position") }
        for _ in 0..<(try r.count(upTo: Self.blocksKept, "blocks")) { blocks.append(try Self.block(from: &r)) }
        filling = try Self.block(from: &r)
        held = try Self.block(from: &r)
        meanAbsolute = try r.double()
        residuals = try r.count(upTo: Int(Self.memory), "rows of the scale")
        rows = try r.count(upTo: Self.warmUp, "rows of the warm-up")
        for _ in 0..<(try r.count(upTo: RunningRange.parts, "parts of the range")) {
            range.old.append(RunningRange.Span(low: try r.double(), high: try r.double()))
        }
        range.waiting = RunningRange.Span(low: try r.double(), high: try r.double())
        range.fresh = RunningRange.Span(low: try r.double(), high: try r.double())
        range.freshRows = try r.count(upTo: RunningRange.lag, "rows of the range")
        range.rows = try r.count(upTo: RunningRange.rowsAPart + RunningRange.lag, "rows of the range")
        olderThanIncident = try r.optional(UInt32.self).map { Int($0) }
    }

    private static func block(from r: inout DriftBytesReader) throws(DriftStateError) -> Block {
        Block(squares: try r.double(), rows: Int(try r.integer(UInt32.self)))
    }
}
