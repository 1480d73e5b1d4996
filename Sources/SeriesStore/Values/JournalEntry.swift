// What a feeder hands to the writer: everything in one entry becomes durable in one transaction and one fsync, or not
// at all. Samples travel as three parallel columns, because millions of them pass here.

/// Samples of any series in any order. The three columns have one element per sample.
public struct SampleBatch: Sendable, Equatable {
    /// Whose sample it is.
    public var series: [SeriesID]
    /// When it was taken; any `Int64`.
    public var timestamps: [Timestamp]
    /// What was measured; any 64-bit pattern, returned bit for bit.
    public var values: [Double]

    /// How many samples.
    public var count: Int { series.count }
    /// Whether there are none.
    public var isEmpty: Bool { series.isEmpty }

    /// Takes three columns of equal length.
    public init(series: [SeriesID] = [], timestamps: [Timestamp] = [], values: [Double] = []) {
        precondition(series.count == timestamps.count && series.count == values.count, "columns of unequal length")
        self.series = series
        self.timestamps = timestamps
        self.values = values
    }

    /// The samples of some batches, one batch after the other.
    init(joining batches: [SampleBatch]) {
        let filled = batches.filter { !$0.isEmpty }
        self.init()
        if filled.count == 1 {
            self = filled[0]
            return
        }
        reserve(filled.reduce(0) { $0 + $1.count })
        for batch in filled { append(contentsOf: batch) }
    }

    /// Makes room for so many.
    public mutating func reserve(_ count: Int) {
        series.reserveCapacity(count)
        timestamps.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    /// Adds one sample at the end.
    public mutating func append(series: SeriesID, timestamp: Timestamp, value: Double) {
        self.series.append(series)
        timestamps.append(timestamp)
        values.append(value)
    }

    /// Gives the samples of some series to others.
    mutating func redirect(_ targets: [SeriesID: SeriesID]) {
        for index in series.indices {
            if let target = targets[series[index]] { series[index] = target }
        }
    }

    /// Drops the samples of some series.
    mutating func removeAll(of unwanted: Set<SeriesID>) {
        if unwanted.isEmpty { return }
        var kept = SampleBatch()
        for index in series.indices where !unwanted.contains(series[index]) {
            kept.append(series: series[index], timestamp: timestamps[index], value: values[index])
        }
        self = kept
    }

    /// Adds all samples of another batch at the end.
    public mutating func append(contentsOf other: SampleBatch) {
        series.append(contentsOf: other.series)
        timestamps.append(contentsOf: other.timestamps)
        values.append(contentsOf: other.values)
    }
}

/// Whether somebody stands and waits for the fsync.
public enum Urgency: Sendable {
    /// A client waits: commit at once, return when it is durable.
    case waited
    /// Nobody waits: commit with others, within the group-commit time.
    case grouped
    /// As `grouped`, for a client who can be told to come again: while the disk is full, a full queue refuses it.
    case offered
}

/// What is stored together.
public struct JournalEntry: Sendable {
    /// New samples.
    public var samples: SampleBatch
    /// What had been forecast for past bins.
    public var records: [RecordEntry]
    /// Whole forecasts to be kept for `AS OF`.
    public var fans: [FanRow]
    /// Rows of the small tables.
    public var rows: [TableWrite]

    /// All fields; see there.
    public init(
        samples: SampleBatch = SampleBatch(), records: [RecordEntry] = [], fans: [FanRow] = [],
        rows: [TableWrite] = []
    ) {
        self.samples = samples
        self.records = records
        self.fans = fans
        self.rows = rows
    }
}

/// A change of one row of a small table.
public enum TableWrite: Sendable {
    /// The newest forecast of a grid, in place of the one before.
    case latestFan(FanRow)
    /// A candidate and its verdict; a served one has bytes.
    case model(ModelRow)
    /// An alert as it now is; also appended to its history.
    case alert(AlertRow)
    /// The sums of a day so far, in place of what was there.
    case skill(SkillRow)
    /// What the pipeline of a grid must remember, after it has processed the bin `processed`.
    case state(grid: GridID, bytes: [UInt8], processed: Int64)
    /// Changed kind, unit, aggregate, interval or time zone of a known series.
    case series(SeriesInfo)
    /// A mark: a time range to which somebody gave a meaning.
    case mark(MarkRow)
    /// How far a feeder or sink has come.
    case cursor(name: String, position: String)
    /// Forgets all models of a grid; always legal, they are trained again.
    case deleteModels(grid: GridID)
}
