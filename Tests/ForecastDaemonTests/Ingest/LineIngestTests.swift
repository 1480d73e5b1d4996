// Lines of a connection into ids and samples: the cache of names, refusals, `sync`, counts. The grammar is tested with
// the parser.

import FoundationEssentials
import SeriesStore
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Line ingest") struct LineIngestTests {
    /// Gives ids in the order of first sight, and counts how often it was asked.
    private final class Catalogue {
        var ids: [SeriesKey: SeriesID] = [:]
        var asked = 0
        var limit = Int.max

        func resolve(_ key: SeriesKey) -> SeriesResolution {
            asked += 1
            if let id = ids[key] { return .known(id) }
            if ids.count >= limit { return .refused("no room for \(key)") }
            ids[key] = SeriesID(ids.count + 1)
            return .known(SeriesID(ids.count))
        }
    }

    private func feed(_ text: String, _ ingest: inout LineIngest, _ catalogue: Catalogue) -> LineIngest.Intake {
        LineScanner.withBytes(of: Array(text.utf8)) {
            ingest.feed($0, now: 42, latest: .max, resolve: catalogue.resolve)
        }
        return ingest.take()
    }

    @Test("the catalogue is asked once for a series and a connection")
    func cached() {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(), seed: 9)
        let text = "cpu,host=a u=1,v=2 1\ncpu,host=b u=3,v=4 1\n"
        let first = feed(text, &ingest, catalogue)
        let second = feed(text, &ingest, catalogue)
        #expect(first.samples.series == [1, 2, 3, 4])
        #expect(second == first)
        #expect(catalogue.asked == 4)
        ingest.follow(generation: 1)
        #expect(feed(text, &ingest, catalogue).samples.series == [1, 2, 3, 4])
        #expect(catalogue.asked == 8)
    }

    @Test("fields in another order, new and missing ones are found all the same")
    func reordered() {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(), seed: 9)
        #expect(feed("m,a=1 x=1,y=2,z=3\n", &ingest, catalogue).samples.series == [1, 2, 3])
        #expect(feed("m,a=1 z=3,x=1\nm,a=1 y=2,w=0,x=1\n", &ingest, catalogue).samples.series == [3, 1, 2, 4, 1])
        #expect(feed("m,a=1 y=2,w=0,x=1\n", &ingest, catalogue).samples.series == [2, 4, 1])
        #expect(catalogue.asked == 4)
    }

    @Test("tags in another order are the same series")
    func tagOrder() {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(), seed: 9)
        #expect(feed("m,a=1,b=2 x=1\nm,b=2,a=1 x=1\n", &ingest, catalogue).samples.series == [1, 1])
    }

    @Test("with a tiny cache every answer is still right", arguments: [0, 1000, 20_000])
    func bounded(bytes: Int) {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(), cacheBytes: bytes, seed: 4)
        var generator = SplitMix(seed: 8)
        for _ in 0..<200 {
            var text = ""
            var expected: [String] = []
            for _ in 0..<20 {
                let host = generator.next() % 80
                let fields = (0...Int(generator.next() % 3)).map { _ in "f\(generator.next() % 5)" }
                text += "m,host=h\(host) " + fields.map { "\($0)=1" }.joined(separator: ",") + "\n"
                expected += fields.map { "m_\($0){host=h\(host)}" }
            }
            let samples = feed(text, &ingest, catalogue).samples
            let names = Dictionary(uniqueKeysWithValues: catalogue.ids.map { ($0.value, $0.key.description) })
            #expect(samples.series.map { names[$0] } == expected)
        }
    }

    @Test("a refused series is named once a line, known ones go on, and a raised limit is seen at once")
    func refusedSeries() {
        let catalogue = Catalogue()
        catalogue.limit = 1
        var ingest = LineIngest(rules: .init(), seed: 9)
        let intake = feed("m a=1,b=2\nm a=3\n", &ingest, catalogue)
        #expect(intake.samples.values == [1, 3])
        #expect(intake.refused == 1)
        #expect(intake.problems.map(\.description) == ["line 1, column 1: no room for m_b"])
        catalogue.limit = 2
        #expect(feed("m a=1,b=2\n", &ingest, catalogue).samples.count == 2)
    }

    @Test("a bad tag is found on a line whose fields are fine, and on one whose fields are strings")
    func badTags() {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(), seed: 9)
        let intake = feed("m,a= v=1\nm,a= v=\"s\"\nm,a=1,a=2 v=1\n", &ingest, catalogue)
        #expect(intake.problems.map(\.reason) == [.missingTagValue, .missingTagValue, .doubledTag])
        #expect(intake.samples.isEmpty && catalogue.asked == 0)
    }

    @Test("`sync` says how many samples came before it; strings are counted")
    func syncs() {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(recognisesSync: true), seed: 9)
        let first = feed("sync\nm a=1,b=2,c=\"x\"\nsync\nm a=1\n", &ingest, catalogue)
        #expect(first.syncs == [0, 2])
        #expect(first.strings == 1)
        #expect(feed("bad\nsync\n", &ingest, catalogue).syncs == [3])
    }

    @Test("problems are counted without end and kept up to a bound")
    func boundedProblems() {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(), seed: 9)
        let intake = feed(String(repeating: "bad\n", count: 1000), &ingest, catalogue)
        #expect(intake.refused == 1000)
        #expect(intake.problems.map(\.line) == Array(1...LineIngest.maximumProblems))
    }

    @Test("a name that the store refuses is refused with the store's sentence")
    func tooLong() {
        let catalogue = Catalogue()
        var ingest = LineIngest(rules: .init(maximumLine: 200_000), seed: 9)
        let intake = feed("m,a=" + String(repeating: "x", count: 70_000) + " v=1\n", &ingest, catalogue)
        #expect(intake.problems.first?.description.hasPrefix("line 1, column 1: name and labels take 7") == true)
    }

    @Test("Telegraf's lines are read as Telegraf means them")
    func telegraf() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/lineprotocol")
        let text = [UInt8](try Data(contentsOf: folder.appending(path: "telegraf.lp")))
        let expected = String(
            decoding: try Data(contentsOf: folder.appending(path: "telegraf.expected")), as: UTF8.self)
        for pieces in [Int.max, 1, 100] {
            let result = LineRecorder.parsed(text, pieces: pieces)
            #expect(result.errors.isEmpty)
            #expect(result.strings == 2)
            let lines = result.points.map { "\($0.series) \($0.value) \($0.timestamp)" }
            #expect(lines == expected.split(separator: "\n").map(String.init))
        }
    }

    @Test("damaged lines never trap, and pieces do not change what is read")
    func fuzz() {
        let lines = [
            "cpu,host=a,cpu=cpu0 usage=1.5,idle=2i,s=\"a\\\"b\",t=true 1700000000000000000",
            "m\\ n,t\\,u=v\\=w f\\ g=-1e-5",
            "# comment", "sync", "m value=18446744073709551615u -12", "x y=1", "µ,ä=ö ü=.5 7\r",
        ]
        let rules = LineProtocolParser.Rules(maximumLine: 60, recognisesSync: true)
        var differing: [String] = []
        let pool = Array(" ,=\\\"\n\r\t#-+.eiu0123456789tTfF\u{0}µ".utf8) + [0xFF, 0x80]
        for round in FuzzRounds(1500) {
            var generator = SplitMix(seed: round)
            var bytes = Array((lines[Int(generator.next() % 7)] + "\n" + lines[Int(generator.next() % 7)]).utf8)
            for _ in 0...Int(generator.next() % 4) {
                let place = Int(generator.next() % UInt64(bytes.count))
                let byte = pool[Int(generator.next() % UInt64(pool.count))]
                if generator.next() % 2 == 0 { bytes[place] = byte } else { bytes.insert(byte, at: place) }
            }
            let whole = LineRecorder.parsed(bytes, rules: rules)
            let pieces = LineRecorder.parsed(bytes, rules: rules, pieces: Int(generator.next() % 9) + 1)
            if whole != pieces { differing.append(String(decoding: bytes, as: UTF8.self)) }
        }
        #expect(differing.isEmpty, "\(differing.count): \(differing.prefix(2))")
        for text in differing.prefix(1) {
            #expect(LineRecorder.parsed(text, rules: rules) == LineRecorder.parsed(text, rules: rules, pieces: 1))
        }
    }
}
