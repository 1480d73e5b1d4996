// A forecaster as bytes (docs/format/model.md): magic, version, kind, payload, checksum.
//
//     "RNNF"  version u8  kind u8  0 u16  payload length u32  payload  CRC-32C u32 of all before it
//
// Numbers are little-endian. What is decoded forecasts bit for bit as what was encoded did, because fitted weights are
// rounded to the stored precision before they serve.

internal import RNNKernelTable

private let magic: [UInt8] = Array("RNNF".utf8)
private let currentVersion: UInt8 = 1
private let headerSize = 12

extension Forecaster {
    /// The bytes of this model.
    public func encoded() -> [UInt8] {
        var payload = ModelWriter()
        let kind: UInt8
        switch self {
        case .lastValue(let model):
            kind = 1
            payload.put(UInt32(model.leads))
            payload.put(model.bounds)
            for offset in model.offsets { payload.put(offset) }
        case .seasonalNaive(let model):
            kind = 2
            payload.put(UInt32(model.leads))
            payload.put(UInt32(model.season))
            payload.put(model.bounds)
            for offset in model.offsets { payload.put(offset) }
        case .ridge(let model):
            kind = 3
            payload.put(model.plan)
            payload.put(model.unit)
            payload.put(model.bounds)
            payload.put(model.weights.design)
            for weight in model.weights.coefficients + model.weights.offsets { payload.put(Float(weight)) }
        case .network(let model):
            kind = 4
            payload.put(model.plan)
            payload.put(model.unit)
            payload.put(model.bounds)
            payload.put(model.weights.shape.design)
            payload.put(model.weights)
            for offset in model.spread { payload.put(Float(offset)) }
            if let threshold = model.eventThreshold { payload.put(threshold) }
        case .sequence(let model):
            kind = 5
            payload.put(model.plan)
            payload.put(model.unit)
            payload.put(model.bounds)
            payload.put(model.weights.shape.design)
            payload.put(model.weights)
            for offset in model.spread { payload.put(Float(offset)) }
        }
        var out = ModelWriter()
        for byte in magic { out.put(byte) }
        out.put(currentVersion)
        out.put(kind)
        out.put(UInt16(0))
        out.put(UInt32(payload.bytes.count))
        for byte in payload.bytes { out.put(byte) }
        out.put(crc32c(out.bytes[...]))
        return out.bytes
    }

    /// The model of `bytes`.
    public init(decoding bytes: [UInt8]) throws(ModelFormatError) {
        guard bytes.count >= headerSize + 4 else { throw .truncated(needed: headerSize + 4, found: bytes.count) }
        guard Array(bytes[..<4]) == magic else { throw .notAModel }
        guard bytes[4] <= currentVersion else { throw .unknownVersion(bytes[4]) }
        var header = ModelReader(bytes, from: 8)
        let length = Int(try header.take(UInt32.self))
        guard bytes.count == headerSize + length + 4 else {
            throw .truncated(needed: headerSize + length + 4, found: bytes.count)
        }
        var trailer = ModelReader(bytes, from: headerSize + length)
        let stored = try trailer.take(UInt32.self)
        let computed = crc32c(bytes[..<(headerSize + length)])
        guard stored == computed else { throw .checksumMismatch(stored: stored, computed: computed) }
        var payload = ModelReader(bytes, from: headerSize)
        switch bytes[5] {
        case 1:
            let leads = try payload.leads()
            let bounds = try payload.bounds()
            var offsets: [Double] = []
            for _ in 0..<(leads * 7) { offsets.append(try payload.double()) }
            self = .lastValue(LastValueForecaster(leads: leads, offsets: offsets, bounds: bounds))
        case 2:
            let leads = try payload.leads()
            let season = try payload.leads()
            let bounds = try payload.bounds()
            var offsets: [Double] = []
            for _ in 0..<7 { offsets.append(try payload.double()) }
            self = .seasonalNaive(
                SeasonalNaiveForecaster(leads: leads, season: season, offsets: offsets, bounds: bounds))
        case 3: self = .ridge(try payload.ridge())
        case 4: self = .network(try payload.network())
        case 5: self = .sequence(try payload.sequence())
        default: throw .unknownContent("kind \(bytes[5])")
        }
    }
}

extension ModelWriter {
    mutating func put(_ bounds: ForecastBounds) {
        put(bounds.lower)
        put(bounds.upper)
    }

    mutating func put(_ unit: SeriesUnit) {
        put(unit.centre)
        put(unit.spread)
        put(unit.scaleFloor)
    }

    mutating func put(_ design: HighwayDesign) {
        put(UInt32(design.window))
        put(UInt32(design.leads))
        put(UInt32(design.seasons.count))
        for season in design.seasons { put(UInt32(season)) }
    }

    mutating func put(_ weights: NetworkWeights) {
        for weight in weights.layers { putHalf(weight) }
        let (bias, scale) = weights.heads
        for number in bias { putHalf(number) }
        for number in scale { put(number) }
        for number in weights.bytes.dropLast(InferencePlan.slack) { put(UInt8(bitPattern: number)) }
        for (lead, scale) in weights.leadScales.enumerated() {
            put(scale)
            let isByte = weights.shape.mostOfHighway(lead: lead) <= Int(Int8.max)
            for number in weights.highwayNumbers(lead: lead) {
                if isByte { put(UInt8(truncatingIfNeeded: number)) } else { put(UInt16(truncatingIfNeeded: number)) }
            }
        }
    }

    mutating func put(_ plan: ForecastPlan) {
        put(plan.stepSeconds)
        put(UInt32(plan.horizon))
        put(UInt32(plan.season ?? 0))
        put(UInt32(plan.longSeason ?? 0))
        put(plan.phaseOffsetSeconds)
        put(UInt8(plan.nonNegative ? 1 : 0) | UInt8(plan.percentage ? 2 : 0))
        put(UInt32(plan.window))
        put(UInt32(plan.scaleBins))
        put(UInt32(plan.coarseMeans))
        put(UInt32(plan.lagMean))
        put(UInt32(plan.knots.count))
        for knot in plan.knots { put(UInt32(knot)) }
        put(UInt8(Cell.allCases.firstIndex(of: plan.cell) ?? 0))
        put(UInt32(plan.hidden))
        put(UInt32(plan.layers))
        put(UInt8(plan.bidirectional ? 1 : 0))
        put(UInt32(plan.contextUnits))
        put(UInt8(plan.gated ? 1 : 0))
        put(plan.eventLevel ?? .nan)
        put(UInt32(plan.truncation ?? 0))
        put(UInt8(ForecastLoss.allCases.firstIndex(of: plan.loss) ?? 0))
        put(UInt8(plan.readout == .last ? 0 : 1))
        put(UInt32(plan.iterations))
        put(UInt32(plan.batch))
        put(plan.learningRate)
    }
}

extension ModelReader {
    /// More leads, bins of a season or units than any model of ours has: not ours.
    private static var most: Int { 1 << 20 }

    fileprivate mutating func leads() throws(ModelFormatError) -> Int {
        let value = Int(try take(UInt32.self))
        guard value > 0, value <= Self.most else { throw .unknownContent("a count of \(value)") }
        return value
    }

    fileprivate mutating func optional() throws(ModelFormatError) -> Int? {
        let value = Int(try take(UInt32.self))
        return value == 0 ? nil : value
    }

    fileprivate mutating func bounds() throws(ModelFormatError) -> ForecastBounds {
        let lower = try double()
        let upper = try double()
        guard lower <= upper else { throw .unknownContent("bounds \(lower) to \(upper)") }
        return ForecastBounds(lower: lower, upper: upper)
    }

    private mutating func unit() throws(ModelFormatError) -> SeriesUnit {
        SeriesUnit(centre: try double(), spread: try double(), scaleFloor: try double())
    }

    private mutating func design() throws(ModelFormatError) -> HighwayDesign {
        let window = try leads()
        let leads = try leads()
        var seasons: [Int] = []
        for _ in 0..<(try count(of: 4)) { seasons.append(try self.leads()) }
        return HighwayDesign(window: window, leads: leads, seasons: seasons)
    }

    private mutating func plan() throws(ModelFormatError) -> ForecastPlan {
        let step = try take(Int64.self)
        guard step > 0 else { throw .unknownContent("a step of \(step) s") }
        var plan = ForecastPlan(stepSeconds: step, horizon: try leads(), season: try optional())
        plan.longSeason = try optional()
        plan.phaseOffsetSeconds = try take(Int64.self)
        let flags = try take(UInt8.self)
        plan.nonNegative = flags & 1 != 0
        plan.percentage = flags & 2 != 0
        plan.window = try leads()
        plan.scaleBins = try leads()
        plan.coarseMeans = Int(try take(UInt32.self))
        plan.lagMean = try leads()
        plan.knots = []
        for _ in 0..<(try count(of: 4)) { plan.knots.append(try leads()) }
        let cell = Int(try take(UInt8.self))
        guard Cell.allCases.indices.contains(cell) else { throw .unknownContent("cell \(cell)") }
        plan.cell = Cell.allCases[cell]
        plan.hidden = try leads()
        plan.layers = try leads()
        plan.bidirectional = try take(UInt8.self) != 0
        plan.contextUnits = Int(try take(UInt32.self))
        plan.gated = try take(UInt8.self) != 0
        let eventLevel = try double()
        plan.eventLevel = eventLevel.isNaN ? nil : eventLevel
        plan.truncation = try optional()
        let loss = Int(try take(UInt8.self))
        guard ForecastLoss.allCases.indices.contains(loss) else { throw .unknownContent("loss \(loss)") }
        plan.loss = ForecastLoss.allCases[loss]
        plan.readout = try take(UInt8.self) == 0 ? .last : .everyStep
        plan.iterations = Int(try take(UInt32.self))
        plan.batch = try leads()
        plan.learningRate = try double()
        return plan
    }

    fileprivate mutating func ridge() throws(ModelFormatError) -> RidgeForecaster {
        let plan = try plan()
        let unit = try unit()
        let bounds = try bounds()
        let design = try design()
        guard design.leads == plan.horizon else { throw .unknownContent("\(design.leads) leads of \(plan.horizon)") }
        var coefficients: [Double] = []
        for _ in 0..<(design.leads * design.weights) { coefficients.append(Double(try float())) }
        var offsets: [Double] = []
        for _ in 0..<(design.leads * 7) { offsets.append(Double(try float())) }
        let weights = RidgeWeights(design: design, coefficients: coefficients, offsets: offsets)
        return RidgeForecaster(plan: plan, unit: unit, weights: weights, bounds: bounds)
    }

    /// Parameters of a network and the spread that goes with them, `[leads][7]` or none.
    private mutating func weights(
        _ plan: ForecastPlan, spread: Bool
    ) throws(ModelFormatError) -> (NetworkWeights, [Double]) {
        let design = try design()
        guard design.leads == plan.horizon, plan.window % NetworkShape.binsPerStep == 0,
            plan.coarseMeans % NetworkShape.binsPerStep == 0
        else { throw .unknownContent("a window of \(plan.window) bins for \(design.leads) leads") }
        let shape = NetworkShape(plan: plan, design: design)
        guard shape.parameterCount <= Self.most else { throw .unknownContent("\(shape.parameterCount) parameters") }
        let weights = try weights(shape)
        var offsets: [Double] = []
        for _ in 0..<(spread ? plan.horizon * 7 : 0) { offsets.append(Double(try float())) }
        return (weights, offsets)
    }

    private mutating func weights(_ shape: NetworkShape) throws(ModelFormatError) -> NetworkWeights {
        var (layers, bias, scale): ([Float], [Float], [Float]) = ([], [], [])
        for _ in shape.layerParameters { layers.append(try half()) }
        for _ in 0..<shape.outputs { bias.append(try half()) }
        for _ in 0..<shape.outputs { scale.append(try float()) }
        var bytes: [Int8] = []
        let units = shape.contextDesign?.units ?? 0
        for _ in 0..<((shape.stack.summary + units) * shape.outputs) {
            bytes.append(Int8(bitPattern: try take(UInt8.self)))
        }
        var (leadScales, highway): ([Float], [[Int]]) = ([], [])
        for lead in 0..<(shape.readout == .last ? shape.design.leads : 0) {
            leadScales.append(try float())
            let isByte = shape.mostOfHighway(lead: lead) <= Int(Int8.max)
            var numbers: [Int] = []
            for _ in 0..<shape.design.weights {
                numbers.append(
                    isByte
                        ? Int(Int8(bitPattern: try take(UInt8.self))) : Int(Int16(bitPattern: try take(UInt16.self))))
            }
            highway.append(numbers)
        }
        return NetworkWeights(
            shape: shape, layers: layers, bias: bias, scale: scale, bytes: bytes, leadScales: leadScales,
            highway: highway)
    }

    fileprivate mutating func network() throws(ModelFormatError) -> NetworkForecaster {
        let (plan, unit, bounds) = (try plan(), try unit(), try bounds())
        guard plan.readout == .last else { throw .unknownContent("a readout of every step in a many-to-one network") }
        let (weights, spread) = try weights(plan, spread: plan.loss != .pinball)
        let threshold = plan.eventLevel == nil ? nil : try double()
        return NetworkForecaster(
            plan: plan, unit: unit, weights: weights, bounds: bounds, spread: spread, eventThreshold: threshold)
    }

    fileprivate mutating func sequence() throws(ModelFormatError) -> SequenceForecaster {
        let (plan, unit, bounds) = (try plan(), try unit(), try bounds())
        guard plan.readout == .everyStep, plan.layers == 1, !plan.bidirectional, plan.coarseMeans == 0
        else { throw .unknownContent("a rolled-out network of several layers or directions") }
        let (weights, spread) = try weights(plan, spread: true)
        return SequenceForecaster(plan: plan, unit: unit, weights: weights, bounds: bounds, spread: spread)
    }
}
