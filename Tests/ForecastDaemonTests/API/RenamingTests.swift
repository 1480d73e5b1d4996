// Which series `rename OLD NEW` means and what they will be called, worked out before anything is changed. The
// renaming itself is the store's.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("What a renaming means") struct RenamingTests {
    private static let all: [SeriesInfo] = ["load{host=a}", "load{host=b}", "mem"].enumerated().compactMap {
        guard let key = try? seriesKey(printed: $1) else { return nil }
        return SeriesInfo(id: SeriesID($0), key: key, kind: .gauge, unit: "", aggregate: .mean, createdDay: 0)
    }

    private static func plan(_ old: String, _ new: String) throws -> [String] {
        try Renaming.plan(old: old, new: new, among: all).map { "\($0.info.key) -> \($0.key)" }
    }

    @Test("a bare name stands for all series of that name, and their labels stay")
    func names() throws {
        #expect(try Self.plan("load", "load1") == ["load{host=a} -> load1{host=a}", "load{host=b} -> load1{host=b}"])
    }

    @Test("with labels on either side it is one series and one key")
    func one() throws {
        #expect(try Self.plan("load{host=a}", "load{host=z}") == ["load{host=a} -> load{host=z}"])
        #expect(try Self.plan("mem", "mem{host=a}") == ["mem -> mem{host=a}"])
        #expect(try Self.plan("load{host=b}", "x") == ["load{host=b} -> x"])
    }

    @Test("what is not there is told with names that are like it")
    func unknown() {
        #expect(throws: RenamePlanError.unknown("lod", near: ["load{host=a}", "load{host=b}"])) {
            try Self.plan("lod", "load1")
        }
        #expect(throws: RenamePlanError.unknown("load{host=c}", near: ["load{host=a}", "load{host=b}"])) {
            try Self.plan("load{host=c}", "x")
        }
        #expect(throws: RenamePlanError.same("mem")) { try Self.plan("mem", "mem") }
    }
}
