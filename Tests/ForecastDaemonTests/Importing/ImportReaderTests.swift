// Every format of `import` on small texts: values, problems with their lines, renames and shifts, and any split of the
// bytes.

import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Reading history") struct ImportReaderTests {
    private struct Row: Equatable {
        let series: String, time: Timestamp, value: Double
    }

    private static func rows(_ batch: ImportBatch) -> [Row] {
        batch.runs.flatMap { run in
            zip(run.timestamps, run.values).map { Row(series: run.key.description, time: $0, value: $1) }
        }
    }

    private static func read(_ text: String, _ options: ImportOptions) -> (rows: [Row], problems: [ImportProblem]) {
        var reader = ImportReader(options)
        let batch = reader.read(Array(text.utf8), isLast: true)
        return (rows(batch), batch.problems)
    }

    private static let second: Int64 = 1_000_000_000

    @Test(
        "CSV is read with and without header, in any order of columns",
        arguments: [
            "series,timestamp,value\na,1,2\n", "a,1,2", "value,time,name\n2,1,a\n",
            "series,timestamp,value\r\n\"a\",1970-01-01 00:00:01,2\r\n", "a,1970-01-01T01:00:01+01:00,2.0\n",
        ])
    func csv(text: String) {
        let (rows, problems) = Self.read(text, ImportOptions(format: .csv))
        #expect(problems.isEmpty)
        #expect(rows == [Row(series: "a", time: Self.second, value: 2)])
    }

    @Test("a quoted series keeps its labels, commas and all")
    func quotedSeries() {
        let text = "\"disk{path=\"\"/a,b\"\",host=web1}\",1,2\n"
        let (rows, problems) = Self.read(text, ImportOptions(format: .csv))
        #expect(problems.isEmpty)
        #expect(rows.map(\.series) == ["disk{host=web1,path=\"/a,b\"}"])
    }

    @Test("a CSV without a column for the series takes the name it is given, or asks for one")
    func namedSeries() {
        let (rows, _) = Self.read("timestamp,value\n1,2\n", ImportOptions(format: .csv, series: "x{a=b}"))
        #expect(rows == [Row(series: "x{a=b}", time: Self.second, value: 2)])
        let (_, problems) = Self.read("timestamp,value\n1,2\n", ImportOptions(format: .csv))
        #expect(problems.first?.reason.contains("--series") == true)
    }

    @Test("a bad row is told with its line and does not stop the rest")
    func badRows() {
        let (rows, problems) = Self.read("a,1,2\na,soon,2\na,3,many\na,4\na,5,6\n", ImportOptions(format: .csv))
        #expect(rows.map(\.value) == [2, 6])
        #expect(problems.map(\.line) == [2, 3, 4])
    }

    @Test("VictoriaMetrics' lines are milliseconds; null is a missing sample, NaN and Infinity are values")
    func jsonLines() {
        let text = #"""
            {"metric":{"__name__":"up","job":"node"},"values":[1,null,"Infinity"],"timestamps":[1000,2000,3000],"x":1}
            {"metric":{"job":"node"},"values":[1],"timestamps":[1]}
            {"metric":{"__name__":"up"},"values":[1],"timestamps":[1,2]}
            {"values":[1]
            """#
        let (rows, problems) = Self.read(text, ImportOptions(format: .jsonLines))
        #expect(
            rows == [
                Row(series: "up{job=node}", time: Self.second, value: 1),
                Row(series: "up{job=node}", time: 3 * Self.second, value: .infinity),
            ])
        #expect(problems.map(\.line) == [2, 3, 4])
    }

    @Test("a series file counts from its start by its step")
    func seriesFile() {
        let text = #"{"id":"a{b=c}","step":300,"start":-600,"season":null,"values":[1,null,3]}"#
        let (rows, problems) = Self.read(text, ImportOptions(format: .seriesFile))
        #expect(problems.isEmpty)
        #expect(
            rows == [
                Row(series: "a{b=c}", time: -600 * Self.second, value: 1), Row(series: "a{b=c}", time: 0, value: 3),
            ])
    }

    @Test("line protocol is read with its own grammar; a line without a time is a problem")
    func lineProtocol() {
        let text = "cpu,host=a idle=5,user=2i 7000000000\ncpu,host=a idle=6\nbad\n"
        let (rows, problems) = Self.read(text, ImportOptions(format: .lineProtocol))
        #expect(rows.map(\.series) == ["cpu_idle{host=a}", "cpu_user{host=a}"])
        #expect(rows.map(\.time) == [7 * Self.second, 7 * Self.second])
        #expect(problems.count == 2)
    }

    @Test("the same rows come out however the bytes are split", arguments: ImportFormat.allCases)
    func splits(format: ImportFormat) {
        let text: String =
            switch format {
            case .lineProtocol: "cpu idle=5 1\ncpu idle=6 2\ncpu idle=7 3"
            case .csv: "series,timestamp,value\r\na,1,5\r\na,2,6\r\na,3,7"
            case .jsonLines: #"{"metric":{"__name__":"a"},"values":[5,6,7],"timestamps":[1,2,3]}"#
            case .seriesFile: "{\"id\":\"a\",\"step\":1,\"start\":0,\"values\":[5]}\n\n"
            case .promtool: "{__name__=\"a\", host=\"b\"} 5 1000\n{__name__=\"a\", host=\"b\"} 6 2000\n"
            case .rrdtool: SourceTree.contents(of: SourceTree.root + "/Tests/Fixtures/import/rrdtool-1.7.2.json")
            }
        let bytes = Array(text.utf8)
        let whole = Self.read(text, ImportOptions(format: format)).rows
        #expect(!whole.isEmpty)
        for split in 0...bytes.count {
            var reader = ImportReader(ImportOptions(format: format))
            var rows = Self.rows(reader.read(Array(bytes[..<split]), isLast: false))
            rows += Self.rows(reader.read(Array(bytes[split...]), isLast: true))
            #expect(rows == whole, "split at \(split)")
        }
    }

    @Test("renames keep the labels, shifts move every time")
    func changes() {
        let options = ImportOptions(format: .csv, renames: ["old": "new"], shift: 5)
        let (rows, _) = Self.read("old{a=b},1,2\nother,1,2\n", options)
        #expect(rows.map(\.series) == ["new{a=b}", "other"])
        #expect(rows.map(\.time) == [Self.second + 5, Self.second + 5])
    }

    @Test("options survive the way through a query")
    func query() throws {
        var options = ImportOptions(format: .csv, series: "a{b=c}", shift: -7, unit: 1_000_000)
        try options.rename("x=y")
        #expect(try ImportOptions(query: options.query) == options)
        #expect(throws: ImportProblem.self) { try ImportOptions(query: [(name: "format", value: "xlsx")]) }
    }

    @Test(
        "the format is guessed from the first line",
        arguments: [
            ("a.txt", "{\"metric\":{\"__name__\":\"a\"}}", ImportFormat.jsonLines),
            ("x", "{\"id\":\"a\"}", .seriesFile),
            ("a.csv", "a,1,2", .csv), ("dump", "cpu,host=a idle=5 1", .lineProtocol), ("-", "timestamp,value", .csv),
        ])
    func guess(path: String, line: String, format: ImportFormat) {
        #expect(ImportFormat.guessed(path: path, beginning: Array(line.utf8)) == format)
    }

    @Test("a printed series reads back as itself")
    func printed() throws {
        let key = try SeriesKey(name: "a", labels: [("b", "c d\"e\\f\ng"), ("h", "/i"), ("k", "l,m}")])
        #expect(try seriesKey(printed: key.description) == key)
        #expect(throws: SeriesTextError.self) { try seriesKey(printed: "a{b") }
        #expect(throws: SeriesTextError.self) { try seriesKey(printed: "a{b=\"c}") }
    }

    @Test("a summary knows range, interval and count of every series")
    func summary() {
        var reader = ImportReader(ImportOptions(format: .csv))
        var summary = ImportSummary()
        summary.add(reader.read(Array("a,10,1\na,20,2\nb,5,1\na,30,3\n".utf8), isLast: true))
        #expect(summary.series.map(\.key.description) == ["a", "b"])
        #expect(summary.series[0].intervalSeconds == 10)
        #expect(summary.count == 4)
        #expect(summary.last == 30 * Self.second)
    }
}
