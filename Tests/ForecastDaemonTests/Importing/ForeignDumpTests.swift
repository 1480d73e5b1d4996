// Dumps of Prometheus, InfluxDB and RRDtool, as those programs write them, read into the same samples.

import FoundationEssentials
import SeriesStore
import Testing

@testable import ForecastDaemon

/// promtool-2.42.txt and rrdtool-1.7.2.json were written by those programs, as Debian 12 ships them. The text of
/// influx_inspect follows its source (1.6, cmd/influx_inspect/export), since Debian does not ship it.
@Suite("Dumps of other programs") struct ForeignDumpTests {
    private static func fixture(_ name: String) throws -> [UInt8] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/import/\(name)")
        return Array(try Data(contentsOf: path))
    }

    /// Values by time in seconds, by series, however the bytes are cut.
    private static func read(
        _ bytes: [UInt8], piece: Int = .max
    ) -> (samples: [String: [Double: Double]], problems: [ImportProblem]) {
        var reader = ImportReader(ImportOptions(format: .guessed(path: "-", beginning: bytes)))
        var samples: [String: [Double: Double]] = [:]
        var problems: [ImportProblem] = []
        func take(_ batch: ImportBatch) {
            for run in batch.runs {
                for (time, value) in zip(run.timestamps, run.values) {
                    samples[run.key.description, default: [:]][Double(time) / 1e9] = value
                }
            }
            problems += batch.problems
        }
        for start in stride(from: 0, to: bytes.count, by: min(piece, bytes.count)) {
            take(reader.read(Array(bytes[start..<min(start + min(piece, bytes.count), bytes.count)]), isLast: false))
        }
        take(reader.read([], isLast: true))
        return (samples, problems)
    }

    @Test("promtool tsdb dump is read as it is, escapes, counters and NaN", arguments: [Int.max, 7])
    func promtool(piece: Int) throws {
        let (samples, problems) = Self.read(try Self.fixture("promtool-2.42.txt"), piece: piece)
        #expect(problems == [])
        #expect(
            samples["node_load1{instance=web1:9100,job=node}"]
                == [1_700_000_000: 0.21, 1_700_000_015: 0.25, 1_700_000_030: 1e-9])
        #expect(
            samples["http_requests_total{code=200,path=\"/a \\\"b\\\"\\\\c\"}"]
                == [1_700_000_000.5: 1_234_567_890, 1_700_000_015.5: 12_345_678_901_234_568])
        #expect(samples["odd"]?[1_700_000_000]?.isNaN == true)
        #expect(samples["odd"]?[1_700_000_015] == .infinity)
    }

    @Test(
        "rrdtool xport --json is read as it is, unescaped quotes too, unknown steps left out", arguments: [Int.max, 7])
    func rrdtool(piece: Int) throws {
        let (samples, problems) = Self.read(try Self.fixture("rrdtool-1.7.2.json"), piece: piece)
        #expect(problems == [])
        #expect(samples.keys.sorted() == ["eth0 in", "out \"q\""])
        #expect(samples["eth0 in"]?[1_700_000_400] == 4.5)
        #expect(samples["eth0 in"]?.count == 6)
        #expect(samples["out \"q\""]?[1_700_000_700] == 3.3333333333)
        #expect(samples["out \"q\""]?.count == 5)
    }

    @Test("influx_inspect export -lponly is line protocol: floats, integers, booleans, strings skipped")
    func influx() {
        let text = """
            cpu,host=web1 usage_idle=98.5 1700000000000000000
            cpu,host=web1 usage_idle=97.25 1700000010000000000
            disk,host=web1 used=123456789i 1700000000000000000
            disk,host=web1 ok=true 1700000000000000000
            disk,host=web1 label="sda 1" 1700000000000000000

            """
        let (samples, problems) = Self.read(Array(text.utf8))
        #expect(problems == [])
        #expect(samples["cpu_usage_idle{host=web1}"] == [1_700_000_000: 98.5, 1_700_000_010: 97.25])
        #expect(samples["disk_used{host=web1}"] == [1_700_000_000: 123_456_789])
        #expect(samples["disk_ok{host=web1}"] == [1_700_000_000: 1])
        #expect(samples.count == 3)
    }

    @Test("a bad line of promtool is told with its reason and does not stop the rest")
    func badLines() {
        let text = """
            {__name__="a"} 1 1700000000000
            {__name__="a" 2 1700000001000
            {b="c"} 3 1700000002000
            {__name__="h"} {count:3, sum:1} 1700000003000
            {__name__="a"} 5 1700000004000

            """
        let (samples, problems) = Self.read(Array(text.utf8))
        #expect(samples == ["a": [1_700_000_000: 1, 1_700_000_004: 5]])
        #expect(problems.map(\.line) == [2, 3, 4])
    }
}
