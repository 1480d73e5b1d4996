// What the file is made of, as `status` shows it.

/// Bytes and counts of a store, forecasts and models counted apart from samples.
public struct StoreSizes: Sendable, Hashable {
    /// Samples in segments and journal.
    public var sampleBytes = 0
    /// Bins of samples that have gone.
    public var tierBytes: Int { tiers.reduce(0) { $0 + $1.bytes } }
    /// The same by tier, finest first.
    public var tiers: [Tier] = []
    /// Record segments, newest and sparse fans, skill.
    public var forecastBytes = 0
    /// Model rows and pipeline states.
    public var modelBytes = 0
    /// Names, alerts, indexes, free pages: all the rest of the file.
    public var overheadBytes = 0
    /// The database file.
    public var fileBytes = 0
    /// The write-ahead log beside it.
    public var logBytes = 0
    /// Pages of the file that hold nothing now.
    public var freeBytes = 0
    /// Series known.
    public var seriesCount = 0
    /// Samples kept, heads included.
    public var sampleCount = 0
    /// Samples not yet in a segment.
    public var headSampleCount = 0
    /// Rows of the journal.
    public var journalRows = 0
    /// Rows of sealed samples.
    public var segmentCount = 0

    /// Time of the oldest sample, about: open ones may be a little older. Nil while there is none.
    public var oldest: Timestamp?
    /// Time of the newest, about.
    public var newest: Timestamp?

    /// Nothing at all.
    public init() {}

    /// Bins of one length.
    public struct Tier: Sendable, Hashable {
        /// Length of a bin.
        public var stepSeconds: Int64
        /// Bytes of segments.
        public var bytes: Int
        /// Time of the oldest bin.
        public var oldest: Timestamp
        /// Time of the newest.
        public var newest: Timestamp

        /// All fields; see there.
        public init(stepSeconds: Int64, bytes: Int, oldest: Timestamp, newest: Timestamp) {
            self.stepSeconds = stepSeconds
            self.bytes = bytes
            self.oldest = oldest
            self.newest = newest
        }
    }
}
