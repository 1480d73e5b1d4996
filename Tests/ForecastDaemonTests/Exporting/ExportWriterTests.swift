// Exports read back by our own import, bit by bit, and the forms that a format does not have.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Samples as text") struct ExportWriterTests {
    private static func key(_ name: String, _ labels: [(String, String)] = []) throws -> SeriesKey {
        try SeriesKey(name: name, labels: labels.map { (name: $0.0, value: $0.1) })
    }

    /// What an import makes of an export.
    private static func reread(
        _ bytes: [UInt8], _ format: ImportFormat
    ) -> (samples: [SeriesKey: [Timestamp: UInt64]], problems: [ImportProblem]) {
        var reader = ImportReader(ImportOptions(format: format))
        let batch = reader.read(bytes, isLast: true)
        var samples: [SeriesKey: [Timestamp: UInt64]] = [:]
        for run in batch.runs {
            for (time, value) in zip(run.timestamps, run.values) {
                samples[run.key, default: [:]][time] = value.bitPattern
            }
        }
        return (samples, batch.problems)
    }

    @Test(
        "an import reads back every bit of an export: any finite double, any time",
        arguments: [(ExportFormat.csv, ImportFormat.csv), (.jsonLines, .jsonLines), (.lineProtocol, .lineProtocol)])
    func roundTrip(format: ExportFormat, reading: ImportFormat) throws {
        var random = SplitMix(seed: 42)
        var expected: [SeriesKey: [Timestamp: UInt64]] = [:]
        var writer = ExportWriter(format)
        let keys = [
            try Self.key("plain"), try Self.key("cpu_usage", [("host", "web 1"), ("path", "/a,b=c")]),
            try Self.key("quoted", [("say", "\"hello\", he said"), ("straße", "grün")]),
        ]
        for key in keys {
            // Line protocol's own bound: InfluxDB's least time stands for "none" there.
            var times: [Timestamp] = [.max, 0, -1, -1_000_001, 1_700_000_000_123_456_789, Timestamp.min + 2]
            var values: [Double] = [-0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0.1, 1e16, 123_456.789]
            for _ in 0..<2000 {
                times.append(Timestamp(bitPattern: random.next()))
                let value = Double(bitPattern: random.next())
                values.append(value.isFinite ? value : 1.5)
            }
            writer.write(key, timestamps: times, values: values)
            expected[key] = Dictionary(zip(times, values.map(\.bitPattern))) { $1 }
        }
        let (samples, problems) = Self.reread(writer.take(), reading)
        #expect(problems == [])
        #expect(samples == expected)
        #expect(writer.take() == [])
    }

    @Test("NaN and infinities come back from CSV and JSON lines", arguments: [ExportFormat.csv, .jsonLines])
    func notFinite(format: ExportFormat) throws {
        var writer = ExportWriter(format)
        let key = try Self.key("odd")
        writer.write(key, timestamps: [1, 2, 3], values: [.nan, .infinity, -.infinity])
        let (samples, problems) = Self.reread(writer.bytes, format == .csv ? .csv : .jsonLines)
        #expect(problems == [])
        #expect(samples[key]?.values.map { Double(bitPattern: $0) }.contains { $0.isNaN } == true)
        #expect(samples[key]?[2] == Double.infinity.bitPattern && samples[key]?[3] == (-Double.infinity).bitPattern)
    }

    @Test("line protocol leaves out what is no finite number and says how many in a comment")
    func leftOut() throws {
        var writer = ExportWriter(.lineProtocol)
        writer.write(try Self.key("odd"), timestamps: [1, 2, 3], values: [.nan, 7, .infinity])
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text == "odd value=7.0 2\n# 2 values of odd are no finite numbers and left out\n")
    }

    @Test("JSON lines are those of VictoriaMetrics, with nanoseconds only where milliseconds are not enough")
    func shape() throws {
        var writer = ExportWriter(.jsonLines)
        writer.write(try Self.key("a", [("b", "c")]), timestamps: [1_000_000, 2_000_000], values: [1, 2.5])
        writer.write(try Self.key("a"), timestamps: [1_000_001], values: [1])
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == """
                {"metric":{"__name__":"a","b":"c"},"values":[1,2.5],"timestamps":[1,2]}
                {"metric":{"__name__":"a"},"values":[1],"timestamps":[1],"nanoseconds":[1]}

                """)
    }

    @Test("a name that a format has no form for is known before the first byte")
    func names() throws {
        let backslash = try Self.key("a", [("path", "C:\\")])
        #expect(ExportWriter.canName(backslash, in: .jsonLines))
        #expect(ExportWriter.canName(backslash, in: .csv))
        #expect(!ExportWriter.canName(try Self.key("a", [("path", "C:\\"), ("x", "y")]), in: .lineProtocol))
        #expect(!ExportWriter.canName(try Self.key("#comment"), in: .lineProtocol))
        #expect(!ExportWriter.canName(try Self.key("two\nlines"), in: .csv))
        #expect(ExportWriter.canName(try Self.key("two\nlines"), in: .jsonLines))
    }
}
