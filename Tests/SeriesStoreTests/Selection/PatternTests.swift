// The expressions of selectors against tables of what must match, and the inputs on which backtracking engines hang.

import TestSupport
import Testing

@testable import SeriesStore

@Suite("Patterns") struct PatternTests {
    @Test(
        "a regular expression matches whole texts",
        arguments: [
            ("sd.*", ["sda", "sd", "sdb1"], ["asd", "", "s"]), ("a|b|cd", ["a", "b", "cd"], ["ab", "c", ""]),
            ("(a|b)*c", ["c", "abbac"], ["ab", "cc"]), ("a+b?", ["a", "aab"], ["b", "abb", ""]), ("", [""], ["a"]),
            ("a||b", ["a", "b", ""], ["ab"]), ("a{2}", ["aa"], ["a", "aaa"]), ("a{2,}", ["aa", "aaaa"], ["a"]),
            ("a{1,3}b", ["ab", "aaab"], ["b", "aaaab"]), ("a{0}b", ["b"], ["ab"]), ("(ab){2}", ["abab"], ["ab"]),
            ("a{,3}", ["a{,3}"], ["aa"]), ("[a-c_]+", ["abc_"], ["d", ""]), ("[^0-9]", ["a", "é"], ["5", "ab"]),
            ("[]a]", ["]", "a"], ["b"]),
            ("[a\\d.-]+", ["a1.-"], ["b"]), ("\\d+\\.\\w", ["12.x"], ["12xx", "1."]), ("[\\D]", ["x"], ["1"]),
            ("\\S\\s", ["a "], ["  "]),
            ("^a$", ["a"], ["aa"]), ("(^a|b$)c?", ["a", "b", "ac"], ["bc"]), ("(?:x|y)z", ["xz"], ["z"]),
            ("(?i)Web[1-3]", ["wEB1"], ["web4"]),
            ("a(?i:b)c", ["aBc"], ["aBC"]), ("(a*)*b", ["b", "aaab"], ["a"]), (".", ["ö", "😀", "\n"], ["", "ab"]),
            ("a*?b+?", ["aab"], ["a"]),
            ("web-\\d+(\\.example\\.org)?", ["web-1", "web-22.example.org"], ["web-1xexample.org"]),
            ("/(srv|home)/.+", ["/srv/a"], ["/srv/"]),
        ] as [(String, [String], [String])])
    func regularExpression(text: String, matching: [String], others: [String]) throws {
        let pattern = try Pattern(regularExpression: text)
        for text in matching { #expect(pattern.matches(text), "\(text)") }
        for text in others { #expect(!pattern.matches(text), "\(text)") }
    }

    @Test(
        "a broken regular expression is refused, with the place",
        arguments: [
            ("a(b", 2, "`(` without `)`"), ("a)b", 2, "`)` without `(`"), ("[a", 1, "`[` without `]`"),
            ("*a", 1, "nothing to repeat before `*`"),
            ("a**", 3, "nothing to repeat"), ("a\\", 2, "ends with a backslash"),
            ("[z-a]", 2, "a range runs from low to high"),
            ("a{3,2}", 2, "{3,2} is empty"), ("a{2000}", 2, "at most 1000 repetitions"),
            ("\\k", 1, "`\\k` is not known"), ("(?=a)", 1, "only (?:…), (?i) and (?i:…) are known"),
            ("(((a{1000}){1000}){1000})", 14, "too large"),
        ])
    func broken(text: String, column: Int, reason: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(regularExpression: text) }
        #expect(error?.reason == reason)
        if reason != "too large" { #expect(error?.column == column) }
    }

    @Test("what makes a backtracking engine hang is answered at once")
    func linear() throws {
        let pattern = try Pattern(regularExpression: "(a+)+(a|aa)*b")
        #expect(!pattern.matches(String(repeating: "a", count: 2000)))
    }

    @Test("globs know * and ?, all else is itself")
    func globs() {
        #expect(Pattern(glob: "disk_*").matches("disk_used"))
        #expect(Pattern(glob: "*").matches(""))
        #expect(Pattern(glob: "a?c").matches("abc"))
        #expect(!Pattern(glob: "a?c").matches("ac"))
        #expect(Pattern(glob: "*a*b*").matches("xaxbx"))
        #expect(!Pattern(glob: "*a*b").matches("ba"))
        #expect(Pattern(glob: "a.c[1]*").matches("a.c[1]"))
        #expect(!Pattern(glob: "a.c").matches("abc"))
    }

    @Test("random expressions never trap")
    func fuzz() {
        let pool = Array("ab.*+?()[]{}|^$\\-,12di:é")
        for round in FuzzRounds(4000) {
            var state = round
            func next(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            let text = String((0..<next(12)).map { _ in pool[next(pool.count)] })
            let subject = String((0..<next(6)).map { _ in pool[next(3)] })
            if let pattern = try? Pattern(regularExpression: text) { _ = pattern.matches(subject) }
            _ = try? Selector(parsing: "m{a=~\"\(text)\"}")
            _ = try? Selector(parsing: text + "{" + subject + "=" + text + "}")
            _ = try? Selector(words: [text, subject + "=" + text])
        }
    }
}
