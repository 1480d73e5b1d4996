// What makes two series one: canonical bytes, their hash, their order, and every name that is none.

import SeriesStore
import Testing

@Suite("Series key") struct SeriesKeyTests {
    @Test("labels in any order make the same key")
    func order() throws {
        let one = try SeriesKey(name: "cpu", labels: [("host", "a"), ("core", "0")])
        let other = try SeriesKey(name: "cpu", labels: [("core", "0"), ("host", "a")])
        #expect(one == other)
        #expect(one.labels.map(\.name) == ["core", "host"])
    }

    @Test("canonical bytes and hash never change")
    func golden() throws {
        let plain = try SeriesKey(name: "cpu", labels: [("host", "a"), ("core", "0")])
        #expect(plain.bytes == Array("\u{3}cpu\u{4}core\u{1}0\u{4}host\u{1}a".utf8))
        #expect(plain.hash64 == 0x6802_4BED_59D9_77B3)
        let long = try SeriesKey(name: String(repeating: "x", count: 200), labels: [])
        #expect(Array(long.bytes.prefix(3)) == [0xC8, 0x01, 0x78])
    }

    @Test("canonical bytes come back as they went in")
    func roundTrip() throws {
        let key = try SeriesKey(name: "größe", labels: [("z", "1"), ("Z", "2"), ("é", "ü\n\"\\")])
        let again = try SeriesKey(canonical: key.bytes)
        #expect(again == key)
        #expect(again.name == "größe")
        #expect(again.labels.map(\.value) == ["2", "1", "ü\n\"\\"])
    }

    @Test("composed and decomposed characters are different labels")
    func bytewise() throws {
        let key = try SeriesKey(name: "m", labels: [("e\u{301}", "1"), ("\u{E9}", "2")])
        #expect(key.labels.count == 2)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("", [("a", "b")], .emptyName),
            ("m", [("a", "1"), ("a", "2")], .doubledLabel("a")),
            ("m", [("", "1")], .emptyLabelName),
            ("m", [("a", "")], .emptyLabelValue("a")),
            ("m", [("__name__", "x")], .reservedLabel),
        ] as [(String, [(String, String)], SeriesKeyError)])
    func refused(name: String, labels: [(String, String)], error: SeriesKeyError) {
        #expect(throws: error) { try SeriesKey(name: name, labels: labels.map { (name: $0.0, value: $0.1) }) }
    }

    @Test("a key may have 64 KiB and not one byte more")
    func longest() throws {
        #expect(try SeriesKey(name: String(repeating: "m", count: 65_533), labels: []).bytes.count == 65_536)
        #expect(throws: SeriesKeyError.tooLong(65_537)) {
            try SeriesKey(name: String(repeating: "m", count: 65_534), labels: [])
        }
    }

    @Test(
        "bytes that are not canonical are refused",
        arguments: [
            [], [0], [2, 0x61], [1, 0x61, 1, 0x62], [0x81, 0x00, 0x61], [1, 0xFF], [0x80, 0x80, 0x80, 0x01],
            [1, 0x61, 1, 0x63, 1, 0x30, 1, 0x62, 1, 0x30],
        ] as [[UInt8]])
    func notCanonical(bytes: [UInt8]) {
        #expect(throws: SeriesKeyError.self) { try SeriesKey(canonical: bytes) }
    }

    @Test("prints words bare and everything else quoted")
    func description() throws {
        let key = try SeriesKey(name: "disk", labels: [("path", "/var"), ("note", "a \"b\"\n")])
        #expect(key.description == #"disk{note="a \"b\"\n",path=/var}"#)
        #expect(try SeriesKey(name: "load1", labels: []).description == "load1")
    }

    @Test("sorts by name, then by label")
    func sorted() throws {
        let keys = try [
            SeriesKey(name: "b", labels: []), SeriesKey(name: "aa", labels: [("h", "b")]),
            SeriesKey(name: "aa", labels: [("h", "aa")]), SeriesKey(name: "aa", labels: []),
        ]
        #expect(keys.sorted().map(\.description) == ["aa", "aa{h=aa}", "aa{h=b}", "b"])
    }

    @Test("two keys stand in the order of their names, label names and values, taken as bytes", arguments: 0..<200)
    func order(seed: Int) throws {
        var random = Seeded(seed)
        func text() -> String {
            // Also beyond 127 bytes, where a length has two, and with characters of several bytes.
            let length = [1, 2, 3, 127, 128, 300].randomElement(using: &random) ?? 1
            return (0..<length).map { _ in ["a", "b", "é", "😀"].randomElement(using: &random) ?? "a" }.joined()
        }
        let parts = (0..<2).map { _ in
            (name: text(), labels: (0..<Int.random(in: 0...2, using: &random)).map { ("l\($0)", text()) })
        }
        func fields(_ part: (name: String, labels: [(String, String)])) -> [[UInt8]] {
            [Array(part.name.utf8)] + part.labels.flatMap { [Array($0.0.utf8), Array($0.1.utf8)] }
        }
        let keys = try parts.map { try SeriesKey(name: $0.name, labels: $0.labels) }
        let precedes = fields(parts[0]).lexicographicallyPrecedes(fields(parts[1])) { $0.lexicographicallyPrecedes($1) }
        #expect((keys[0] < keys[1]) == precedes, "\(keys)")
        #expect(!(keys[0] < keys[0]))
    }
}
