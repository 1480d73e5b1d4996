// How much worse the anchor fits now than it used to: a ratio of two root mean squares.
//
//     rob_i     = max(1.2533 * EWMA_500(min(|s|, 4 rob)), 0.01 G)         robust scale, from rows before i only
//     s_i       = anchor residual, cut to ±4 rob_i
//     rmse      = sqrt(mean of the last 50 s²)
//     baseline  = sqrt(mean of the 4000 s² that end 100 rows ago + (0.02 G)²)
//     ratio     = rmse / baseline                                    G = running range of the values, lagging
//
// The cut keeps a spike of two rows from looking like a change; the lag keeps a change out of what it is compared
// with. The baseline is kept as sums over blocks of 100 rows, never as rows: 40 blocks and the one being filled.
// Nothing is added and subtracted: each ratio sums what it needs (50 + 41 numbers), so rounding cannot pile up.
// While an incident is open (`hold`), rows that leave the lag do not enter the baseline, and the scale stands still.

/// The drift ratio of one series.
struct DriftStatistic: Sendable, Hashable {
    static let window = 50
    static let lag = 100
    static let blockRows = 100
    static let blocksKept = 40
    /// Rows before the first ratio.
    static let warmUp = 300
    static let cut = 4.0
    static let memory = 500.0
    static let toSigma = 1.2533
    static let scaleFloor = 0.01
    static let baselineFloor = 0.02

    /// A sum of squares and how many rows it is of.
    struct Block: Sendable, Hashable {
        var squares: Double = 0
        var rows: Int = 0
    }

    /// Rows in the baseline before the first ratio: a day of them, at least 100. A baseline of one night takes every
    /// morning for a drift: on the public benchmark the alerts of the first 1000 rows fell from 12 to 8. With 5-minute
    /// rows this, and not `warmUp`, sets the first ratio, 56 hours after the first value.
    let leastBaseline: Int
    /// The newest `lag` cut residuals, by position modulo `lag`.
    var ring: [Double] = []
    /// Where the next one goes once the ring is full.
    var next = 0
    var blocks: [Block] = []
    var filling = Block()
    /// EWMA of the cut absolute residuals, before it is turned into a sigma.
    var meanAbsolute = 0.0
    /// Residuals seen, up to `memory`.
    var residuals = 0
    /// Rows seen, up to `warmUp`.
    var rows = 0
    var range = RunningRange()
    /// While an incident is open: rows of the ring that are older than it. They may still enter the baseline.
    var olderThanIncident: Int?
    /// Rows of the open incident that have left the ring.
    var held = Block()

    /// An empty statistic for rows of a step.
    init(stepSeconds: Int64) { leastBaseline = max(100, Int(86_400 / stepSeconds)) }

    /// The rows that the ratio was made of.
    struct Reading: Hashable, Sendable {
        let rmse: Double
        let baseline: Double
        var ratio: Double { baseline > 0 ? rmse / baseline : 0 }
    }

    /// Takes a row, and its residual about the anchor where there is one.
    mutating func add(value: Double, residual: Double?) {
        let scale = robustScale
        if rows < Self.warmUp { rows += 1 }
        range.add(value, frozen: olderThanIncident != nil)
        guard let residual else { return }
        // Before there is a scale everything counts as it is.
        let cut = residuals < 20 ? residual : min(max(residual, -Self.cut * scale), Self.cut * scale)
        if olderThanIncident == nil {
            let a = max(1 / Self.memory, 1 / Double(residuals + 1))
            meanAbsolute += a * (abs(cut) - meanAbsolute)
            if residuals < Int(Self.memory) { residuals += 1 }
        }
        push(cut)
    }

    /// One sigma of the residuals, from the rows so far.
    var robustScale: Double { max(Self.toSigma * meanAbsolute, Self.scaleFloor * range.width) }

    /// The statistic after the newest row; nil until there is enough to compare.
    var reading: Reading? {
        guard rows >= Self.warmUp, ring.count >= Self.window, let baseline else { return nil }
        let newest = newestResiduals(Self.window)
        let meanSquare = newest.reduce(0) { $0 + $1 * $1 } / Double(newest.count)
        return Reading(rmse: meanSquare.squareRoot(), baseline: baseline)
    }

    /// The baseline's root mean square with its floor.
    var baseline: Double? {
        var all = filling
        for block in blocks {
            all.squares += block.squares
            all.rows += block.rows
        }
        guard all.rows >= leastBaseline else { return nil }
        let floor = Self.baselineFloor * range.width
        return (all.squares / Double(all.rows) + floor * floor).squareRoot()
    }

    /// The newest residuals, oldest first; at most `lag`.
    func newestResiduals(_ count: Int) -> [Double] {
        let n = min(count, ring.count)
        let start = ring.count < Self.lag ? ring.count - n : next + Self.lag - n
        return (0..<n).map { ring[(start + $0) % Self.lag] }
    }

    /// An incident has begun `rowsAgo` rows ago (1 = with the newest row).
    mutating func hold(rowsAgo: Int) {
        olderThanIncident = max(0, ring.count - rowsAgo)
        held = Block()
    }

    /// The incident has ended by itself. Its rows join the baseline: what came and went is part of what this series
    /// does, and its weekly return is not to be paged for ever.
    mutating func release() {
        olderThanIncident = nil
        while held.rows > 0 {
            let n = min(held.rows, Self.blockRows)
            let share = held.squares * Double(n) / Double(held.rows)
            enter(Block(squares: share, rows: n))
            held.squares -= share
            held.rows -= n
        }
        held = Block()
    }

    /// The incident is the new normal: the statistic starts anew, with a baseline that is at least what the residuals
    /// about the new profile are, and a range that has moved with the level.
    mutating func adopt(_ new: SeasonProfile.Adoption) {
        olderThanIncident = nil
        held = Block()
        ring = []
        next = 0
        range.adopt(values: new.values, shift: new.shift)
        guard !new.residuals.isEmpty else { return }
        let n = Double(new.residuals.count)
        meanAbsolute = max(meanAbsolute, new.residuals.reduce(0) { $0 + abs($1) } / n)
        let limit = Self.cut * robustScale
        raiseBaseline(to: new.residuals.reduce(0) { $0 + min(abs($1), limit) * min(abs($1), limit) } / n)
    }

    /// After the first rows under the new profile: the baseline is at least what they are.
    mutating func settle() {
        guard !ring.isEmpty else { return }
        raiseBaseline(to: ring.reduce(0) { $0 + $1 * $1 } / Double(ring.count))
    }

    private mutating func raiseBaseline(to meanSquare: Double) {
        func raise(_ block: inout Block) { block.squares = max(block.squares, meanSquare * Double(block.rows)) }
        for k in blocks.indices { raise(&blocks[k]) }
        raise(&filling)
    }

    private mutating func push(_ residual: Double) {
        guard ring.count == Self.lag else {
            // Growing by doubling would end at 128 of them, in thousands of detectors.
            if ring.isEmpty { ring.reserveCapacity(Self.lag) }
            ring.append(residual)
            return
        }
        let leaving = ring[next]
        ring[next] = residual
        next = (next + 1) % Self.lag
        if let older = olderThanIncident {
            if older == 0 {
                held.squares += leaving * leaving
                held.rows += 1
                return
            }
            olderThanIncident = older - 1
        }
        enter(Block(squares: leaving * leaving, rows: 1))
    }

    private mutating func enter(_ block: Block) {
        filling.squares += block.squares
        filling.rows += block.rows
        guard filling.rows >= Self.blockRows else { return }
        if blocks.count == Self.blocksKept { blocks.removeFirst() }
        blocks.append(filling)
        filling = Block()
    }
}
