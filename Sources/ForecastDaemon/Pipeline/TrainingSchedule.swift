// When a grid is trained, in event time: at the first bin that lets a better kind of model exist, then every
// 240 new bins, but never twice within 6 hours nor more than 7 days apart, and at once after a drift has ended
// or was accepted. Grids take turns: each has its own phase within the interval, so that five hundred series
// that were born together are not trained together. It only says what is due; who trains, and whether the bins
// wait for it, is the driver's business.

import RNNForecast
import SeriesStore

/// Why a training is due; the later case is the more urgent.
enum TrainingReason: Int, Sendable, Hashable, Comparable {
    /// The interval has passed.
    case periodic = 0
    /// Enough bins for a better kind of model than serves now.
    case rung = 1
    /// A drift was accepted or ended: what serves is fitted to a past that is over.
    case drift = 2
    /// Somebody asked for it.
    case asked = 3

    static func < (left: TrainingReason, right: TrainingReason) -> Bool { left.rawValue < right.rawValue }
}

/// A training that is due, with all that the driver needs to read and to start it.
struct TrainingNeed: Sendable, Hashable {
    let reason: TrainingReason
    /// The bins to fit on, to be read from the store; the newest closed bin is the last.
    let bins: Range<Int64>
    /// Bins of an open incident, to be replaced by NaN.
    let masked: Range<Int64>?
    /// Same bins, plan and seed: same model.
    let seed: UInt64
}

/// The training calendar of one grid.
struct TrainingSchedule: Sendable, Hashable {
    /// Bins between trainings.
    let interval: Int64
    /// Bins after which a training is due however few of them were present.
    let longest: Int64
    private let phase: Int64
    /// Present bins at which the next rung is reached, in rising order; those passed are gone.
    private(set) var rungs: [Int]
    /// The newest bin of the last training, whoever won.
    private(set) var lastBin: Int64?
    private(set) var presentAtLast = 0
    /// How many trainings there were: enters the seed.
    private(set) var trainings: UInt64 = 0
    /// The newest bin with a value.
    private var newestBin: Int64?
    private(set) var due: TrainingReason?

    init(plan: ForecastPlan, grid: GridID, settings: PipelineSettings) {
        let stepSeconds = plan.stepSeconds
        let shortest = (settings.atLeastApartSeconds + stepSeconds - 1) / stepSeconds
        longest = max(1, settings.atMostApartSeconds / stepSeconds)
        interval = max(1, min(max(settings.everyBins, shortest), longest))
        // Multiples of the golden ratio spread any number of consecutive grids evenly over the interval.
        let turn = UInt64(bitPattern: grid) &* 0x9E37_79B9_7F4A_7C15
        phase = Int64(turn.multipliedFullWidth(by: UInt64(interval)).high)
        rungs = [Rung.ridge(plan), Rung.network]
    }

    /// Takes note of a closed bin with a value. Missing bins are not shown to it: a turn that falls into a gap is taken
    /// at its end, whether the bins of the gap were closed one by one or jumped over.
    ///
    /// - Parameters:
    ///   - present: bins with a value so far, this one included.
    ///   - worthwhile: false while all bins are equal: there is nothing to learn yet.
    mutating func close(bin: Int64, present: Int, worthwhile: Bool) {
        let turn = newestBin.map { self.turn(of: $0) != self.turn(of: bin) } ?? false
        newestBin = bin
        guard worthwhile else { return }
        if let rung = rungs.first, present >= rung {
            rungs.removeAll { $0 <= present }
            raise(.rung)
        }
        guard let lastBin, turn else { return }
        let new = present - presentAtLast
        let apart = bin - lastBin
        if apart * 2 >= interval, Int64(new) * 2 >= interval || (apart >= longest && new > 0) { raise(.periodic) }
    }

    /// Turns are counted from 1970; one begins every `interval` bins.
    private func turn(of bin: Int64) -> Int64 {
        let (quotient, remainder) = (bin + phase).quotientAndRemainder(dividingBy: interval)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Makes a training due now.
    mutating func raise(_ reason: TrainingReason) {
        if let due, due >= reason { return }
        due = reason
    }

    /// A training on the bins up to `bin` has ended, whoever won and even if it failed.
    mutating func done(bin: Int64, present: Int) {
        lastBin = bin
        presentAtLast = present
        trainings += 1
        due = nil
    }

    /// The next bin at which a training will be due, as far as can be said now.
    func nextBin(after bin: Int64, present: Int) -> Int64 {
        if due != nil { return bin }
        if let rung = rungs.first { return bin + Int64(max(1, rung - present)) }
        let earliest = max(bin + 1, (lastBin ?? bin) + (interval + 1) / 2)
        let begun = turn(of: earliest) * interval - phase
        return begun == earliest ? earliest : begun + interval
    }

    /// The changing part of the schedule, for a grid's stored state.
    func encode(into w: inout DriftBytesWriter) {
        w.integer(UInt8(rungs.count))
        w.optional(newestBin)
        w.optional(lastBin)
        w.integer(Int64(presentAtLast))
        w.integer(trainings)
        w.optional(due.map { UInt8($0.rawValue) })
    }

    /// Takes over what `encode` wrote.
    mutating func decode(from r: inout DriftBytesReader) throws(DriftStateError) {
        let left = Int(try r.integer(UInt8.self))
        guard left <= rungs.count else { throw .outOfRange(field: "rungs to come") }
        rungs.removeFirst(rungs.count - left)
        newestBin = try r.optional(Int64.self)
        lastBin = try r.optional(Int64.self)
        presentAtLast = Int(try r.integer(Int64.self))
        trainings = try r.integer()
        due = try r.optional(UInt8.self).flatMap { TrainingReason(rawValue: Int($0)) }
    }
}
