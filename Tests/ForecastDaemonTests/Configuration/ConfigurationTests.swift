// YAML into a configuration: documented defaults, each message with its place, rules of series, and what a reload may
// change.

import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Configuration") struct ConfigurationTests {
    private func read(_ text: String) throws(ConfigurationError) -> Configuration {
        try Configuration(parsing: text, file: "f.yaml", isTimeZone: { $0 == "Europe/Berlin" })
    }

    private func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try read(text)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    /// INTERFACE: the defaults as documented.
    private static let documented = """
        listen:    {ingest: $RUNTIME/ingest.sock, api: $RUNTIME/api.sock}
        store:     {retention: 400d, tiers: none, max_size: 5GB, keep_free: 10%, future_skew: 10m, group_commit: 1s, flush_age: 1h, cache: 8MB}
        limits:    {series: 10000, new_series_per_minute: 1000, trained: 2000, line: 64KiB, body: 64MiB, connections: 1024}
        training:  {enabled: true, threads: 1, budget: 5%, every_bins: 240, at_least_apart: 6h, at_most_apart: 7d}
        forecasts: {budget: 50%, fine: 2d, coarse: 30d, record: 30d}
        alerts:    {drift: {enabled: true}, accept_after: 24h}
        memory:    {models: 64MB}
        time_zone: local
        log:       {level: info}
        """

    @Test("the example in deploy is a configuration, with tiers that outlive the samples")
    func example() throws {
        let read = try read(SourceTree.contents(of: SourceTree.root + "/deploy/forecastd.yaml"))
        let retention = try #require(read.store.retention)
        #expect(read.store.tiers.count == 2 && read.store.tiers.allSatisfy { $0.keep > retention })
        #expect(read.store.maximumSize == 12_000_000_000)
        #expect(read.series.count == 1)
    }

    @Test("the documented defaults are the defaults, and every key is documented")
    func defaults() throws {
        let read = try read(Self.documented)
        #expect(read.differences(from: .default).isEmpty)
        #expect(read.effective().allSatisfy { $0.origin != .default })
        #expect(Configuration.default.effective().allSatisfy { $0.origin == .default })
    }

    @Test(
        "nothing, comments and empty sections are the default",
        arguments: ["", "# only a comment\n", "store:\nlimits:\nseries:\n", "---\n"])
    func empty(text: String) throws {
        #expect(try read(text).differences(from: .default).isEmpty)
    }

    @Test("tiers are read in any order and printed as they are read")
    func tiers() throws {
        let tiers = try read("store: {tiers: '1h:10y, 5m:3y'}").store.tiers
        #expect(tiers.map(\.step) == [.seconds(300), .seconds(3600)])
        #expect(tiers.map(\.keep) == [.seconds(3 * 365 * 86_400), .seconds(10 * 365 * 86_400)])
        #expect(TierSetting.print(tiers) == "5m:1095d, 1h:3650d")
        #expect(try TierSetting.parse(TierSetting.print(tiers)) == tiers)
        #expect(try TierSetting.parse("none") == [])
    }

    @Test(
        "what is no tier is refused",
        arguments: [
            "5m", "5m:", ":3y", "5m:3y:1", "1s:3y", "90d:3y", "5m:10m", "1.5s:3y", "5m:3y, 300s:4y", ",", "1h 10y",
        ])
    func noTiers(text: String) {
        #expect(problems("store: {tiers: '\(text)'}").count == 1)
    }

    @Test("what is printed as effective reads back to the same")
    func roundTrip() throws {
        let first = try read(
            "store: {retention: none, cache: 16MiB, group_commit: 250ms}\nalerts:\n  drift:\n    enabled: false\ntime_zone: Europe/Berlin\ntraining: {budget: 2.5%}\n"
        )
        var text = ""
        for line in first.effective() {
            let parts = line.key.split(separator: ".")
            text = line.key
            var configuration = Configuration()
            var yaml = ""
            for (depth, part) in parts.enumerated() {
                yaml +=
                    String(repeating: "  ", count: depth) + "\(part):"
                    + (depth == parts.count - 1 ? " " + line.value : "") + "\n"
            }
            configuration = try read(yaml)
            #expect(configuration.effective().first { $0.key == text }?.value == line.value)
        }
        #expect(
            first.differences(from: .default).map(\.key) == [
                "store.retention", "store.group_commit", "store.cache", "training.budget", "alerts.drift.enabled",
                "time_zone",
            ])
    }

    @Test("values carry their origin")
    func origins() throws {
        let lines = try read("store:\n  cache: 16MB\nseries:\n  - match: 'disk_*'\n    kind: gauge\n").effective()
        #expect(lines.first { $0.key == "store.cache" }?.origin.description == "f.yaml:2")
        #expect(lines.first { $0.key == "store.retention" }?.origin.description == "default")
        #expect(
            lines.suffix(2).map { "\($0.key) \($0.value) \($0.origin)" } == [
                "series[0].match disk_* f.yaml:4", "series[0].kind gauge f.yaml:4",
            ])
    }

    @Test(
        "what is wrong is said with its place and a guess",
        arguments: [
            ("stroe:\n  cache: 8MB\n", ["f.yaml:1:1: stroe: unknown key (store?)"]),
            ("store:\n  retenton: 4d\n", ["f.yaml:2:3: store.retenton: unknown key (retention?)"]),
            ("retention: 4d\n", ["f.yaml:1:1: retention: unknown key (store.retention?)"]),
            (
                "xyz: 4d\n",
                [
                    "f.yaml:1:1: xyz: unknown key (known here: listen, store, limits, training, forecasts, alerts, memory, time_zone, log, series)"
                ]
            ),
            (
                "store:\n  retention: 4\n",
                ["f.yaml:2:14: store.retention: duration `4` has no unit (4s? units are ms, s, m, h, d, w, y)"]
            ),
            (
                "store:\n  retention: 4 days\n",
                ["f.yaml:2:14: store.retention: `4 days` is not a duration (10m, 1h30m, 400d)"]
            ),
            ("store: {max_size: 5}\n", ["f.yaml:1:19: store.max_size: `5` has no unit (5B, 5KiB, 5MB?)"]),
            ("store: {max_size: 5G}\n", ["f.yaml:1:19: store.max_size: `5G`: unknown unit `G` (5GB?)"]),
            ("store: {max_size: 5gb}\n", ["f.yaml:1:19: store.max_size: `5gb`: unknown unit `gb` (5GB?)"]),
            ("store: {keep_free: 10}\n", ["f.yaml:1:20: store.keep_free: `10` is not a percentage (10%?)"]),
            ("store: {keep_free: 95%}\n", ["f.yaml:1:20: store.keep_free: `95%` is out of range (0% to 90%)"]),
            ("limits: {series: many}\n", ["f.yaml:1:18: limits.series: `many` is not a whole number (such as 1)"]),
            ("limits: {series: 0}\n", ["f.yaml:1:18: limits.series: 0 is out of range (1 to 10000000)"]),
            ("training: {enabled: yes}\n", ["f.yaml:1:21: training.enabled: `yes` is neither true nor false (true?)"]),
            (
                "log: {level: warn}\n",
                [
                    "f.yaml:1:14: log.level: `warn` is not one of trace, debug, info, notice, warning, error, critical (warning?)"
                ]
            ),
            (
                "time_zone: Berlin\n",
                [
                    "f.yaml:1:12: time_zone: `Berlin` is not in /usr/share/zoneinfo (local, or a name such as Europe/Berlin)"
                ]
            ),
            (
                "listen: {api: api.sock}\n",
                ["f.yaml:1:15: listen.api: `api.sock` is not a path of a socket (it begins with / or $RUNTIME/)"]
            ),
            ("store: [1, 2]\n", ["f.yaml:1:8: store: keys are expected here (key: value, indented)"]),
            ("store:\n  cache: [1]\n", ["f.yaml:2:10: store.cache: a single value is expected"]),
            ("store:\n  cache:\n", ["f.yaml:2:3: store.cache: the value is missing (default: 8MB)"]),
            (
                "store:\n  cache: 8MB\n  flush_age: 1h\n  cache: 9MB\n",
                ["f.yaml:4:3: cache: the key stands twice in one section"]
            ),
            ("store: {cache: 8MB, cache: 9MB}\n", ["f.yaml:1:21: cache: the key stands twice in one section"]),
            (
                "store:\n\tcache: 8MB\n",
                [
                    "f.yaml:2:1: not YAML: found character that cannot start any token, while scanning for the next token (YAML is indented with spaces, not tabs)"
                ]
            ),
            (
                "training: {at_least_apart: 8d}\n",
                ["f.yaml:1:28: training.at_least_apart: is longer than at_most_apart (7d)"]
            ),
            ("just text\n", ["f.yaml:1:1: keys are expected here (key: value, indented)"]),
            (
                "store: {cache: x, max_size: y}\nloog: 1\n",
                [
                    "f.yaml:1:16: store.cache: `x` is not a size (5GB, 64KiB)",
                    "f.yaml:1:29: store.max_size: `y` is not a size (5GB, 64KiB)",
                    "f.yaml:2:1: loog: unknown key (log?)",
                ]
            ),
        ])
    func refused(text: String, expected: [String]) {
        #expect(problems(text) == expected)
    }

    @Test("for each key the first rule wins that matches and has it")
    func rules() throws {
        let configuration = try read(
            """
            series:
              - match: 'disk_*{path="/"}'
                horizon: 2h
              - match: disk_*
                horizon: 1h
                train: false
              - match: '*'
                kind: counter
                drift: false
                absent: zero
                step: 60s
                aggregate: max
            """)
        let root = configuration.settings(for: try SeriesKey(name: "disk_used", labels: [("path", "/")]))
        #expect(root.horizon == .seconds(7200) && root.train == false && root.drift == false && root.absent == .zero)
        let other = try SeriesKey(name: "load1", labels: [])
        #expect(configuration.settings(for: other).train == nil)
        let described = configuration.describe(other)
        #expect(described.kind == .counter && described.unit == "per_second" && described.aggregate == .max)
        #expect(Configuration.default.describe(other).kind == .gauge)
    }

    @Test(
        "broken rules are named",
        arguments: [
            ("series: disk\n", ["f.yaml:1:9: series: a list is expected (- match: 'disk_*')"]),
            ("series:\n  - kind: gauge\n", ["f.yaml:2:5: series[0]: `match` is missing (match: 'disk_*')"]),
            (
                "series:\n  - match: 'a{'\n    kind: gauge\n",
                ["f.yaml:2:12: series[0].match: selector `a{`, character 3: `{` without `}`"]
            ),
            (
                "series:\n  - match: a\n    kind: guage\n",
                ["f.yaml:3:11: series[0].kind: `guage` is not one of gauge, counter (gauge?)"]
            ),
            ("series:\n  - match: a\n    horizn: 1h\n", ["f.yaml:3:5: series[0].horizn: unknown key (horizon?)"]),
            (
                "series:\n  - match: a\n    step: 500ms\n",
                ["f.yaml:3:11: series[0].step: `500ms` is too short (at least 1s)"]
            ),
            (
                "series:\n  - match: a\n    step: 60s\n    horizon: 30s\n",
                ["f.yaml:4:14: series[0].horizon: is shorter than a step (1m)"]
            ),
            (
                "series:\n  - match: a\n    step: 1s\n    horizon: 3650d\n",
                ["f.yaml:4:14: series[0].horizon: is more than 1500 steps of 1s (a longer step, or at most 25m)"]
            ),
            (
                "series:\n  - match: *disk\n",
                ["f.yaml:2:12: not YAML: found undefined alias (a value that begins with * % or @ stands in quotes)"]
            ),
        ])
    func brokenRules(text: String, expected: [String]) {
        #expect(problems(text) == expected)
    }

    @Test("a reload says what changes, and keeps what needs a restart")
    func reload() throws {
        let old = try read("store: {cache: 8MB}\n")
        let new = try read(
            "store: {cache: 16MB, retention: 30d}\nlisten: {api: /run/x.sock}\nseries:\n  - match: a\n    train: false\n"
        )
        #expect(
            new.differences(from: old).map(\.description) == [
                "listen.api: $RUNTIME/api.sock -> /run/x.sock (after a restart)", "store.retention: 400d -> 30d",
                "store.cache: 8MB -> 16MB (after a restart)", "series: 0 rules -> 1 rules",
            ])
        let kept = new.keepingWhatNeedsRestart(of: old)
        #expect(kept.differences(from: old).map(\.key) == ["store.retention", "series"])
    }

    @Test("a file that does not exist says so, and the runtime directory is put in")
    func paths() {
        let error = #expect(throws: ConfigurationError.self) { try Configuration.load(path: "/nonexistent/f.yaml") }
        #expect(error?.description == "/nonexistent/f.yaml: there is no such file")
        #expect(
            Configuration.path(Configuration.default.listen.api, runtimeDirectory: "/run/forecastd")
                == "/run/forecastd/api.sock")
        #expect(Configuration.path("/x/y", runtimeDirectory: "/run") == "/x/y")
    }

    @Test("zones of this machine are known, other files and paths are not")
    func zones() {
        #expect(!Configuration.isTimeZone("tzdata.zi"))
        #expect(!Configuration.isTimeZone("../../../etc/passwd"))
        #expect(!Configuration.isTimeZone("/Europe/Berlin"))
        #expect(!Configuration.isTimeZone(""))
    }

    @Test("damaged files never trap")
    func fuzz() {
        let text = Array((Self.documented + "\nseries:\n  - match: 'disk_*'\n    kind: gauge\n").utf8)
        let pool = Array(" :{}[],'\"\n#*&!|>%-\tax0".utf8)
        for round in FuzzRounds(400) {
            var generator = SplitMix(seed: round)
            var bytes = text
            for _ in 0...Int(generator.next() % 4) {
                let place = Int(generator.next() % UInt64(bytes.count))
                if generator.next() % 3 == 0 { bytes.removeSubrange(place..<min(bytes.count, place + 5)) }
                bytes.insert(pool[Int(generator.next() % UInt64(pool.count))], at: min(place, bytes.count))
            }
            _ = problems(String(decoding: bytes, as: UTF8.self))
        }
    }
}
