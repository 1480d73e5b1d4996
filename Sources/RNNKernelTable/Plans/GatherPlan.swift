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
        /// Whether the channel repeats itself after `GatherPlan.period` bins, and is read at the origin modulo that.
        public var periodic: Bool

        /// A run of rows.
        public init(
            channel: Int, offset: Int, stride: Int = 1, count: Int, row: Int, rowStride: Int, normalised: Bool,
            periodic: Bool = false
        ) {
            self.channel = channel
            self.offset = offset
            self.stride = stride
            self.count = count
            self.row = row
            self.rowStride = rowStride
            self.normalised = normalised
            self.periodic = periodic
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
    /// Bins after which periodic channels repeat themselves: a day's phases stay in the nearest cache.
    public var period: Int

    /// A plan of runs.
    public init(runs: [Run], anchors: Int, inverseScales: Int, batch: Int, period: Int = 1) {
        self.runs = runs
        self.anchors = anchors
        self.inverseScales = inverseScales
        self.batch = batch
        self.period = period
    }
}
