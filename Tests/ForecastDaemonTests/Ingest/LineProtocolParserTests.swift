// The grammar of line protocol, line by line: what a good one yields, where and why a bad one is refused, and that
// bytes that are no lines at all end in errors only.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Line protocol") struct LineProtocolParserTests {
    private typealias Point = LineRecorder.Point

    @Test(
        "a well-formed line yields its points",
        arguments: [
            ("cpu,host=a usage=1.5 7", [Point(series: "cpu_usage{host=a}", timestamp: 7, value: 1.5)]),
            ("m value=1i 7", [Point(series: "m", timestamp: 7, value: 1)]),
            ("m a=1,b=-2u,c=3i -7", []),
            (
                "m a=1,b=2u,c=-3i -7",
                [
                    Point(series: "m_a", timestamp: -7, value: 1), Point(series: "m_b", timestamp: -7, value: 2),
                    Point(series: "m_c", timestamp: -7, value: -3),
                ]
            ),
            ("m value=t", [Point(series: "m", timestamp: 42, value: 1)]),
            ("m value=FALSE", [Point(series: "m", timestamp: 42, value: 0)]),
            ("m value=1\r", [Point(series: "m", timestamp: 42, value: 1)]),
            ("m value=1 9\r", [Point(series: "m", timestamp: 9, value: 1)]),
            ("  m   value=1   9  ", [Point(series: "m", timestamp: 9, value: 1)]),
            ("m s=\"a b,c=d\\\"e\",value=2", [Point(series: "m", timestamp: 42, value: 2)]),
            (
                "m\\ n\\,o,t\\ a\\=g=v\\,\\ w f\\ \\=\\,=3",
                [
                    Point(series: "m n,o_f =,{t a=g=\"v, w\"}", timestamp: 42, value: 3)
                ]
            ),
            ("back\\slash value=1", [Point(series: "back\\slash", timestamp: 42, value: 1)]),
            ("a=b value=1", [Point(series: "a=b", timestamp: 42, value: 1)]),
            ("m value=.5", [Point(series: "m", timestamp: 42, value: 0.5)]),
            ("m value=5.", [Point(series: "m", timestamp: 42, value: 5)]),
            ("m value=+5e-1", [Point(series: "m", timestamp: 42, value: 0.5)]),
            ("m value=-0", [Point(series: "m", timestamp: 42, value: -0.0)]),
            ("µ,ü=ö value=1", [Point(series: "µ{ü=\"ö\"}", timestamp: 42, value: 1)]),
            ("# a comment", []), ("", []), ("   ", []), ("\t\r", []),
        ])
    func points(line: String, expected: [LineRecorder.Point]) {
        for pieces in [Int.max, 1, 3, 7] {
            let result = LineRecorder.parsed(line + "\n", pieces: pieces)
            #expect(result.points == expected, "\(result.errors)")
            #expect(result.points.map(\.value.bitPattern) == expected.map(\.value.bitPattern))
        }
        #expect(LineRecorder.parsed(line).points == expected, "without a newline at the end")
    }

    @Test(
        "a refused line says where and why",
        arguments: [
            ("cpu", "line 1, column 4: missing fields (a line is measurement,tag=value field=number timestamp)"),
            (
                "cpu,host=a  ",
                "line 1, column 11: missing fields (a line is measurement,tag=value field=number timestamp)"
            ),
            (",host=a v=1", "line 1, column 1: missing measurement"),
            ("cpu,=a v=1", "line 1, column 5: missing tag key"),
            ("cpu,host= v=1", "line 1, column 5: missing tag value `host=`"),
            ("cpu,host v=1", "line 1, column 5: invalid tag format `host`"),
            ("cpu,a=1,a=2 v=1", "line 1, column 9: doubled tag `a=2`"),
            ("cpu,__name__=x v=1", "line 1, column 5: reserved tag `__name__=x`"),
            ("cpu,a=1=2 v=1", "line 1, column 5: invalid tag format"),
            ("cpu =1", "line 1, column 5: missing field key"),
            ("cpu v=", "line 1, column 7: missing field value"),
            ("cpu v=,w=1", "line 1, column 7: missing field value"),
            ("cpu 12 1700000000", "line 1, column 5: invalid field format `12` (name the field: value=12)"),
            ("cpu v=1,5", "line 1, column 9: invalid field format `5` (a decimal comma? write a point)"),
            ("cpu v=1, 5", "line 1, column 9: missing field key"),
            ("cpu v=12abc", "line 1, column 7: invalid number `12abc`"),
            ("cpu v=1.2.3", "line 1, column 7: invalid number `1.2.3`"),
            ("cpu v=0x1F", "line 1, column 7: invalid number `0x1F` (hexadecimal is not read)"),
            ("cpu v=1.5i", "line 1, column 7: invalid number `1.5i`"),
            ("cpu v=-1u", "line 1, column 7: invalid number `-1u`"),
            ("cpu v=1e", "line 1, column 7: invalid number `1e`"),
            ("cpu v=-", "line 1, column 7: invalid number `-`"),
            ("cpu v=1e999", "line 1, column 7: number out of range `1e999`"),
            ("cpu v=9223372036854775808i", "line 1, column 7: number out of range `9223372036854775808i`"),
            ("cpu v=NaN", "line 1, column 7: not a finite number `NaN` (leave the field out"),
            ("cpu v=-inf", "line 1, column 7: not a finite number `-inf`"),
            ("cpu v=on", "line 1, column 7: invalid number `on` (true or false was meant?)"),
            ("cpu v=trueish", "line 1, column 7: invalid boolean `trueish`"),
            ("cpu v='a'", "line 1, column 7: invalid number `'a'` (a string stands in double quotes)"),
            ("cpu v=\"a", "line 1, column 7: unbalanced quotes `\"a`"),
            ("cpu v=\"a\"b", "line 1, column 7: unbalanced quotes"),
            (
                "cpu v=1 2026-11-24T00:00:00Z",
                "line 1, column 9: bad timestamp `2026-11-24T00:00:00Z` (nanoseconds since 1970, not a date)"
            ),
            ("cpu v=1 1.5", "line 1, column 9: bad timestamp `1.5` (whole nanoseconds"),
            ("cpu v=1 12 13", "line 1, column 9: bad timestamp `12 13`"),
            ("cpu v=1 w=2", "line 1, column 9: bad timestamp `w=2` (fields are separated by commas"),
            ("cpu v=1 99999999999999999999", "line 1, column 9: timestamp out of range"),
            ("cpu v=1 9223372036854775808", "line 1, column 9: timestamp out of range"),
            ("cpu,a=\u{1}b v=1", "line 1, column 7: control character `\\x01`"),
            ("cpu,host= v=oops", "line 1, column 5: missing tag value `host=`"),
            ("POST /write HTTP/1.1", "line 1, column 6: invalid field format `/write` (HTTP? this is"),
            ("cpu v=9007199254740993i", "line 1, column 7: integer that no double holds exactly `9007199254740993i`"),
        ])
    func refusal(line: String, sentence: String) {
        for pieces in [Int.max, 1, 5] {
            let result = LineRecorder.parsed(line + "\nnext value=1\n", pieces: pieces)
            #expect(result.errors.count == 1)
            #expect(result.errors.first?.description.hasPrefix(sentence) == true, "\(result.errors)")
            #expect(result.points.map(\.series) == ["next"])
        }
    }

    @Test("bytes that are not UTF-8 refuse the line, in the measurement, a tag or a field name")
    func invalidUTF8() {
        for line in [[0xFF, 0x20], [0x6D, 0x2C, 0x61, 0x3D, 0xC3, 0x20], [0x6D, 0x20, 0xE2, 0x82]] as [[UInt8]] {
            let result = LineRecorder.parsed(line + Array("v=1\nm value=1\n".utf8))
            #expect(result.errors.map(\.reason) == [.invalidUTF8])
            #expect(result.points.map(\.series) == ["m"])
        }
    }

    @Test("an integer that no double holds refuses its field, not its line")
    func inexact() {
        let result = LineRecorder.parsed("m a=1i,b=9007199254740993i,c=18446744073709549568u,d=18446744073709551615u\n")
        #expect(result.points.map(\.series) == ["m_a", "m_c"])
        #expect(result.errors.map(\.column) == [10, 54])
        #expect(result.errors.allSatisfy { $0.reason == .integerNotExact })
    }

    @Test("lines are counted over pieces, comments, blank and refused lines")
    func lineNumbers() {
        let text = "# one\n\nm value=1\nbad\r\nm value=2\nworse line\n"
        for pieces in [Int.max, 1, 2, 9] {
            let result = LineRecorder.parsed(text, pieces: pieces)
            #expect(result.errors.map(\.line) == [4, 6])
            #expect(result.points.count == 2)
        }
    }

    @Test("a line longer than the limit is refused and skipped, however it arrives", arguments: [1, 10, 99, Int.max])
    func overlong(pieces: Int) {
        let rules = LineProtocolParser.Rules(maximumLine: 100)
        let long = "m,tag=" + String(repeating: "x", count: 200) + " value=1"
        let exact = "m,tag=" + String(repeating: "x", count: 86) + " value=1"
        #expect(exact.utf8.count == 100)
        let text = "m value=1\n" + long + "\n" + exact + "\n" + exact + "1\nm value=2\n"
        let result = LineRecorder.parsed(text, rules: rules, pieces: pieces)
        #expect(result.points.map(\.value) == [1, 1, 2])
        #expect(result.errors.map(\.line) == [2, 4])
        #expect(result.errors.allSatisfy { $0.reason == .lineTooLong && $0.column == 1 })
        #expect(result.errors.first?.description == "line 2, column 1: line too long (at most 100 bytes: limits.line)")
    }

    @Test("`sync` is a verb only where the rules know it")
    func sync() {
        let text = "m value=1\nsync\r\n sync \nsync value=2\n"
        let socket = LineRecorder.parsed(text, rules: .init(recognisesSync: true))
        #expect(socket.syncs == 2)
        #expect(socket.points.map(\.series) == ["m", "sync"])
        #expect(socket.errors.isEmpty)
        let http = LineRecorder.parsed(text)
        #expect(http.syncs == 0)
        #expect(http.errors.map(\.reason) == [.missingFields, .missingFields])
    }

    @Test(
        "timestamps are scaled by the precision, and refused where nanoseconds overflow",
        arguments: [
            ("ns", 1_700_000_000_000_000_000), ("us", 1_700_000_000_000_000), ("ms", 1_700_000_000_000),
            ("s", 1_700_000_000), ("m", 28_333_333), ("h", 472_222),
        ])
    func precision(word: String, written: Int64) throws {
        let precision = try #require(TimestampPrecision(word))
        let rules = LineProtocolParser.Rules(precision: precision)
        let result = LineRecorder.parsed("m value=1 \(written)\nm value=1 \(Int64.max)\n", rules: rules)
        #expect(result.points.first?.timestamp == written * precision.nanoseconds)
        #expect(result.errors.map(\.reason) == (precision == .nanoseconds ? [] : [.timestampOutOfRange]))
    }

    @Test("the year 9999 is refused in every precision")
    func yearNineThousand() {
        for (precision, text) in [(TimestampPrecision.seconds, "253402300799"), (.milliseconds, "253402300799000")] {
            let result = LineRecorder.parsed("m value=1 \(text)\n", rules: .init(precision: precision))
            #expect(result.errors.map(\.reason) == [.timestampOutOfRange])
        }
    }

    @Test("a timestamp after `latest` is refused, one at it is not")
    func future() {
        let result = LineRecorder.parsed("m value=1 100\nm value=2 101\nm value=3\n", latest: 100)
        #expect(result.points.map(\.value) == [1, 3])
        #expect(
            result.errors.map(\.description) == [
                "line 2, column 11: timestamp in the future `101` (nanoseconds since 1970; is the clock right?)"
            ])
    }

    @Test("any Int64 is a timestamp")
    func extremes() {
        let result = LineRecorder.parsed("m value=1 \(Int64.max)\nm value=1 \(-Int64.max)\n")
        #expect(result.points.map(\.timestamp) == [.max, -.max])
    }

    @Test("a binary file yields errors and nothing else, and lines after it are read")
    func binary() {
        var bytes: [UInt8] = []
        var generator = SplitMix(seed: 7)
        for _ in 0..<20_000 { bytes.append(UInt8(truncatingIfNeeded: generator.next())) }
        let result = LineRecorder.parsed(bytes + Array("\nm value=1\n".utf8), pieces: 4096)
        #expect(result.points.last?.series == "m")
        #expect(result.errors.count > 20)
    }
}
