// A pipeline's state as bytes (docs/format/grid-state.md), kept in the store now and then and at stop. The bins
// themselves are not in it: they are read again from the store, where they are kept anyway. A pipeline restored from
// its state and the same bins goes on as the old one would have, row for row.

import RNNForecast
import SeriesStore

extension SeriesPipeline {
    private static let magic: [UInt8] = Array("GRID".utf8)
    private static let version: UInt8 = 1
    /// A model's name, a fan and a day's leads are short; longer ones are damage.
    private static let longestName = 256
    private static let mostSteps = 100_000

    /// The bins that a restored pipeline wants to see again, given its newest processed one.
    static func binsToRestore(processed: Int64, plan: ForecastPlan, isTrained: Bool) -> Range<Int64> {
        processed + 1 - Int64(ringBins(plan, isTrained: isTrained))..<processed + 1
    }

    /// The whole state: 5 to 7 KB.
    func encodedState() -> [UInt8] {
        var w = DriftBytesWriter()
        for byte in Self.magic { w.integer(byte) }
        w.integer(Self.version)
        w.integer(plan.stepSeconds)
        w.integer(UInt32(plan.horizon))
        w.integer(firstBin)
        w.integer(nextBin)
        w.integer(Int64(present))
        w.integer(Int64(missing))
        w.double(lastValue)
        w.double(constant.value)
        w.integer(constant.first)
        w.integer(constant.last)
        w.integer(Int64(constant.rows))
        w.integer(constant.leftAt)
        w.integer(UInt8(constant.away))
        schedule.encode(into: &w)
        w.integer(UInt8(trained == nil ? 0 : 1))
        if let trained {
            w.integer(trained.id)
            w.text(trained.name)
            w.optional(trained.skill?.bitPattern)
            w.integer(trained.resolution.numerator)
            w.integer(trained.resolution.denominator)
            w.integer(trained.fittedTo)
            live.encode(into: &w)
        }
        let fans = (issued.newest.map { [$0] } ?? []) + issued.sparse
        w.integer(UInt8(issued.newest == nil ? 0 : 1))
        w.integer(UInt32(fans.count))
        for fan in fans { fan.encode(into: &w) }
        w.integer(UInt8(anchor == nil ? 0 : 1))
        if let anchor { anchor.encode(into: &w) }
        tally.encode(into: &w)
        let detector = drift.detector.encoded()
        w.integer(UInt32(detector.count))
        for byte in detector { w.integer(byte) }
        w.integer(XXH64.hash(w.bytes))
        return w.bytes
    }

    /// Reads what `encodedState()` wrote.
    ///
    /// - Parameters:
    ///   - plan: of the same step and horizon; a state of another one is refused, and the pipeline begins anew.
    ///   - bins: the bins of `binsToRestore`, from the store.
    ///   - forecaster: the model that was in service, from the store; without it the last value serves until a new
    ///     one is trained, which is then due.
    init(
        restoring state: [UInt8], plan: ForecastPlan, series: SeriesID, grid: GridID, settings: PipelineSettings,
        bins: BinHistory, forecaster: Forecaster?
    ) throws(DriftStateError) {
        guard state.count > 8 else { throw .truncated(needed: 9, found: state.count) }
        var sum = DriftBytesReader(Array(state.suffix(8)))
        let body = Array(state.dropLast(8))
        guard try sum.integer(UInt64.self) == XXH64.hash(body) else { throw .outOfRange(field: "checksum") }
        var r = DriftBytesReader(body)
        for byte in Self.magic where try r.integer(UInt8.self) != byte { throw .notADetector }
        let version = try r.integer(UInt8.self)
        guard version == Self.version else { throw .unknownVersion(version) }
        guard try r.integer(Int64.self) == plan.stepSeconds, try r.integer(UInt32.self) == UInt32(plan.horizon) else {
            throw .outOfRange(field: "step or horizon of the grid")
        }
        let firstBin = try r.integer(Int64.self)
        self.init(plan: plan, series: series, grid: grid, firstBin: firstBin, settings: settings)
        let nextBin = try r.integer(Int64.self)
        let present = Int(try r.integer(Int64.self))
        let missing = Int(try r.integer(Int64.self))
        resume(nextBin: nextBin, present: present, missing: missing, lastValue: try r.double())
        constant.value = try r.double()
        constant.first = try r.integer()
        constant.last = try r.integer()
        constant.rows = Int(try r.integer(Int64.self))
        constant.leftAt = try r.integer()
        constant.away = Int(try r.integer(UInt8.self))
        try schedule.decode(from: &r)
        if try r.flag("model") {
            let id = try r.integer(Int64.self)
            let name = try r.text(upTo: Self.longestName)
            let skill = try r.optional(UInt64.self).map { Double(bitPattern: $0) }
            let resolution = try Resolution(decoding: &r)
            let fittedTo = try r.integer(Int64.self)
            let live = try LiveErrors(decoding: &r)
            if let forecaster {
                trained = TrainedModel(
                    forecaster: forecaster, id: id, name: name, skill: skill, resolution: resolution,
                    fittedTo: fittedTo)
                self.live = live
            } else {
                schedule.raise(.rung)
            }
        }
        let hasNewest = try r.flag("newest fan")
        var fans: [IssuedFan] = []
        for _ in 0..<(try r.count(upTo: 16, "number of fans")) {
            fans.append(
                try IssuedFan(decoding: &r, grid: grid, stepSeconds: plan.stepSeconds, mostSteps: Self.mostSteps))
        }
        let newest = hasNewest && !fans.isEmpty ? fans.removeFirst() : nil
        issued = IssuedFans(newest: newest, sparse: fans)
        if try r.flag("anchor") { anchor = try Fan(decoding: &r, mostSteps: 1) }
        tally = try SkillTally(decoding: &r)
        let length = try r.count(upTo: r.left, "length of the detector")
        var bytes: [UInt8] = []
        for _ in 0..<length { bytes.append(try r.integer()) }
        drift = DriftWatch(
            series: series, grid: grid, stepSeconds: plan.stepSeconds, settings: settings,
            detector: try DriftDetector(decoding: bytes))
        guard r.left == 0 else { throw .trailing(bytes: r.left) }
        ring = BinRing(
            stepSeconds: plan.stepSeconds, first: nextBin, capacity: Self.ringBins(plan, isTrained: trained != nil))
        ring.refill(bins, from: firstBin, upTo: nextBin)
    }
}

extension Fan {
    fileprivate func encode(into w: inout DriftBytesWriter) {
        w.integer(base)
        w.integer(resolution.numerator)
        w.integer(resolution.denominator)
        w.integer(UInt32(bytes.count))
        for byte in bytes { w.integer(byte) }
    }

    fileprivate init(decoding r: inout DriftBytesReader, mostSteps: Int) throws(DriftStateError) {
        let base = try r.integer(Int64.self)
        let resolution = try Resolution(decoding: &r)
        let length = try r.count(upTo: 6 * mostSteps, "length of a fan")
        var bytes: [UInt8] = []
        for _ in 0..<length { bytes.append(try r.integer()) }
        do {
            try self.init(base: base, resolution: resolution, bytes: bytes)
        } catch {
            throw .outOfRange(field: "length of a fan")
        }
    }
}

extension Resolution {
    fileprivate init(decoding r: inout DriftBytesReader) throws(DriftStateError) {
        let numerator = try r.integer(Int64.self)
        let denominator = try r.integer(Int64.self)
        guard numerator > 0, denominator > 0 else { throw .outOfRange(field: "resolution") }
        self.init(numerator: numerator, denominator: denominator)
    }
}

extension IssuedFan {
    fileprivate func encode(into w: inout DriftBytesWriter) {
        w.integer(bin)
        w.integer(row.issuedAt)
        w.text(row.model)
        w.integer(UInt8(row.backfilled ? 1 : 0))
        w.double(lastValue)
        row.fan.encode(into: &w)
    }

    fileprivate init(
        decoding r: inout DriftBytesReader, grid: GridID, stepSeconds: Int64, mostSteps: Int
    ) throws(DriftStateError) {
        bin = try r.integer()
        let issuedAt = try r.integer(Int64.self)
        let model = try r.text(upTo: 256)
        let backfilled = try r.flag("backfilled")
        lastValue = try r.double()
        served = ServedFan(
            FanRow(
                grid: grid, origin: bin * stepSeconds, issuedAt: issuedAt, stepSeconds: stepSeconds, model: model,
                backfilled: backfilled, fan: try Fan(decoding: &r, mostSteps: mostSteps)))
    }
}

extension SkillTally {
    fileprivate func encode(into w: inout DriftBytesWriter) {
        w.optional(day)
        w.integer(UInt32(sums.count))
        for (lead, sum) in sums {
            for count in [lead, sum.n, sum.inside80, sum.inside95] { w.integer(Int64(count)) }
            for value in [sum.sse, sum.sae, sum.baselineSSE] { w.double(value) }
        }
    }

    fileprivate init(decoding r: inout DriftBytesReader) throws(DriftStateError) {
        let day = try r.optional(Int64.self)
        var sums: [(lead: Int, sums: Sums)] = []
        for _ in 0..<(try r.count(upTo: 64, "leads of a day")) {
            var counts: [Int] = []
            for _ in 0..<4 { counts.append(Int(try r.integer(Int64.self))) }
            var sum = Sums()
            (sum.n, sum.inside80, sum.inside95) = (counts[1], counts[2], counts[3])
            (sum.sse, sum.sae, sum.baselineSSE) = (try r.double(), try r.double(), try r.double())
            guard counts[0] > sums.last?.lead ?? -1 else { throw .outOfRange(field: "lead of a score") }
            sums.append((counts[0], sum))
        }
        self.init(day: day, sums: sums)
    }
}

extension DriftBytesWriter {
    fileprivate mutating func text(_ text: String) {
        integer(UInt32(text.utf8.count))
        for byte in text.utf8 { integer(byte) }
    }
}

extension DriftBytesReader {
    fileprivate mutating func text(upTo most: Int) throws(DriftStateError) -> String {
        var bytes: [UInt8] = []
        for _ in 0..<(try count(upTo: most, "length of a text")) { bytes.append(try integer()) }
        return String(decoding: bytes, as: UTF8.self)
    }

    fileprivate mutating func flag(_ field: String) throws(DriftStateError) -> Bool {
        switch try integer(UInt8.self) {
        case 0: false
        case 1: true
        default: throw .outOfRange(field: field)
        }
    }
}
