// The plan of moving rows about: between layers of a stack, and into the reversed reading of a window.

/// Rows copied (or added) step by step: `rows` rows from `from + t * fromStride` to `to + t * toStride`, t = 0 ..< steps.
public struct CopyPlan: Sendable, Hashable {
    /// First scalar read.
    public var from: Int
    /// Scalars from step to step where they are read; negative to read backwards, 0 to repeat.
    public var fromStride: Int
    /// First scalar written.
    public var to: Int
    /// Scalars from step to step where they are written.
    public var toStride: Int
    /// Rows a step.
    public var rows: Int
    /// Steps.
    public var steps: Int
    /// Windows in a minibatch.
    public var batch: Int
    /// Whether to add to what is there.
    public var adding: Bool

    /// A plan of a copy.
    public init(
        from: Int, fromStride: Int = 0, to: Int, toStride: Int = 0, rows: Int, steps: Int = 1, batch: Int,
        adding: Bool = false
    ) {
        self.from = from
        self.fromStride = fromStride
        self.to = to
        self.toStride = toStride
        self.rows = rows
        self.steps = steps
        self.batch = batch
        self.adding = adding
    }
}
