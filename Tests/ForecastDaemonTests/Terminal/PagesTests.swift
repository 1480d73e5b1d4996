// Pages of the command line from answers made by hand: what is said, in which words, and what is left out.

import Testing

@testable import ForecastDaemon

@Suite("Pages of the command line") struct PagesTests {
    private static let clock = ClockText(isLocal: false, now: 1_764_000_000_000_000_000)

    private static func forecast(_ extra: String) throws -> ForecastReply {
        let text = """
            {"series":"disk_used_percent{path=/}","unit":"percent","step_seconds":300,"origin":1764000000000000000,
             "issued_at":1764000000000000000,"model":"ridge","skill":0.12,"targets":[1764000300000000000],
             "median":[91.5],"lower80":[91],"upper80":[92],"lower95":[90],"upper95":[93]\(extra)}
            """
        return try decoded(ForecastReply.self, from: Array(text.utf8))
    }

    @Test("a value that is reached has three dates, the odds and the method")
    func reached() throws {
        let reply = try Self.forecast(
            #"""
            ,"reaches":{"value":95,"q10":1764050000000000000,"q50":1764080000000000000,"q90":null,
            "probability":0.83,"within_seconds":604800,"method":"paths of past weeks"}
            """#)
        let page = ForecastPage.reaches(reply, past: nil, on: .file, clock: Self.clock)
        #expect(page.contains("50 % sure by   2025-11-25T14:13:20Z"))
        #expect(page.contains("90 % sure by   not within 7 d"))
        #expect(page.contains("83 %"))
        #expect(page.contains("paths of past weeks"))
    }

    @Test("a value that is there already has no odds, and a page has no nanoseconds")
    func thereAlready() throws {
        let reply = try Self.forecast(
            #"""
            ,"reaches":{"value":95,"q10":1,"q50":1,"q90":1,"probability":1,"within_seconds":0,"method":"reached already"}
            """#)
        let page = ForecastPage.reaches(reply, past: nil, on: .file, clock: Self.clock)
        #expect(page.hasSuffix("  it is there already\n"))
        #expect(Self.clock.full(1_764_000_000_231_841_930) == "2025-11-24T16:00:00Z")
        #expect(Self.clock.full(-1) == "1969-12-31T23:59:59Z")
    }

    @Test("what is as good as the best simple model is not said to be 0.0 % better")
    func asGood() throws {
        let text = #"{"series":"a","step_seconds":60,"model":"last-value","skill":0.0001}"#
        let reply = try decoded(ForecastReply.self, from: Array(text.utf8))
        #expect(ForecastPage.model(reply, Self.clock).contains("as good as the best simple model"))
    }

    @Test("sizes that somebody has set are shown as they were set")
    func limits() {
        #expect(Wording.limit(5_000_000_000) == "5 GB")
        #expect(Wording.limit(5_368_709_120) == "5 GiB")
    }

    @Test("too little history is an answer")
    func tooLittle() throws {
        let reply = try Self.forecast(#","reaches":{"value":95,"method":"too little history (have 5 h, need 24 h)"}"#)
        let page = ForecastPage.reaches(reply, past: nil, on: .file, clock: Self.clock)
        #expect(page.contains("too little history (have 5 h, need 24 h)"))
    }

    @Test("the page says who made the forecast and how it was judged")
    func model() throws {
        let reply = try Self.forecast(#","state":"learning (2 of 400 bins)","next_model":"network""#)
        let page = ForecastPage.written(
            reply, past: nil, atMoment: Self.clock.now, on: .file, clock: Self.clock)
        #expect(page.contains("served by ridge"))
        #expect(page.contains("12 % below the best simple model's"))
        #expect(page.contains("learning (2 of 400 bins)"))
        #expect(page.contains("91.5 %"))
    }

    @Test("the table on a terminal has the first and the last step")
    func steps() {
        #expect(ForecastPage.rows(of: 60, all: false).first == 0)
        #expect(ForecastPage.rows(of: 60, all: false).last == 59)
        #expect(ForecastPage.rows(of: 60, all: true).count == 60)
        #expect(ForecastPage.rows(of: 3, all: false) == [0, 1, 2])
    }

    @Test("an alert is the daemon's sentence, and a firing one says how to accept it")
    func alert() throws {
        let text = """
            {"id":7,"series":"mem_used{host=a}","kind":"drift","state":"firing","since":1764000000000000000,
             "resolved":null,"expected":48,"lower":41,"upper":55,"actual":92,"rmse":40,"baseline_rmse":4,"ratio":10,
             "sentence":"mem_used{host=a}: 92 since 03:10, expected 41–55 (usual for Tue 03:00)"}
            """
        let reply = try decoded(AlertReply.self, from: Array(text.utf8))
        let page = AlertsPage.written([reply], on: .file)
        #expect(page.hasPrefix("firing    mem_used{host=a}: 92 since 03:10, expected 41–55"))
        #expect(page.contains("forecastd accept 7"))
    }

    @Test(
        "the state is shown without what another column says",
        arguments: [
            ("learning (2 of 400 bins), last value", "last-value", "learning (2 of 400 bins)"),
            (
                "learning (130 of 400 bins), ridge; catching up, 7 bins behind", "ridge",
                "learning (130 of 400 bins); catching up, 7 bins behind"
            ),
            ("elman-7", "elman-7", nil),
        ])
    func waiting(state: String, model: String, text: String?) {
        #expect(SeriesPage.waiting(state, model: model) == text)
    }
}
