// Our JSON writer and reader against each other and against the grammar: every double, 64-bit integers, nesting,
// damage.

import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("JSON") struct JSONTests {
    @Test("objects and arrays nest, with commas where they belong")
    func nesting() {
        var json = JSONWriter()
        json.object { json in
            json.member("series", "disk_used{path=\"/\"}")
            json.member("timestamps", [1, -2, Int64.max])
            json.member("values", [0.5, -0.0, 3, .nan, .infinity, -.infinity, 1e21])
            json.object("empty") { _ in }
            json.array("list") { json in
                json.array { _ in }
                json.null()
                json.value(true)
                json.value(UInt64.max)
            }
            json.member("skill", nil as Double?)
        }
        json.endLine()
        json.value(1)
        #expect(
            json.text == """
                {"series":"disk_used{path=\\"/\\"}","timestamps":[1,-2,9223372036854775807],\
                "values":[0.5,-0.0,3,"NaN","+Inf","-Inf",1e+21],"empty":{},"list":[[],null,true,18446744073709551615],\
                "skill":null}
                1
                """)
    }

    @Test(
        "strings come back as they were",
        arguments: ["", "a\"\\/\n\r\t\u{0}\u{1F}\u{7F}", "µ ö 😀 \u{2028}", "e\u{301}"])
    func strings(string: String) throws {
        var json = JSONWriter()
        json.value(string)
        #expect(try JSONValue(parsing: json.bytes) == .string(string))
    }

    @Test("every number of digits is written as it is, whatever its sign")
    func digits() {
        var integers: [Int64] = [0, .max, .min]
        for power in 0...18 {
            let power = (0..<power).reduce(Int64(1)) { product, _ in product * 10 }
            integers += [power - 1, power, power + 1, -power, 1 - power, power / 9 * 9]
        }
        var json = JSONWriter()
        json.value(integers)
        #expect(json.text == "[" + integers.map(String.init).joined(separator: ",") + "]")
    }

    @Test("a list of elements that come one by one is the array of them")
    func list() {
        var list = JSONList()
        #expect(list.finished() == Array("[]".utf8))
        list = JSONList()
        for element in 0..<3 { list.add { json in json.object { $0.member("n", element) } } }
        #expect(list.finished() == Array(#"[{"n":0},{"n":1},{"n":2}]"#.utf8))
    }

    @Test("doubles come back bit for bit")
    func doubles() throws {
        var generator = SplitMix(seed: 11)
        var values: [Double] = [
            0, -0.0, 1, -1, 0.1, 9_007_199_254_740_991, 9_007_199_254_740_992, 1e15, 1e16, .leastNonzeroMagnitude,
        ]
        for _ in 0..<2000 {
            let double = Double(bitPattern: generator.next())
            if double.isFinite { values.append(double) }
            values.append(Double(Int64(truncatingIfNeeded: generator.next()) >> 30))
        }
        var json = JSONWriter()
        json.value(values)
        let read = try #require(try JSONValue(parsing: json.bytes).array)
        #expect(read.map { $0.double?.bitPattern } == values.map(\.bitPattern))
    }

    @Test("whole numbers stay whole up to 64 bits, and become doubles beyond")
    func integers() throws {
        #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
        #expect(try JSONValue(parsing: "9223372036854775808") == .number(9.223372036854775808e18))
        #expect(try JSONValue(parsing: "-12") == .integer(-12))
        #expect(try JSONValue(parsing: "1.0") == .number(1))
        #expect(try JSONValue(parsing: " [1, \"NaN\", null] ").array?.map(\.double?.isNaN) == [false, true, nil])
    }

    @Test("members are found by name, escapes are read")
    func members() throws {
        let value = try JSONValue(parsing: #"{"a": {"b": [true, "\u00b5\ud83d\ude00\/"]}, "c": 1e2}"#)
        #expect(value["a"]?["b"]?.array?[0] == .bool(true))
        #expect(value["a"]?["b"]?.array?[1].string == "µ😀/")
        #expect(value["c"]?.double == 100)
        #expect(value["d"] == nil)
    }

    @Test(
        "what is not strict JSON is refused, with its place",
        arguments: [
            ("", .ended, 0), ("[1,]", .unexpected(0x5D), 3), ("{\"a\":1,}", .unexpected(0x7D), 7),
            ("[1 2]", .unexpected(0x32), 3),
            ("01", .badNumber, 0), ("-", .badNumber, 0), ("1.", .badNumber, 0), ("+1", .badNumber, 0),
            (".5", .badNumber, 0),
            ("NaN", .badNumber, 0), ("1e", .badNumber, 0), ("tru", .ended, 3), ("nul!", .unexpected(0x21), 3),
            ("\"a", .ended, 2), ("\"\n\"", .controlCharacter, 1), ("\"\\x\"", .badEscape, 1),
            ("\"\\ud800\"", .unexpected(0x22), 7),
            ("\"\\udc00\"", .badEscape, 1), ("1 1", .trailing, 2), ("{\"a\":1,\"a\":2}", .doubledName("a"), 7),
            ("{a:1}", .unexpected(0x61), 1), ("[", .ended, 1), ("{\"a\"", .ended, 4),
        ] as [(String, JSONError.Reason, Int)])
    func refused(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason: reason, offset: offset)) { try JSONValue(parsing: text) }
    }

    @Test("invalid UTF-8 and deep nesting are refused")
    func hostile() throws {
        #expect(throws: JSONError(reason: .invalidUTF8, offset: 1)) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError(reason: .tooDeep, offset: 65)) { try JSONValue(parsing: deep) }
        #expect(throws: Never.self) {
            try JSONValue(parsing: String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        }
    }

    @Test("damaged JSON never traps")
    func fuzz() {
        let text = Array(
            #"{"id":"a","step":300,"season":null,"start":"2026-01-01T00:00:00Z","values":[1,-2.5e3,null,"\u00b5"]}"#
                .utf8)
        for round in FuzzRounds(3000) {
            var generator = SplitMix(seed: round)
            var bytes = text
            for _ in 0...Int(generator.next() % 3) {
                let place = Int(generator.next() % UInt64(bytes.count))
                bytes[place] =
                    generator.next() % 2 == 0
                    ? UInt8(truncatingIfNeeded: generator.next()) : text[Int(generator.next() % UInt64(text.count))]
            }
            _ = try? JSONValue(parsing: bytes)
        }
    }
}
