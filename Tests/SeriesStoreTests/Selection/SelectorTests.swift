// Selectors as Prometheus writes them and as words of a command line, what they select, and where a wrong one is
// wrong.

import Testing

@testable import SeriesStore

@Suite("Selectors") struct SelectorTests {
    private static func key(_ name: String, _ labels: [(name: String, value: String)] = []) throws -> SeriesKey {
        try SeriesKey(name: name, labels: labels)
    }

    private static func keys() throws -> [SeriesKey] {
        [
            try key("disk_used", [("host", "web1"), ("path", "/")]),
            try key("disk_used", [("host", "web2"), ("path", "/var/my data")]),
            try key("disk_free", [("host", "db1"), ("path", "/")]),
            try key("load1", []),
            try key("a=b", [("q", "say \"hi\", x}")]),
        ]
    }

    @Test(
        "a selector finds its series",
        arguments: [
            ("disk_used", [0, 1]), ("disk_*", [0, 1, 2]), ("disk_fre?", [2]), ("*", [0, 1, 2, 3, 4]), ("disk", []),
            ("disk_used{host=\"web1\"}", [0]), ("disk_used{host=web1}", [0]), ("disk_used{host=web1,}", [0]),
            ("{host=~\"web.*\"}", [0, 1]),
            ("{host=~\"web\"}", []), ("{host!~'web.*'}", [2, 3, 4]), ("{host!=\"web1\",path!=\"\"}", [1, 2]),
            ("{path=\"\"}", [3, 4]), ("{path=~\".+\"}", [0, 1, 2]),
            ("{__name__=~\"disk_.*\",path=\"/\"}", [0, 2]), ("{ host = \"web2\" , path = \"/var/my data\" }", [1]),
            ("disk_*{host=web*}", [0, 1]),
            ("disk_used path=/", [0]), ("path=/", [0, 2]), ("disk_used host=web*", [0, 1]),
            ("host=web* path=\"/var/my data\"", [1]), ("disk_used host!=web1", [1]),
            ("load1 host=", [3]), ("disk_used host=~web[12]", [0, 1]), ("host!~.*1 disk_*", [1]),
            ("{q=\"say \\\"hi\\\", x}\"}", [4]), ("{q=`say \"hi\", x}`}", [4]),
            ("{path=\"/*\"}", []), ("{\"path\"=\"/\"}", [0, 2]), ("{host=~\"web\\d\"}", [0, 1]),
        ])
    func finds(text: String, places: [Int]) throws {
        let selector = try Selector(parsing: text)
        let keys = try Self.keys()
        #expect(keys.indices.filter { selector.matches(keys[$0]) } == places)
    }

    @Test("a printed series selects exactly itself", arguments: 0..<5)
    func printed(place: Int) throws {
        let keys = try Self.keys()
        let exact = Selector(exactly: keys[place])
        #expect(keys.indices.filter { exact.matches(keys[$0]) } == [place])
        // The one printed name that cannot be read back has an operator in it.
        if place == 4 { return }
        let printed = try Selector(parsing: keys[place].description)
        #expect(keys.indices.filter { printed.matches(keys[$0]) } == [place])
    }

    @Test("words of a command line are one selector, quoted or split")
    func words() throws {
        #expect(try Selector(words: ["disk_used", "path=/"]) == Selector(parsing: "disk_used path=/"))
        #expect(
            try Selector(words: ["disk_used{host=\"a\",", "path=\"/\"}"])
                == Selector(parsing: "disk_used{host=\"a\",path=\"/\"}"))
        #expect(try Selector(words: ["path=/var/my data"]).matches(Self.keys()[1]))
    }

    @Test(
        "a broken selector is refused with a sentence",
        arguments: [
            ("", "a selector is missing: a name, name{label=\"value\"}, or * for every series"),
            ("{}", "a selector is missing: a name, name{label=\"value\"}, or * for every series"),
            ("a{", "selector `a{`, character 3: `{` without `}`"),
            ("a{b}", "selector `a{b}`, character 4: one of = != =~ !~ is expected after `b`"),
            ("a{b=\"c}", "selector `a{b=\"c}`, character 5: the quote is not closed"),
            ("a{b=\"c\"", "selector `a{b=\"c\"`, character 8: `{` without `}`"),
            ("a{b=\"c\" d=1}", "selector `a{b=\"c\" d=1}`, character 9: a comma or } is expected"),
            ("a{=1}", "selector `a{=1}`, character 3: a label is expected"),
            ("a{b=1}c", "selector `a{b=1}c`, character 7: something follows the closing }"),
            ("a b", "`b` is a second name after `a` (a label is written label=value)"),
            ("a =b", "`=b` has no label before the operator (label=value)"),
            ("a{b=~\"(\"}", "regular expression `(`, character 1: `(` without `)`"),
        ])
    func broken(text: String, sentence: String) {
        let error = #expect(throws: SelectorError.self) { try Selector(parsing: text) }
        #expect(error?.description == sentence)
    }

    @Test("the nearest names are suggested, and nothing far-fetched")
    func nearest() {
        let names = ["disk_used", "disk_free", "mem_used_percent", "cpu_usage_idle", "load1"]
        #expect(NearestNames.nearest(to: "disk_usde", among: names).first == "disk_used")
        #expect(NearestNames.nearest(to: "mem_used", among: names) == ["mem_used_percent"])
        #expect(NearestNames.nearest(to: "Load1", among: names) == ["load1"])
        #expect(NearestNames.nearest(to: "temperature", among: names).isEmpty)
        #expect(NearestNames.distance(Array("ab".utf8), Array("ba".utf8)) == 1)
        #expect(NearestNames.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
    }
}
