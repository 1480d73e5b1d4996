// A detector's state as bytes (docs/format/drift-state.md): written to the database from time to time and at stop, so
// that a restart goes on exactly where it was. `init(decoding:)` of `encoded()` is the same value, bit for bit.

extension DriftDetector {
    private static let magic: [UInt8] = Array("DRFT".utf8)
    private static let version: UInt8 = 1

    /// The whole state: about 4.5 KB for 5-minute rows.
    func encoded() -> [UInt8] {
        var w = DriftBytesWriter()
        for byte in Self.magic { w.integer(byte) }
        w.integer(Self.version)
        profile.encode(into: &w)
        statistic.encode(into: &w)
        w.double(constant.value)
        w.integer(constant.first)
        w.integer(constant.last)
        w.integer(Int64(constant.rows))
        w.integer(constant.leftAt)
        w.integer(UInt8(constant.away))
        let (tag, rows) = lifecycle.phase.code
        w.integer(tag)
        w.integer(UInt32(rows))
        w.integer(UInt8(incident == nil ? 0 : 1))
        if let incident { incident.encode(into: &w) }
        w.optional(lastResolved?.lowerBound)
        w.optional(lastResolved?.upperBound)
        w.integer(UInt8(borrowed))
        w.double(habituation)
        return w.bytes
    }

    /// Reads what `encoded()` wrote.
    init(decoding bytes: [UInt8]) throws(DriftStateError) {
        var r = DriftBytesReader(bytes)
        for byte in Self.magic where try r.integer(UInt8.self) != byte { throw .notADetector }
        let version = try r.integer(UInt8.self)
        guard version == Self.version else { throw .unknownVersion(version) }
        let profile = try SeasonProfile(decoding: &r)
        self.init(stepSeconds: profile.stepSeconds)
        self.profile = profile
        statistic = try DriftStatistic(decoding: &r, stepSeconds: stepSeconds)
        constant.value = try r.double()
        constant.first = try r.integer()
        constant.last = try r.integer()
        constant.rows = Int(try r.integer(Int64.self))
        constant.leftAt = try r.integer()
        constant.away = Int(try r.integer(UInt8.self))
        let tag = try r.integer(UInt8.self)
        guard let phase = DriftPhase(code: tag, rows: Int(try r.integer(UInt32.self))) else {
            throw .outOfRange(field: "phase")
        }
        lifecycle.phase = phase
        switch try r.integer(UInt8.self) {
        case 0: incident = nil
        case 1: incident = try Incident(decoding: &r)
        default: throw .outOfRange(field: "incident")
        }
        let (first, last): (Int64?, Int64?) = (try r.optional(), try r.optional())
        if let first, let last {
            guard first <= last else { throw .outOfRange(field: "last resolved incident") }
            lastResolved = first...last
        }
        borrowed = Int(try r.integer(UInt8.self))
        habituation = try r.double()
        guard r.left == 0 else { throw .trailing(bytes: r.left) }
    }
}

extension DriftPhase {
    /// A tag and a number of rows.
    fileprivate var code: (tag: UInt8, rows: Int) {
        switch self {
        case .learning: (0, 0)
        case .ok: (1, 0)
        case .pending(let rows): (2, rows)
        case .firing(let calm): (3, calm)
        case .cooling(let left): (4, left)
        }
    }

    fileprivate init?(code tag: UInt8, rows: Int) {
        switch tag {
        case 0: self = .learning
        case 1: self = .ok
        case 2: self = .pending(rows: rows)
        case 3: self = .firing(calm: rows)
        case 4: self = .cooling(left: rows)
        default: return nil
        }
    }
}

extension DriftDetector.Incident {
    fileprivate func encode(into w: inout DriftBytesWriter) {
        w.integer(since)
        w.integer(firedBin)
        w.integer(evidence.kind.rawValue)
        w.integer(evidence.since)
        w.integer(evidence.firedAt)
        w.integer(UInt8(evidence.severity == .critical ? 1 : 0))
        for x in [
            evidence.expected, evidence.lower, evidence.upper, evidence.actual, evidence.rmse,
            evidence.baselineRMSE, evidence.ratio,
        ] { w.double(x) }
    }

    fileprivate init(decoding r: inout DriftBytesReader) throws(DriftStateError) {
        since = try r.integer()
        firedBin = try r.integer()
        guard let kind = DriftKind(rawValue: try r.integer()) else { throw .outOfRange(field: "kind of drift") }
        let (begin, fired): (Int64, Int64) = (try r.integer(), try r.integer())
        let severity: AlertSeverity = try r.integer(UInt8.self) == 1 ? .critical : .warning
        var x: [Double] = []
        for _ in 0..<7 { x.append(try r.double()) }
        evidence = DriftEvidence(
            kind: kind, since: begin, firedAt: fired, expected: x[0], lower: x[1], upper: x[2], actual: x[3],
            rmse: x[4], baselineRMSE: x[5], ratio: x[6], severity: severity)
    }
}
