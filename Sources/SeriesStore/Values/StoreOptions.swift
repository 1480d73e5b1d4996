// How a store behaves. The defaults are those of the configuration (docs/interface.md, `store` and `forecasts`).

/// The options of a store.
public struct StoreOptions: Sendable {
    /// Lines that nobody waits for are committed together for so long.
    public var groupCommit: Duration
    /// Or until they take so many bytes in memory.
    public var groupBytes: Int
    /// No sample stays in the journal longer than this.
    public var flushAge: Duration
    /// SQLite's page cache, over all connections.
    public var cacheBytes: Int
    /// Samples are kept so long, counted back from each series' newest; nil: for ever.
    public var retention: Duration?
    /// The file may hold so many bytes; nil: as many as there are.
    public var maxBytes: Int?
    /// This share of the file system stays free.
    public var keepFree: Double
    /// What holds for some series instead; of rules that match a series, the first one that says something.
    public var rules: [Rule] = []
    /// What is kept of samples when they go: bins of these steps, each for its time. None by default.
    public var tiers: [Tier] = []
    /// How long forecasts are kept.
    public var forecasts = Forecasts()

    /// All options but those of forecasts, with their defaults.
    public init(
        groupCommit: Duration = .seconds(1), groupBytes: Int = 256 << 10, flushAge: Duration = .seconds(3600),
        cacheBytes: Int = 8_000_000, retention: Duration? = .seconds(400 * 86_400),
        maxBytes: Int? = 5_000_000_000, keepFree: Double = 0.1
    ) {
        self.groupCommit = groupCommit
        self.groupBytes = groupBytes
        self.flushAge = flushAge
        self.cacheBytes = cacheBytes
        self.retention = retention
        self.maxBytes = maxBytes
        self.keepFree = keepFree
    }

    /// What is kept of the series that a selector selects.
    public struct Rule: Sendable, Equatable {
        /// Which series.
        public var matches: Selector
        /// Their samples are kept so long, counted back from each series' newest; nil: this rule says nothing of it.
        public var retention: Duration?
        /// All of them together may hold so many bytes, their oldest samples go first; nil: this rule says nothing of it.
        public var maxBytes: Int?

        /// All fields; see there.
        public init(matches: Selector, retention: Duration? = nil, maxBytes: Int? = nil) {
            self.matches = matches
            self.retention = retention
            self.maxBytes = maxBytes
        }
    }

    /// Bins that stay when samples go.
    public struct Tier: Sendable, Equatable {
        /// Length of a bin, below 194 days.
        public var stepSeconds: Int64
        /// Bits of a step: groups of series and steps share a number.
        static let stepBits: Int64 = 24

        /// Bins are kept so long, counted back from each series' newest sample.
        public var keep: Duration

        /// All fields; see there.
        public init(stepSeconds: Int64, keep: Duration) {
            precondition(stepSeconds > 0 && stepSeconds < 1 << Self.stepBits, "a step of a tier fits 24 bits")
            self.stepSeconds = stepSeconds
            self.keep = keep
        }
    }

    /// How long forecasts are kept, and how much room they may take.
    public struct Forecasts: Sendable {
        /// History may take this share of the bytes of the samples, or 64 KB a grid, or 16 MB, whichever is most.
        public var budget = 0.5
        /// Every kept fan for so long,
        public var fine = Duration.seconds(2 * 86_400)
        /// then one every three hours for so long.
        public var coarse = Duration.seconds(30 * 86_400)
        /// The record.
        public var record = Duration.seconds(30 * 86_400)

        /// The defaults.
        public init() {}
    }
}
