// The plan of a minibatch: which bins of which channel go where.

/// How windows of a series become rows of lanes.
public struct GatherPlan: Sendable {
    /// `count` rows taken from one channel at `offset`, `offset + stride`, … bins from a window's origin.
    public struct Run: Sendable {
        /// Where index 0 of the channel lies in the arena.
        public var channel: Int
        /// Bins from the origin to the first value.
        public var offset: Int
        /// Bins between two values.
        public var stride: Int
        /// How many values.
        public var count: Int
        /// Where the first row goes.
        public var row: Int
        /// Scalars from one row to the next.
        public var rowStride: Int
        /// Whether the value at the origin is subtracted and the result divided by the window's scale.
        public var normalised: Bool

        /// A run of rows.
        public init(
            channel: Int, offset: Int, stride: Int = 1, count: Int, row: Int, rowStride: Int, normalised: Bool
        ) {
            self.channel = channel
            self.offset = offset
            self.stride = stride
            self.count = count
            self.row = row
            self.rowStride = rowStride
            self.normalised = normalised
        }
    }

    /// What is gathered.
    public var runs: [Run]
    /// Channel of the values subtracted from normalised runs.
    public var anchors: Int
    /// Channel of one over the scale of the window that ends at each bin.
    public var inverseScales: Int
    /// Windows in a minibatch.
    public var batch: Int

    /// A plan of runs.
    public init(runs: [Run], anchors: Int, inverseScales: Int, batch: Int) {
        self.runs = runs
        self.anchors = anchors
        self.inverseScales = inverseScales
        self.batch = batch
    }
}
