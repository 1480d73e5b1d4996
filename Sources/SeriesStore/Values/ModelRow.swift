// A trained candidate and its verdict.

/// A model of a grid: a derived object. Deleting all of them is legal at any time; they are trained again.
public struct ModelRow: Sendable, Hashable {
    /// Its number, from the caller; the N of `elman-N`.
    public var id: Int64
    /// The grid it forecasts.
    public var grid: GridID
    /// `last-value`, `seasonal-naive`, `ridge`, `elman-17`.
    public var name: String
    /// Wall clock at the end of its training.
    public var createdAt: Timestamp
    /// First bin it was fitted on.
    public var dataFrom: Int64
    /// Bin after the last one it was fitted on.
    public var dataTo: Int64
    /// The seed: with the same bins, plan and code it is the same model.
    public var seed: UInt64
    /// Version of the code that trained it.
    public var codeVersion: Int
    /// 1 - RMSE / RMSE of the better baseline on the gate's slice; nil before there is one.
    public var skill: Double?
    /// Errors of candidate, incumbent and baselines, as JSON.
    public var scores: String
    /// Accepted or rejected, and why.
    public var reason: String
    /// The encoded forecaster; nil for a rejected candidate.
    public var bytes: [UInt8]?

    /// All fields; see there.
    public init(
        id: Int64, grid: GridID, name: String, createdAt: Timestamp, dataFrom: Int64, dataTo: Int64, seed: UInt64,
        codeVersion: Int, skill: Double?, scores: String, reason: String, bytes: [UInt8]?
    ) {
        self.id = id
        self.grid = grid
        self.name = name
        self.createdAt = createdAt
        self.dataFrom = dataFrom
        self.dataTo = dataTo
        self.seed = seed
        self.codeVersion = codeVersion
        self.skill = skill
        self.scores = scores
        self.reason = reason
        self.bytes = bytes
    }
}
