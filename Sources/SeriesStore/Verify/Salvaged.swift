// What came of a salvage: how much is in the new file, and how much is not, table by table. What cannot be read cannot always
// be counted; then it is said where it lies.

/// What a salvage saved, and what is gone.
public struct Salvaged: Sendable, Equatable {
    /// One table.
    public struct Table: Sendable, Equatable {
        /// As in docs/format/schema.md.
        public var name: String
        /// Rows in the new file.
        public var rows = 0
        /// Rows that were read and are not what they should be.
        public var refused = 0
        /// Rows that could not be read, at most: so many ids are missing between rows that could.
        public var unreadable = 0
        /// Whether there is a place of which not even that is known.
        public var hasUnknown = false

        /// Whether nothing of it is gone.
        public var isWhole: Bool { refused == 0 && unreadable == 0 && !hasUnknown }
    }

    /// In the order in which they were copied.
    public var tables: [Table] = []
    /// Samples, record entries and bins of tiers in the new file, journal included.
    public var samples = 0
    /// Those that are known to be gone, from the directories and rows of damaged segments.
    public var samplesGone = 0
    /// One sentence for each thing that is gone.
    public var gone: [String] = []

    /// Nothing yet.
    public init() {}

    /// Whether everything went over.
    public var isWhole: Bool { gone.isEmpty && tables.allSatisfy(\.isWhole) }
}
