// When a series reaches a value, on histories of which the answer is known. Histories that look like disks are in
// `DiskTests`.

import Testing

@testable import ForecastDaemon

@Suite("Arrival") struct ArrivalTests {
    private func estimate(_ answer: ArrivalAnswer) -> ArrivalEstimate? {
        if case .estimate(let e) = answer { e } else { nil }
    }

    @Test("a straight line is answered with its own arrival", arguments: [2, 7, 14, 42])
    func line(days: Int) throws {
        // 1 in a day, 15-minute bins.
        let bins = (0...days * 96).map { Double($0) / 96 }
        let now = Double(days)
        let question = ArrivalQuestion(reaching: now + 3, from: now)
        let e = try #require(estimate(Arrival.answer(question, bins: bins, stepSeconds: 900, now: now)))
        let truth = 3 * 86_400.0
        #expect(abs(try #require(e.q50) - truth) < 0.06 * truth)
        #expect(try #require(e.q10) < truth)
        #expect(e.q90.map { $0 > truth } ?? true)
        #expect(e.probability > 0.8)
    }

    @Test("a value that is passed has been reached already, from either side")
    func reached() {
        let bins = Array(repeating: 5.0, count: 1000)
        for question in [ArrivalQuestion(value: 5, direction: .above), ArrivalQuestion(value: 6, direction: .below)] {
            #expect(Arrival.answer(question, bins: bins, stepSeconds: 900, now: 5) == .reachedAlready)
        }
        #expect(
            Arrival.answer(ArrivalQuestion(reaching: 5, from: 5), bins: [], stepSeconds: 900, now: 5) == .reachedAlready
        )
    }

    @Test("less than a day of history is too little, and the answer says how much there is")
    func little() {
        let question = ArrivalQuestion(reaching: 100, from: 5)
        #expect(
            Arrival.answer(question, bins: Array(repeating: 5, count: 21), stepSeconds: 900, now: 5)
                == .tooLittleHistory(haveSeconds: 5 * 3600, needSeconds: 86_400))
        #expect(
            Arrival.answer(question, bins: [.nan, .nan], stepSeconds: 900, now: 5)
                == .tooLittleHistory(haveSeconds: 0, needSeconds: 86_400))
    }

    @Test("a series that does not move arrives nowhere within 7 days")
    func still() throws {
        let question = ArrivalQuestion(reaching: 6, from: 5)
        let answer = Arrival.answer(question, bins: Array(repeating: 5, count: 2000), stepSeconds: 900, now: 5)
        let e = try #require(estimate(answer))
        #expect(e.q10 == nil && e.q50 == nil && e.q90 == nil && e.probability == 0)
    }

    @Test("no path leaves what the values' kind allows: below zero, above one hundred per cent")
    func bounds() {
        var noise = SeededNoise(seed: 1)
        let bins = (0..<4000).map { _ in max(0, 2 + 2 * noise.normal()) }
        let below = ArrivalQuestion(value: -0.1, direction: .below)
        #expect(estimate(Arrival.answer(below, bins: bins, stepSeconds: 900, now: 1))?.probability == 0)
        let full = (0..<4000).map { min(100, 60 + Double($0) / 100) }
        let above = ArrivalQuestion(value: 100.5, direction: .above)
        let answer = Arrival.answer(above, bins: full, stepSeconds: 900, now: 99.9, percentage: true)
        #expect(estimate(answer)?.probability == 0)
    }

    @Test(
        "the method follows the length of history",
        arguments: [
            (1, ArrivalMethod.hourly), (2, .daily), (13, .daily), (14, .weekly), (60, .weekly),
        ])
    func methods(days: Int, method: ArrivalMethod) {
        let bins = (0...days * 96).map { Double($0) }
        let now = Double(days * 96)
        let question = ArrivalQuestion(reaching: now + 50, from: now)
        #expect(estimate(Arrival.answer(question, bins: bins, stepSeconds: 900, now: now))?.method == method)
    }

    @Test("gaps are crossed, and the same bins give the same answer")
    func gaps() throws {
        var noise = SeededNoise(seed: 4)
        let bins = (0..<2000).map { k in
            noise.uniform() < 0.3 || (700..<900).contains(k) ? Double.nan : Double(k) / 96 + 0.1 * noise.normal()
        }
        let question = ArrivalQuestion(value: 24, direction: .above)
        let answer = Arrival.answer(question, bins: bins, stepSeconds: 900, now: 20.8)
        #expect(answer == Arrival.answer(question, bins: bins, stepSeconds: 900, now: 20.8))
        let e = try #require(estimate(answer))
        let q50 = try #require(e.q50)
        #expect(abs(q50 / 86_400 - 3.2) < 0.7)
    }

    @Test(
        "steps of an hour and of a day work like steps of a quarter of an hour", arguments: [3600, 86_400] as [Int64])
    func steps(seconds: Int64) throws {
        let n = Int(30 * 86_400 / seconds)
        let bins = (0...n).map { Double($0) * Double(seconds) / 86_400 }
        let question = ArrivalQuestion(reaching: 33, from: 30)
        let answer = Arrival.answer(
            question, bins: bins, stepSeconds: seconds, now: 30, horizonSteps: Int(7 * 86_400 / seconds))
        let e = try #require(estimate(answer))
        #expect(abs(try #require(e.q50) / 86_400 - 3) < 0.3)
    }

    @Test("a load's deviation of today is not carried through the week")
    func load() throws {
        var noise = SeededNoise(seed: 9)
        var off = 0.0
        let bins = (0..<4033).map { k -> Double in
            off = 0.9 * off + noise.normal()
            return 50 + 10 * noise.wave(k, period: 96) + off
        }
        #expect(Reversion.pull(bins, day: 96) > 0)
        // Ten above the usual: with increments alone every evening of the week would be ten above it too.
        let now = 50 + 10 * noise.wave(4032, period: 96) + 10
        let question = ArrivalQuestion(value: 74, direction: .above)
        let e = try #require(estimate(Arrival.answer(question, bins: bins, stepSeconds: 900, now: now)))
        #expect(e.probability < 0.2)
    }
}
