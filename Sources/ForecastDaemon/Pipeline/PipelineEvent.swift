// What comes out of the pipeline: rows for the store, in the order in which they were made, and the score of each
// bin for whoever prints or counts it. The pipeline writes nothing itself.

import SeriesStore

/// One thing that a closed bin, a new model or an acceptance brought about.
enum PipelineEvent: Sendable, Hashable {
    /// The fan of a new origin; `sparse`: it is one of those that are kept for `AS OF`, one every half horizon.
    case fan(ServedFan, sparse: Bool)
    /// What is forecast for the next bin: lead 1, or 0 for the anchor.
    case record(RecordEntry)
    /// An alert as it now is, and what just happened to it. Indirect: it is the largest and the rarest.
    indirect case alert(AlertRow, AlertTransition)
    /// The sums of a day that has ended.
    case skill(SkillRow)
    /// A bin with a value, and what had been forecast for it.
    case scored(ScoredBin)
}

/// What happened to an alert.
enum AlertTransition: String, Sendable, Hashable {
    case firing, resolved, accepted
}

/// A bin with a value beside the forecast that had been issued for it at lead 1.
struct ScoredBin: Sendable, Hashable {
    let bin: Int64
    let value: Double
    let expected: Double
    /// 80 % interval.
    let lower: Double
    let upper: Double
    let model: String
    let backfilled: Bool
}
