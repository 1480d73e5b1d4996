// When trainings fall due, and what is kept out of them.

import RNNForecast
import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Training schedule") struct TrainingScheduleTests {
    /// Bins, counted from 0, after which a training was due in a life of `count` present bins.
    private func dueBins(stepSeconds: Int64, grid: GridID, count: Int) -> [Int64] {
        var schedule = TrainingSchedule(plan: .near(stepSeconds: stepSeconds), grid: grid, settings: PipelineSettings())
        var due: [Int64] = []
        for bin in 0..<Int64(count) {
            schedule.close(bin: bin, present: Int(bin) + 1, worthwhile: true)
            if schedule.due != nil {
                due.append(bin)
                schedule.done(bin: bin, present: Int(bin) + 1)
            }
        }
        return due
    }

    @Test("the rungs come first, then a training every 240 bins", arguments: [1, 2, 3, 100, 101] as [GridID])
    func fiveMinutes(grid: GridID) {
        let due = dueBins(stepSeconds: 300, grid: grid, count: 3000)
        #expect(due.contains(119) && due.contains(399))
        let later = due.filter { $0 > 399 }
        #expect(zip(later, later.dropFirst()).allSatisfy { $1 - $0 == 240 })
        #expect(later.first.map { (120...360).contains($0 - 399) } == true)
    }

    @Test("minutes are trained every six hours, hours every week")
    func bounds() {
        let minutes = dueBins(stepSeconds: 60, grid: 5, count: 5000).suffix(3)
        #expect(zip(minutes, minutes.dropFirst()).allSatisfy { $1 - $0 == 360 })
        let hours = dueBins(stepSeconds: 3600, grid: 5, count: 5000).suffix(3)
        #expect(zip(hours, hours.dropFirst()).allSatisfy { $1 - $0 == 168 })
    }

    @Test("grids that were born together are not trained together")
    func staggered() {
        var taken: [Int64: Int] = [:]
        for grid in 1...240 {
            taken[dueBins(stepSeconds: 300, grid: GridID(grid), count: 2000).last ?? 0, default: 0] += 1
        }
        #expect(taken.values.max() ?? 0 <= 3)
    }

    @Test("a training that was missed stays due, and a drift overtakes it")
    func priority() {
        var schedule = TrainingSchedule(plan: .near(stepSeconds: 300), grid: 1, settings: PipelineSettings())
        for bin in 0..<130 { schedule.close(bin: Int64(bin), present: bin + 1, worthwhile: true) }
        #expect(schedule.due == .rung)
        schedule.raise(.drift)
        schedule.raise(.periodic)
        #expect(schedule.due == .drift)
    }

    @Test("bins that are all equal are not trained on")
    func equalBins() throws {
        var pipeline = fiveMinutePipeline()
        _ = try pipeline.feed(Array(repeating: 1, count: 200))
        #expect(pipeline.needsTraining == nil)
        _ = try pipeline.feed([2])
        #expect(pipeline.needsTraining?.reason == .rung)
    }

    @Test("with training off none is ever due, and the last value serves")
    func off() throws {
        var settings = PipelineSettings()
        settings.trains = false
        var pipeline = fiveMinutePipeline(settings: settings)
        _ = try pipeline.feed(waves(bins: 500, stepSeconds: 300, seed: 1))
        #expect(pipeline.needsTraining == nil)
        #expect(pipeline.modelStatus.model == "last-value" && pipeline.modelStatus.nextModel == nil)
    }

    @Test("an open incident is masked, and its end makes a training due before all others")
    func incident() throws {
        var pipeline = fiveMinutePipeline()
        let calm = waves(bins: 288 * 6, stepSeconds: 300, seed: 2)
        _ = try pipeline.feed(calm)
        let shifted = waves(bins: 100, stepSeconds: 300, seed: 3).map { $0 + 100 }
        let alerts = try pipeline.feed(shifted).alerts
        #expect(alerts.map(\.state) == ["firing"])
        let need = pipeline.trainingNeed(.asked)
        let masked = try #require(need.masked)
        #expect(masked.upperBound == pipeline.nextBin)
        #expect(abs(masked.count - 100) <= 3)
        let request = pipeline.trainingRequest(need, values: Array(repeating: 1, count: need.bins.count))
        #expect(request.history.values.suffix(masked.count).allSatisfy { $0.isNaN })
        #expect(request.history.values.dropLast(masked.count).allSatisfy { $0 == 1 })
        let accepted = pipeline.accept(by: "operator", at: 5_000_000_000)
        #expect(accepted.alerts.map(\.acceptedBy) == ["operator"])
        #expect(pipeline.needsTraining?.reason == .drift)
        #expect(pipeline.needsTraining?.masked == nil)
        #expect(pipeline.accept(by: "operator", at: 6).isEmpty)
    }

    @Test("an answer says what is waited for, and until when")
    func status() throws {
        var pipeline = fiveMinutePipeline()
        #expect(pipeline.modelStatus.sentence == "learning (0 of 400 bins), no forecast yet")
        _ = try pipeline.feed(waves(bins: 2, stepSeconds: 300, seed: 4))
        let status = pipeline.modelStatus
        #expect(status.sentence == "learning (2 of 400 bins), last value")
        #expect(status.nextModel == "ridge")
        #expect(status.readyAt == pipeline.clock.start(of: pipeline.firstBin + 120))
    }
}
