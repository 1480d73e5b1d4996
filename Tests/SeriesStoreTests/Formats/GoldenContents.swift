// The samples behind the golden files, written down once more as code, so that a test can say what the bytes must
// give.

@testable import SeriesStore

/// The contents that golden files were made of. A released golden file is never changed; a new version gets its own.
enum GoldenContents {
    static let values: [(name: String, values: [Double])] = [
        ("constant", column(20) { _ in 42.5 }),
        ("decimal", column(40) { Double(($0 * 7) % 23) / 100 }),
        ("decimal with exceptions", column(40) { $0 == 7 ? .infinity : $0 == 9 ? -0.0 : Double($0 * 25) }),
        ("bits", column(24) { Double(bitPattern: UInt64($0 + 1) &* 0x9E37_79B9_7F4A_7C15) }),
        ("distinct", column(60) { [0.123456789012, 7.98765432101, -3.55555555555][$0 % 3] }),
        ("scaled decimal", column(40) { Double($0 * 37 + 11) * 0.001 }),
        ("multiple", column(40) { Double($0 * $0) * 4096 / 137_438_953_472 * 100 }),
        ("clock ratio", column(40) { 100 * ticks($0 * 31 % 47 + 9) / ticks(2000 + $0 % 3) }),
        ("ratio", column(40) { 100 * Double(100 + $0 * 17 % 29) / Double(1999 + $0 % 4) }),
    ]

    /// The difference of two clocks near 300 000 s, so many hundredths of a second apart.
    private static func ticks(_ count: Int) -> Double { Double(30_000_017 + count) / 100 - 300_000.17 }

    private static func column(_ count: Int, _ value: (Int) -> Double) -> [Double] { (0..<count).map(value) }

    private static let start: Int64 = 1_700_000_000_000_000_000

    static let timestamps: [(name: String, timestamps: [Timestamp])] = [
        ("regular", (0..<30).map { start + Int64($0) * 10_000_000_000 }),
        ("jitter", (0..<64).map { start + Int64($0) * 10_000_000_000 + Int64($0 * $0 % 37) * 100_003 }),
        ("extremes", [.min, -1, 0, 1, .max]),
    ]

    static let journal = JournalRow(
        samples: SampleBatch(
            series: [1, 2, 1, 900], timestamps: [5, 5, .max, .min], values: [0.5, -0.0, 1e300, 7]),
        records: [
            RecordEntry(
                grid: 3, bin: 28_333_334, lead: 1, resolution: Resolution(width: 0.64), median: 1234, lower: 17,
                upper: 99, model: "elman-3", backfilled: false),
            RecordEntry(
                grid: 3, bin: 28_333_335, lead: 0, resolution: Resolution(width: 640), median: -5, lower: 0, upper: 255,
                model: "profile", backfilled: true),
        ])

    static let journalRuns = JournalRow(
        samples: SampleBatch(
            series: [1, 1, 1, 1, 2, 2, 900, 900],
            timestamps: [start, start + 10_000_000_000, start + 20_000_000_000, start + 5, start, .max, .min, 7],
            values: [0.5, 0.75, 3, -0.0, 1e300, 41.273, 7, 0.1 + 0.2]))

    /// What the golden segment holds, by series. The last three: a twin and one that is always so far above, whose
    /// payloads end in what stands in the segment already, and a constant one without a payload.
    static let segmentValues: [(series: Int64, values: [Double])] =
        values.enumerated().filter { $0.element.values.count == 40 }.map { (Int64($0.offset), $0.element.values) }
        + [
            (100, values[1].values), (101, values[1].values.map { $0 + 7 }),
            (102, [Double](repeating: -0.0, count: 40)),
        ]

    static func segment() -> [UInt8] {
        var builder = SegmentBuilder(kind: .samples, compressor: Compressor(.quick))
        for (series, values) in segmentValues {
            builder.append(
                series: series, Samples(timestamps: (0..<40).map { $0 * 1_000_000_000 }, values: values))
        }
        return builder.finished()
    }

    /// Five bins of five minutes: a gauge, with a gap of jitter in its times.
    static let tierBins: [TierBin] = {
        var samples = Samples()
        for index in 0..<150 {
            let jitter = Int64(index * index % 7) * 1_000_000
            samples.append(Int64(index) * 10_000_000_000 + jitter, Double(index * 37 % 101) / 10)
        }
        return TierBin.bins(of: samples, stepSeconds: 300)
    }()
}
