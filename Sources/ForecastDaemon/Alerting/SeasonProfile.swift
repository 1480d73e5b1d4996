// The anchor of drift: what a series usually is at this time of this kind of day.
//
// A forecast that follows the newest values absorbs a level shift after one row, and its residuals say that all is
// well. The profile cannot: a row enters it one day after it closed, and the rows of an open incident do not enter
// at all until somebody, or a day of stable statistics, says that they are the new normal.
//
//     slot      = 15 minutes of local time x {workday, weekend}                            192 means
//     expected  = mean of the slot; the same slot of the other kind of day, its nearest neighbours, or the mean of
//                 all rows where the slot has never been seen; nil before one day of data
//     mean     += a (row - mean),    a = max(0.1, 1 / (rows in the slot + 1))
//     spread    = 1.2816 * 1.2533 * (EWMA of |row - mean|, drawn towards that of all slots)      half of the 80 % band
//
// No trend, no holidays, no second season: it is slow and plain on purpose. Numbers are kept as Float relative to the
// first value, which is exact enough (1e-7 of the distance) and halves the state: under 3 KB a series at 5 minutes.

/// What was expected of a row, and the 80 % interval around it.
struct Expectation: Hashable, Sendable {
    let value: Double
    let lower: Double
    let upper: Double
}

/// A season profile with its queue of rows that are less than a day old.
struct SeasonProfile: Sendable, Hashable {
    static let slotsADay = 96
    /// The least share of a new row: ten rows' memory, three days at 5 minutes.
    static let alpha: Float = 0.1
    /// Half of an 80 % interval in mean absolute deviations of a normal law.
    static let halfWidth = 1.2816 * 1.2533

    let stepSeconds: Int64
    /// Rows in a day, at least 1: the age at which a row is learned.
    let rowsADay: Int
    /// The first value; `means`, `queue` are relative to it.
    var origin: Double?
    /// `[kind][slot]`, workdays first.
    var means: [Float]
    /// Mean absolute deviations, as `means`.
    var deviations: [Float]
    /// Rows learned per slot; stops at 255.
    var counts: [UInt8]
    var overallMean: Float = 0
    var overallDeviation: Float = 0
    /// Whether a workday, a weekend day has been seen, since the last accepted incident.
    var known = [false, false]
    /// The slot that was learned last, and its mean before the first of these rows in a sequence: errors are taken of
    /// it, or the first row of a quarter of an hour would make the others look expected.
    var visit: Int16 = -1
    var visitMean: Float = 0
    /// Rows learned in all; stops at 65 535.
    var learned: UInt16 = 0
    /// Rows that wait, by bin modulo `rowsADay`; NaN where there is none.
    var queue: [Float]
    var newest: Int64?
    /// Rows from this bin on belong to an open incident: they wait, and fall out of the queue unlearned.
    var heldFrom: Int64?
    /// Rows before this bin are learned at once: they follow an accepted change.
    var learnAtOnceBefore: Int64?

    /// An empty profile for rows of a step.
    init(stepSeconds: Int64) {
        precondition(stepSeconds > 0, "rows have a positive step")
        self.stepSeconds = stepSeconds
        rowsADay = max(1, Int(86_400 / stepSeconds))
        means = Array(repeating: 0, count: 2 * Self.slotsADay)
        deviations = means
        counts = Array(repeating: 0, count: 2 * Self.slotsADay)
        queue = Array(repeating: .nan, count: rowsADay)
    }

    // Reading

    /// What is expected of the row of a bin; nil before a day of data. At most a hundred reads.
    func expectation(at bin: Int64, zone: LocalTime) -> Expectation? {
        guard learned > 0, let origin else { return nil }
        let slot = self.slot(of: bin, zone: zone)
        let value = origin + Double(mean(slot))
        let half = Self.halfWidth * Double(deviation(slot))
        return Expectation(value: value, lower: value - half, upper: value + half)
    }

    /// Whether what is expected of a bin is known from days of its own kind, and not borrowed from the other.
    func knowsKind(of bin: Int64, zone: LocalTime) -> Bool { known[slot(of: bin, zone: zone) / Self.slotsADay] }

    /// The rows of the last day that are still in the queue, oldest first.
    func rows(from bin: Int64) -> [(bin: Int64, value: Double)] {
        guard let newest, let origin else { return [] }
        let oldest = max(bin, newest - Int64(rowsADay) + 1)
        guard oldest <= newest else { return [] }
        return (oldest...newest).compactMap { b in
            let x = queue[place(b)]
            return x.isNaN ? nil : (b, origin + Double(x))
        }
    }

    // Learning

    /// Learns what is a day old when the row of `bin` arrives. Must be called before the row's `expectation`.
    mutating func advance(to bin: Int64, zone: LocalTime) {
        guard let newest else { return }
        precondition(bin > newest, "rows come in order of time")
        let day = Int64(rowsADay)
        // The queue holds the bins newest - day + 1 … newest; those up to bin - day are due.
        let oldest = newest - day + 1
        let due = min(newest, bin - day)
        guard due >= oldest else { return }
        for b in oldest...due {
            let x = queue[place(b)]
            queue[place(b)] = .nan
            if !x.isNaN, !isHeld(b) { learn(x, at: b, zone: zone) }
        }
    }

    /// Takes the row of a bin; `advance` has been called for it.
    mutating func append(_ value: Double, at bin: Int64, zone: LocalTime) {
        if origin == nil { origin = value }
        newest = bin
        let x = Float(value - (origin ?? value))
        if let until = learnAtOnceBefore {
            if bin < until {
                learn(x, at: bin, zone: zone)
                queue[place(bin)] = .nan
                return
            }
            learnAtOnceBefore = nil
        }
        queue[place(bin)] = x
    }

    /// Rows from a bin on belong to an incident.
    mutating func hold(from bin: Int64) { heldFrom = bin }

    /// The incident is over by itself, and is not heard of again: its rows before `end` are forgotten.
    mutating func forgetHeld(before end: Int64) {
        defer { heldFrom = nil }
        guard let from = heldFrom, let newest else { return }
        let oldest = max(from, newest - Int64(rowsADay) + 1)
        guard oldest < end, oldest <= newest else { return }
        for b in oldest...min(newest, end - 1) { queue[place(b)] = .nan }
    }

    /// The incident is over by itself, and was one of a kind that comes at this time of the day: its rows before `end`
    /// are learned when they are due, as if their slots had been seen once before.
    mutating func learnHeld(before end: Int64, zone: LocalTime) {
        defer { heldFrom = nil }
        guard let from = heldFrom else { return }
        for row in rows(from: from) where row.bin < end {
            let k = slot(of: row.bin, zone: zone)
            counts[k] = min(counts[k], 1)
        }
    }

    /// The incident is the new normal.
    ///
    /// All means are moved by the median residual of the incident's rows (at most the last day of them), then these
    /// rows are learned as if the profile had seen one row in each slot before; what comes in the first day of the
    /// incident is learned at once. So a new level is known immediately, at all times of all days, and a new shape
    /// after a day. Rows of a kind of day that had never been seen tell of that kind, not of a new level.
    ///
    /// - Returns: what the statistic has to know of it.
    mutating func adopt(from bin: Int64, zone: LocalTime) -> Adoption {
        heldFrom = nil
        // What came before belongs to the old normal: learned now, so that it moves with it.
        for row in rows(from: .min) where row.bin < bin {
            learn(queue[place(row.bin)], at: row.bin, zone: zone)
            queue[place(row.bin)] = .nan
        }
        let rows = rows(from: bin)
        let residuals = rows.compactMap { row -> Double? in
            let slot = self.slot(of: row.bin, zone: zone)
            guard known[slot / Self.slotsADay] else { return nil }
            return expectation(at: row.bin, zone: zone).map { row.value - $0.value }
        }
        let shift = residuals.isEmpty ? 0 : median(residuals)
        for k in means.indices { means[k] += Float(shift) }
        overallMean += Float(shift)
        for k in counts.indices { counts[k] = min(counts[k], 1) }
        known = [false, false]
        for row in rows {
            learn(queue[place(row.bin)], at: row.bin, zone: zone)
            queue[place(row.bin)] = .nan
        }
        learnAtOnceBefore = bin + Int64(rowsADay)
        return Adoption(
            shift: shift, values: rows.map { $0.value },
            residuals: rows.compactMap { row in
                expectation(at: row.bin, zone: zone).map { row.value - $0.value }
            })
    }

    /// A new normal.
    struct Adoption: Hashable, Sendable {
        /// How far the level has moved.
        let shift: Double
        /// The incident's rows of the last day, and their residuals about the new profile.
        let values: [Double]
        let residuals: [Double]
    }

    // Inside

    private func isHeld(_ bin: Int64) -> Bool { heldFrom.map { bin >= $0 } ?? false }

    private func place(_ bin: Int64) -> Int {
        let n = Int64(rowsADay)
        return Int(((bin % n) + n) % n)
    }

    private func slot(of bin: Int64, zone: LocalTime) -> Int {
        let moment = zone.moment(at: bin * stepSeconds)
        let slot = moment.secondOfDay / (86_400 / Self.slotsADay)
        return moment.weekday.isWeekend ? Self.slotsADay + slot : slot
    }

    private mutating func learn(_ x: Float, at bin: Int64, zone: LocalTime) {
        let k = slot(of: bin, zone: zone)
        if learned > 0 {
            if visit != Int16(k) { visitMean = mean(k) }
            let error = abs(x - visitMean)
            let a = max(Self.alpha, 1 / (Float(counts[k]) + 1))
            deviations[k] += a * (error - deviations[k])
            let b = max(0.002, 1 / Float(learned))
            overallDeviation += b * (error - overallDeviation)
        }
        let a = max(Self.alpha, 1 / (Float(counts[k]) + 1))
        means[k] += a * (x - means[k])
        let b = max(0.002, 1 / (Float(learned) + 1))
        overallMean += b * (x - overallMean)
        counts[k] = min(counts[k], 254) + 1
        visit = Int16(k)
        known[k / Self.slotsADay] = true
        learned = min(learned, 65_534) + 1
    }

    private func mean(_ slot: Int) -> Float {
        if counts[slot] > 0 { return means[slot] }
        let other = (slot + Self.slotsADay) % (2 * Self.slotsADay)
        if counts[other] > 0 { return means[other] }
        // Up to two hours away; coarse rows visit only some of the slots.
        let base = slot / Self.slotsADay * Self.slotsADay
        for distance in 1...8 {
            var sum: Float = 0
            var n: Float = 0
            for near in [slot - base - distance, slot - base + distance] {
                let k = (near + Self.slotsADay) % Self.slotsADay
                for candidate in [base + k, (base + k + Self.slotsADay) % (2 * Self.slotsADay)]
                where counts[candidate] > 0 {
                    sum += means[candidate]
                    n += 1
                    break
                }
            }
            if n > 0 { return sum / n }
        }
        return overallMean
    }

    /// The slot's own mean absolute deviation, with that of all slots counting as much as nine rows.
    private func deviation(_ slot: Int) -> Float {
        let n = Float(counts[slot])
        return (n * deviations[slot] + 9 * overallDeviation) / (n + 9)
    }
}

/// The middle of some numbers, which are not empty.
private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle])
}
