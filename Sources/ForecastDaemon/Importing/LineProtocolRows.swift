// Rows of line protocol: the parser of the ingest socket, with keys instead of a catalogue behind it.
//
// History must say when it was: a line without a timestamp, which the socket would stamp with now, is a problem here.
internal import SeriesStore

/// Reads one file of line protocol in pieces.
struct LineProtocolRows {
    private var ingest: LineIngest
    /// The number that the parser knows a series by is its index here.
    private var keys: [SeriesKey] = []
    private var numbers: [SeriesKey: SeriesID] = [:]

    /// Stands for "no timestamp": no line can carry it, since it is below what 64 bits of any coarser unit reach.
    private static let unstamped = Timestamp.min

    /// - Parameter unit: nanoseconds in a unit of the timestamps: one of `TimestampPrecision`.
    init(unit: Int64) {
        let precision = TimestampPrecision(rawValue: unit) ?? .nanoseconds
        let rules = LineProtocolParser.Rules(precision: precision, maximumLine: ImportReader.longestLine)
        ingest = LineIngest(rules: rules, seed: 0)
    }

    mutating func read(_ bytes: [UInt8], isLast: Bool, into batch: inout ImportBatch) {
        func number(_ key: SeriesKey) -> SeriesResolution {
            if let known = numbers[key] { return .known(known) }
            let new = SeriesID(keys.count)
            keys.append(batch.renamed(key))
            numbers[key] = new
            return .known(new)
        }
        LineScanner.withBytes(of: bytes) {
            ingest.feed($0, now: Self.unstamped, latest: .max, resolve: number)
        }
        if isLast { ingest.finish(now: Self.unstamped, latest: .max, resolve: number) }
        let taken = ingest.take()
        for problem in taken.problems { batch.problem(problem.description) }
        let more = taken.refused - taken.problems.count
        if more > 0 { batch.problem("\(more) more lines or fields were refused", rows: more) }
        let samples = taken.samples
        for index in 0..<samples.count {
            let key = keys[Int(samples.series[index])]
            if samples.timestamps[index] == Self.unstamped {
                batch.problem("\(key) has a line without a timestamp: history must say when it was")
            } else {
                batch.give(key, samples.timestamps[index], samples.values[index])
            }
        }
    }
}
