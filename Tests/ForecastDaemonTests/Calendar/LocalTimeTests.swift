// Local time without Foundation: dates, rules of zones and TZif files, those of this host among them where it has any.

import FoundationEssentials
import Testing

@testable import ForecastDaemon

@Suite("Local time") struct LocalTimeTests {
    /// The bytes of a file of this host, nil if there is none.
    private func read(_ path: String) -> [UInt8]? {
        (try? Data(contentsOf: URL(filePath: path))).map { [UInt8]($0) }
    }

    @Test("days since 1970 and dates are each other's inverse, over 400 years and before")
    func dates() {
        for day in stride(from: Int64(-1_000_000), to: 1_000_000, by: 37) {
            #expect(CivilDate(daysSince1970: day).daysSince1970 == day)
        }
        let leap = CivilDate(daysSince1970: 11_016)
        #expect((leap.year, leap.month, leap.day) == (2000, 2, 29))
        #expect(Weekday(daysSince1970: 0) == .thursday && Weekday(daysSince1970: -1) == .wednesday)
    }

    @Test("a moment before 1970 has a time of day like any other")
    func negative() {
        let moment = LocalMoment(localSeconds: -1)
        #expect(moment.day == -1 && moment.clock == "23:59")
    }

    @Test(
        "the rule of Berlin turns on the last Sundays of March and October",
        arguments: [
            (1_774_745_999 as Int64, 3600 as Int64), (1_774_746_000, 7200), (1_792_889_999, 7200),
            (1_792_890_000, 3600),
        ])
    func berlin(at seconds: Int64, offset: Int64) throws {
        let rule = try #require(ZoneRule(posix: "CET-1CEST,M3.5.0,M10.5.0/3"))
        #expect(rule.offset(at: seconds) == offset)
    }

    @Test(
        "rules of the south, of half hours, of fixed names and of days before midnight",
        arguments: [
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_767_225_600 as Int64, 39_600 as Int64),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_782_864_000, 36_000),
            ("<+0530>-5:30", 1_767_225_600, 19_800),
            ("UTC0", 1_767_225_600, 0),
            ("EST5EDT,M3.2.0,M11.1.0", 1_782_864_000, -14_400),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_782_864_000, -3600),
            ("XXX3YYY,J60,J300", 1_782_864_000, -7200),
        ])
    func rules(text: String, at seconds: Int64, offset: Int64) throws {
        #expect(try #require(ZoneRule(posix: text)).offset(at: seconds) == offset)
    }

    @Test(
        "what is no rule is refused",
        arguments: ["", "CET", "C-1", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0", "<+01-1"])
    func refused(text: String) {
        #expect(ZoneRule(posix: text) == nil)
    }

    /// Version 1 bytes with one turn at 1000 s from +1 h to +2 h.
    private var tiny: [UInt8] {
        var b = Array("TZif".utf8) + Array(repeating: 0, count: 16)
        for n in [0, 0, 0, 1, 2, 8] as [UInt8] { b += [0, 0, 0, n] }
        b += [0, 0, 3, 0xE8, 1]
        b += [0, 0, 0x0E, 0x10, 0, 0, 0, 0, 0x1C, 0x20, 1, 4]
        return b + Array("CET\0CST\0".utf8)
    }

    @Test("a TZif file gives its offsets, and is refused when cut or damaged in its head")
    func tzif() throws {
        let table = try #require(ZoneTable(tzif: tiny))
        #expect(table.offset(at: 999) == 3600 && table.offset(at: 1000) == 7200)
        for n in 0..<tiny.count { #expect(ZoneTable(tzif: Array(tiny.prefix(n))) == nil) }
        var bad = tiny
        bad[0] = 0
        #expect(ZoneTable(tzif: bad) == nil)
    }

    @Test("names lead to files, unknown ones and paths upwards to nothing, no /etc/localtime to UTC")
    func names() {
        var asked: [String] = []
        _ = LocalTime.named("Europe/Berlin") { path in
            asked.append(path)
            return nil
        }
        #expect(asked == ["/usr/share/zoneinfo/Europe/Berlin"])
        #expect(LocalTime.named("../passwd") { _ in self.tiny } == nil)
        #expect(LocalTime.named("local") { _ in nil } == .utc)
        #expect(LocalTime.named("UTC") { _ in nil } == .utc)
        #expect(LocalTime.named("local", environment: ":Asia/Tokyo") { $0.hasSuffix("Tokyo") ? self.tiny : nil } != nil)
    }

    @Test("this host's own zone files agree with their rules far in the future")
    func host() throws {
        guard let bytes = read("/usr/share/zoneinfo/Europe/Berlin") else {
            print("skipped: this host has no zone files")
            return
        }
        let zone = LocalTime.zone(try #require(ZoneTable(tzif: bytes)))
        #expect(zone.offset(at: 1_774_746_000) == 7200 && zone.offset(at: 1_774_745_999) == 3600)
        #expect(zone.offset(at: 4_102_444_800) == 3600)  // 2100-01-01
        #expect(zone.offset(at: 4_118_083_200) == 7200)  // 2100-07-01
        #expect(zone.moment(at: 1_774_746_000).clock == "03:00")
    }
}
