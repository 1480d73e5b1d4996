// What `status` says of a store that ails, of its size in a year, and of who holds its log; each from values, without
// a store.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("How the store is") struct StoreConditionTests {
    @Test("a store that is well has no ailment")
    func well() { #expect(StoreAilment(isFull: false, shedding: nil, damaged: [:]).sentences == []) }

    @Test("a damaged segment is named with its reason and the command")
    func damaged() {
        let sentences = StoreAilment(isFull: false, shedding: nil, damaged: [9: "checksum", 4: "breaks off"]).sentences
        #expect(sentences.count == 1)
        #expect(sentences.first?.hasPrefix("2 segments are damaged") == true)
        #expect(sentences.first?.contains("segment 4: breaks off") == true)
        #expect(sentences.first?.contains("--salvage NEW") == true)
    }

    @Test("damaged tables of forecasts are named, with what goes on and the command")
    func tables() {
        let ailment = StoreAilment(
            isFull: false, shedding: nil, damaged: [:], tables: [.state: "malformed", .model: "malformed"])
        #expect(ailment.sentences.count == 1)
        #expect(ailment.sentences.first?.hasPrefix("the tables model, state are damaged (malformed)") == true)
        #expect(ailment.sentences.first?.contains("samples are served and stored") == true)
        #expect(ailment.sentences.first?.contains("--salvage NEW") == true)
    }

    @Test("a chore that failed says where, why and when it comes up again")
    func chores() {
        let ailment = StoreAilment(
            isFull: false, shedding: nil, damaged: [:], failures: [.expiry: "samples of series 0 to 127: checksum"])
        #expect(
            ailment.sentences == [
                "taking away what has had its time failed: samples of series 0 to 127: checksum; it is tried again "
                    + "within the hour, and nothing else waits for it"
            ])
    }

    @Test("a full disk comes before what is given up for room")
    func full() {
        let sentences = StoreAilment(isFull: true, shedding: .samples, damaged: [:]).sentences
        #expect(sentences.first == "\(StoreError.full)")
        #expect(sentences.last?.contains("oldest samples") == true)
    }

    @Test("a limit below what the newest day needs is said with both numbers")
    func shortages() {
        let limits: [Shortage] = [
            Shortage(limit: .ofStore, allowed: 50_000_000, needed: 63_120_000),
            Shortage(limit: .ofRule("noise"), allowed: 3000, needed: 11_512),
            Shortage(limit: .ofFileSystem, allowed: 12_000_000_000, needed: 3_000_000_000),
        ]
        let sentences = StoreAilment(isFull: false, shedding: nil, damaged: [:], shortages: limits).sentences
        #expect(sentences.count == 3)
        #expect(sentences[0].hasPrefix("store.max_size 50 MB is less than the newest day needs (63.1 MB): "))
        #expect(sentences[1].hasPrefix("max_size 3 KB of the rule for noise is less than the newest day of its series"))
        #expect(sentences[1].contains("(11.5 KB)"))
        #expect(sentences[2].hasPrefix("store.keep_free wants 12 GB of the file system free, 3 GB are"))
    }

    private static func keeping(
        days: Double, bytes: Int, retention: Duration?, maximum: Int?
    ) -> Keeping {
        var sizes = StoreSizes()
        sizes.fileBytes = bytes
        sizes.oldest = 0
        sizes.newest = Timestamp(days * 86_400 * 1e9)
        return Keeping(
            options: Store.Options(retention: retention, maxBytes: maximum), sizes: sizes, path: "")
    }

    @Test("the file will hold what a day brings times the days kept, or its limit, whichever is less")
    func willHold() {
        let byAge = Self.keeping(days: 2, bytes: 2_000, retention: .seconds(100 * 86_400), maximum: 1_000_000)
        #expect(byAge.willHold?.bytes == 100_000)
        #expect(byAge.willHold?.limitedBy == "age")
        let bySize = Self.keeping(days: 2, bytes: 2_000, retention: .seconds(100 * 86_400), maximum: 50_000)
        #expect(bySize.willHold?.bytes == 50_000)
        #expect(bySize.willHold?.limitedBy == "size")
    }

    @Test("what tiers will hold is counted, by what they take or, before there is a day of one, by their bins")
    func willHoldWithTiers() {
        func willHold(_ there: [StoreSizes.Tier], keep days: Int64, samples: Int = 1_000_000) -> Int64? {
            var options = Store.Options(retention: .seconds(100 * 86_400), maxBytes: nil)
            options.tiers = [Store.Options.Tier(stepSeconds: 3600, keep: .seconds(days * 86_400))]
            var sizes = StoreSizes()
            (sizes.oldest, sizes.newest) = (0, 2 * 86_400_000_000_000)
            (sizes.seriesCount, sizes.sampleCount, sizes.tiers) = (10, samples, there)
            sizes.fileBytes = 2_000 + sizes.tierBytes
            return Keeping(options: options, sizes: sizes, path: "").willHold?.bytes
        }
        // A thousand bytes a day of samples for 100 days; bins of 24 hours and 10 series, of 15 bytes, for 300 days more.
        #expect(willHold([], keep: 400) == 1_180_000)
        // Two samples a day are two bins.
        #expect(willHold([], keep: 400, samples: 4) == 109_000)
        // Five days of bins took a thousand bytes; they are no bytes that a day of samples brings.
        let there = StoreSizes.Tier(
            stepSeconds: 3600, bytes: 1_000, oldest: 0, newest: (5 * 24 - 1) * 3_600_000_000_000)
        #expect(willHold([there], keep: 400) == 160_000)
        // A tier that ends before samples go holds nothing, and of one that nobody wants nothing will be left.
        #expect(willHold([], keep: 50) == 100_000)
        let unwanted = StoreSizes.Tier(stepSeconds: 60, bytes: 50_000, oldest: 0, newest: 86_400_000_000_000)
        #expect(willHold([unwanted], keep: 50) == 100_000)
    }

    @Test("less than a day says nothing about a year, and no limit at all holds everything")
    func unknown() {
        #expect(Self.keeping(days: 0.5, bytes: 2_000, retention: .seconds(86_400), maximum: nil).willHold == nil)
        #expect(Self.keeping(days: 5, bytes: 2_000, retention: nil, maximum: nil).willHold == nil)
    }

    private static let locks = """
        1: POSIX  ADVISORY  READ  501 fe:00:77 128 128
        2: POSIX  ADVISORY  READ  502 fe:00:77 124 124
        3: POSIX  ADVISORY  WRITE 503 fe:00:77 123 123
        4: POSIX  ADVISORY  READ  504 fe:00:88 124 124
        5: FLOCK  ADVISORY  READ  505 fe:00:77 124 124
        """

    @Test("the reader of a log is the one with a read lock among the five of its index")
    func reader() {
        #expect(LogReader.reader(in: Self.locks, inode: 77, except: 1) == 502)
        #expect(LogReader.reader(in: Self.locks, inode: 88, except: 1) == 504)
        #expect(LogReader.reader(in: Self.locks, inode: 77, except: 502) == nil)
        #expect(LogReader.reader(in: Self.locks, inode: 99, except: 1) == nil)
    }
}
