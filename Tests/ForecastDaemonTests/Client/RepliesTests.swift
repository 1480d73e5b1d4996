// Answers of older and newer daemons as the command line reads them: unknown keys, missing ones, numbers that are
// strings.

import Testing

@testable import ForecastDaemon

@Suite("Answers of the API") struct RepliesTests {
    @Test("numbers that are not finite come as strings, missing ones as null")
    func numbers() throws {
        let text = #"[{"series":"a","timestamps":[1,2,3,4],"values":[1.5,"NaN","-Inf",null]}]"#
        let reply = try decoded([SamplesReply].self, from: Array(text.utf8))
        #expect(reply[0].values[0].value == 1.5)
        #expect(reply[0].values[1].value.isNaN)
        #expect(reply[0].values[2].value == -.infinity)
        #expect(reply[0].values[3].value.isNaN)
    }

    @Test("a row of an older daemon, without what came later, is read")
    func oldSeries() throws {
        let reply = try SeriesReply.rows(from: Array(#"[{"series":"a{b=c}","last_value":7}]"#.utf8))
        #expect(reply[0].lastValue?.value == 7)
        #expect(reply[0].state == nil)
    }

    @Test("a forecast whose columns differ in length is not taken for whole")
    func inconsistent() throws {
        let text = #"""
            [{"series":"a","step_seconds":60,"origin":0,"issued_at":0,"model":"ridge","targets":[1,2],
              "median":[1,2],"lower80":[1],"upper80":[1,2],"lower95":[1,2],"upper95":[1,2]}]
            """#
        #expect(try decoded([ForecastReply].self, from: Array(text.utf8))[0].steps.isEmpty)
    }

    @Test("nonsense is an interrupted daemon, not a crash")
    func nonsense() {
        #expect {
            _ = try SeriesReply.rows(from: Array("<html>".utf8))
        } throws: { ($0 as? ClientError)?.exitCode == 69 }
    }
}
