// Models as bytes: what was released is read for ever, and damage is noticed.

import RNNKernelTable
import Testing

@testable import RNNForecast

@Suite("Model format") struct ModelFormatTests {
    /// One model of each kind, built without training, so that the bytes are the same on every machine.
    static let models: [(name: String, model: Forecaster)] = {
        var noise = GoldenNoise()
        let bounds = ForecastBounds(lower: 0, upper: 100)
        let unit = SeriesUnit(centre: 50, spread: 10, scaleFloor: 0.05)
        var plan = ForecastPlan(stepSeconds: 300, horizon: 6, season: 288)
        plan.knots = [1, 3, 6]
        plan.hidden = 5
        plan.coarseMeans = 8
        plan.percentage = true
        plan.phaseOffsetSeconds = -3_600
        let design = HighwayDesign(window: 48, leads: 6, seasons: [288])
        let coefficients = noise(6 * design.weights, times: 0.125)
        let ridge = RidgeWeights(design: design, coefficients: coefficients, offsets: noise(42, times: 0.5))
        var models: [(String, Forecaster)] = [
            ("last-value", .lastValue(LastValueForecaster(leads: 3, offsets: noise(21), bounds: bounds))),
            (
                "seasonal-naive",
                .seasonalNaive(SeasonalNaiveForecaster(leads: 3, season: 4, offsets: noise(7), bounds: bounds))
            ),
            ("ridge", .ridge(RidgeForecaster(plan: plan, unit: unit, weights: ridge, bounds: bounds))),
        ]
        for cell in Cell.allCases {
            plan.cell = cell
            let shape = NetworkShape(plan: plan, design: design)
            let weights = NetworkWeights(
                shape: shape, parameters: noise(shape.parameterCount, times: 0.25).map { Float($0) })
            let network = NetworkForecaster(
                plan: plan, unit: unit, weights: weights, bounds: bounds, spread: [])
            models.append((cell.rawValue, .network(network)))
        }
        plan.cell = .elman
        plan.contextUnits = 3
        plan.gated = true
        plan.eventLevel = 0.9
        let wide = NetworkShape(plan: plan, design: design)
        let wideWeights = NetworkWeights(
            shape: wide, parameters: noise(wide.parameterCount, times: 0.25).map { Float($0) })
        let heads = NetworkForecaster(
            plan: plan, unit: unit, weights: wideWeights, bounds: bounds, spread: [], eventThreshold: 61.5)
        models.append(("heads", .network(heads)))
        plan.contextUnits = 0
        plan.gated = false
        plan.eventLevel = nil
        plan.readout = .everyStep
        plan.coarseMeans = 0
        let shape = NetworkShape(plan: plan, design: design)
        let weights = NetworkWeights(
            shape: shape, parameters: noise(shape.parameterCount, times: 0.25).map { Float($0) })
        let sequence = SequenceForecaster(
            plan: plan, unit: unit, weights: weights, bounds: bounds, spread: ridge.offsets.map(stored))
        models.append(("sequence", .sequence(sequence)))
        return models
    }()

    /// As the file keeps it.
    private static func stored(_ value: Double) -> Double { Double(Float(value)) }

    @Test("what is decoded is what was encoded, and forecasts the same", arguments: models.indices)
    func roundTrip(index: Int) throws {
        let model = Self.models[index].model
        let decoded = try Forecaster(decoding: model.encoded())
        #expect(decoded == model)
        var noise = GoldenNoise()
        let history = BinHistory(first: 77, stepSeconds: 300, values: noise(400, times: 10).map { $0 + 50 })
        #expect(decoded.forecast(history) == model.forecast(history))
    }

    @Test("bytes of version 1 are read and written for ever", arguments: models.indices)
    func golden(index: Int) throws {
        let (name, model) = Self.models[index]
        let stored = try Fixture.bytes("model/\(name).v1.bin", orRecord: model.encoded())
        let same = model.encoded() == stored
        #expect(same, "\(name)")
        let decoded = try Forecaster(decoding: stored)
        #expect(decoded == model)
    }

    @Test("a damaged model is refused, whichever byte is wrong", arguments: models.indices)
    func damage(index: Int) {
        let bytes = Self.models[index].model.encoded()
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
            var damaged = bytes
            damaged[place] ^= UInt8(1 << (place % 8))
            #expect(throws: ModelFormatError.self) { try Forecaster(decoding: damaged) }
        }
        for length in [0, 1, 15, bytes.count / 2, bytes.count - 1] {
            #expect(throws: ModelFormatError.self) { try Forecaster(decoding: Array(bytes.prefix(length))) }
        }
    }

    @Test("half precision keeps every number it has, and rounds to the nearest")
    func half() {
        for bits in UInt16.min...UInt16.max {
            let value = fullPrecision(bits)
            if value.isNaN || value.isInfinite { continue }
            #expect(halfPrecision(value) == bits || value == 0)
        }
        #expect(halfPrecision(1 + 0x1p-11) == halfPrecision(1))  // ties to even
        #expect(halfPrecision(1 + 3 * 0x1p-11) == halfPrecision(1 + 0x1p-9))
        #expect(halfPrecision(1e9) == halfPrecision(65_504))
    }

    @Test("a near model fits into 12 KB stored, a week in 15-minute steps into 60")
    func size() {
        for (what, bytes) in Capacity.encodedModels() {
            #expect(bytes.count <= (what.hasPrefix("near") ? 12 : 60) * 1_024, "\(what)")
        }
    }
}
