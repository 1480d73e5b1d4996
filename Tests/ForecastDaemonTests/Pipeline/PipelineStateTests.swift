// A pipeline that was put away and taken up again goes on as if nothing had been.

import RNNForecast
import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Pipeline state") struct PipelineStateTests {
    private func restored(
        _ pipeline: SeriesPipeline, from values: [Double], state: [UInt8]? = nil
    ) throws -> SeriesPipeline {
        let state = state ?? pipeline.encodedState()
        let range = SeriesPipeline.binsToRestore(
            processed: pipeline.nextBin - 1, plan: pipeline.plan, isTrained: pipeline.trained != nil)
        let bins = range.map { bin in
            bin >= pipeline.firstBin ? values[Int(bin - pipeline.firstBin)] : .nan
        }
        return try SeriesPipeline(
            restoring: state, plan: pipeline.plan, series: 3, grid: 7, settings: pipeline.settings,
            bins: BinHistory(first: range.lowerBound, stepSeconds: 300, values: bins),
            forecaster: pipeline.trained?.forecaster)
    }

    @Test("restored from its state and the stored bins it makes the same rows", arguments: [3, 119, 500, 1000])
    func resumes(at: Int) throws {
        var values = waves(bins: 1300, stepSeconds: 300, seed: 11, gaps: 0.02)
        for k in 900..<1100 { values[k] += 90 }
        var whole = fiveMinutePipeline()
        _ = try whole.feed(Array(values[..<at]), training: true)
        var other = try restored(whole, from: values)
        let rest = Array(values[at...])
        #expect(try whole.feed(rest) == other.feed(rest))
        #expect(whole.encodedState() == other.encodedState())
    }

    private static let values = waves(bins: 500, stepSeconds: 300, seed: 12)
    private static let settled: SeriesPipeline? = {
        var pipeline = fiveMinutePipeline()
        return (try? pipeline.feed(values)).map { _ in pipeline }
    }()

    @Test("any flipped bit of a state is refused", arguments: 0..<64 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let values = Self.values
        let pipeline = try #require(Self.settled)
        var state = pipeline.encodedState()
        state[Int(random.bits() % UInt64(state.count))] ^= 1 << UInt8(random.bits() % 8)
        #expect(throws: DriftStateError.self) { try restored(pipeline, from: values, state: state) }
        let cut = Array(pipeline.encodedState().prefix(Int(random.bits() % UInt64(state.count))))
        #expect(throws: DriftStateError.self) { try restored(pipeline, from: values, state: cut) }
    }

    @Test("the state of a 5-minute grid takes at most 8 KB")
    func size() throws {
        var pipeline = fiveMinutePipeline()
        _ = try pipeline.feed(waves(bins: 1500, stepSeconds: 300, seed: 13))
        #expect(pipeline.encodedState().count <= 8192)
    }
}
