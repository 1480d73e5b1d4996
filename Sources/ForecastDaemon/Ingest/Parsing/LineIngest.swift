// From the bytes of one connection or body to samples for the store: parser, cache and catalogue joined. It has no
// socket and no clock. The ingest service feeds it what it read, submits the samples and answers what `syncs` asks for;
// the HTTP write does the same with a whole body.

public import SeriesStore

/// What came of asking for the id of a series that the cache does not know.
public enum SeriesResolution: Sendable, Equatable {
    case known(SeriesID)
    /// With the sentence that the client is told, such as which limit is reached. Not remembered: limits change.
    case refused(String)
}

/// The reading side of one connection or body. A value, used by one task at a time.
public struct LineIngest: Sendable {
    /// What has been read and not been taken yet.
    public struct Intake: Sendable, Equatable {
        /// Samples in the order of the bytes.
        public var samples = SampleBatch()
        /// For each `sync`: how many samples had been accepted on this connection before it.
        public var syncs: [Int] = []
        /// The first refusals, at most `LineIngest.maximumProblems`; `refused` counts them all.
        public var problems: [LineProtocolError] = []
        /// Lines and single fields refused.
        public var refused = 0
        /// The same by reason, in words; there are as many as the parser knows.
        public var reasons: [String: Int] = [:]
        /// Strings skipped.
        public var strings = 0

        /// Nothing read.
        public init() {}
    }

    /// Kept in `Intake.problems`; more would only fill a log.
    public static let maximumProblems = 16

    private var parser: LineProtocolParser
    private var cache: SeriesCache
    private var taken = Intake()
    private var total = 0
    private var generation = 0

    /// - Parameter seed: of the cache's hash; anything that clients do not know.
    public init(rules: LineProtocolParser.Rules, cacheBytes: Int = 1 << 20, seed: UInt64) {
        parser = LineProtocolParser(rules: rules)
        cache = SeriesCache(maximumBytes: cacheBytes, seed: seed)
    }

    /// Takes the next bytes.
    ///
    /// - Parameters:
    ///   - now: for lines without timestamp. `latest`: later ones are refused (now + `store.future_skew`).
    ///   - resolve: asked for series that the cache does not know.
    /// - Complexity: linear; about 0.05 µs a sample where the series is known.
    public mutating func feed(
        _ bytes: RawSpan, now: Timestamp, latest: Timestamp, resolve: (SeriesKey) -> SeriesResolution
    ) {
        withReceiver(resolve) { parser, receiver in
            parser.feed(bytes, now: now, latest: latest, to: &receiver)
        }
    }

    /// Whether the bytes so far end in the middle of a line.
    public var isInLine: Bool { parser.isInLine }

    /// The connection or body has ended: its last line may lack a newline.
    public mutating func finish(now: Timestamp, latest: Timestamp, resolve: (SeriesKey) -> SeriesResolution) {
        withReceiver(resolve) { parser, receiver in
            parser.finish(now: now, latest: latest, to: &receiver)
        }
    }

    /// What has been read since the last call; the arrays are the caller's.
    public mutating func take() -> Intake {
        let result = taken
        taken = Intake()
        return result
    }

    /// Forgets which bytes mean which series, if series were deleted or renamed since the last call. To be called before
    /// each `feed`, so that a name that is gone makes a new series.
    ///
    /// - Parameter generation: the catalogue's.
    public mutating func follow(generation: Int) {
        guard generation != self.generation else { return }
        self.generation = generation
        cache.removeAll()
    }

    /// Cache and intake move into the receiver and back, so that nothing is copied.
    @inline(__always)
    private mutating func withReceiver(
        _ resolve: (SeriesKey) -> SeriesResolution,
        _ body: (inout LineProtocolParser, inout Receiver) -> Void
    ) {
        withoutActuallyEscaping(resolve) { resolve in
            var receiver = Receiver(
                cache: cache, intake: taken, total: total, rules: parser.rules, resolve: resolve)
            cache = SeriesCache(maximumBytes: 0, seed: 0)
            taken = Intake()
            body(&parser, &receiver)
            cache = receiver.cache
            taken = receiver.intake
            total = receiver.total
        }
    }

    private struct Receiver: LineReceiver {
        var cache: SeriesCache
        var intake: Intake
        var total: Int
        let rules: LineProtocolParser.Rules
        let resolve: (SeriesKey) -> SeriesResolution

        @inline(__always)
        mutating func receive(
            _ bytes: RawSpan, series: Range<Int>, fields: Span<LineField>, timestamp: Timestamp, place: LinePlace
        ) throws(LineFault) {
            if fields.isEmpty {
                // Strings only: nothing to look up, so nothing else would find a bad tag.
                if let fault = LineSeries.fault(bytes, series: series) { throw fault }
                return
            }
            cache.select(bytes, series)
            for index in 0..<fields.count {
                let field = fields[index]
                let name = field.nameStart..<field.nameEnd
                let id: SeriesID
                if let known = cache.id(bytes, field: name) {
                    id = known
                } else if let found = try lookUp(bytes, series: series, field: name, place: place) {
                    id = found
                } else {
                    continue
                }
                intake.samples.append(series: id, timestamp: timestamp, value: field.value)
                total &+= 1
            }
        }

        @inline(never)
        private mutating func lookUp(
            _ bytes: RawSpan, series: Range<Int>, field: Range<Int>, place: LinePlace
        ) throws(LineFault) -> SeriesID? {
            let resolution: SeriesResolution
            switch try LineSeries.key(bytes, series: series, field: field) {
            case .success(let key): resolution = resolve(key)
            case .failure(let error): resolution = .refused(error.description)
            }
            switch resolution {
            case .known(let id):
                cache.insert(bytes, field: field, id: id)
                return id
            case .refused(let sentence):
                let column = series.lowerBound - place.start + 1
                refuse(LineProtocolError(refusedSeries: sentence, line: place.number, column: column))
                return nil
            }
        }

        mutating func skip(strings: Int) {
            intake.strings += strings
        }

        mutating func sync() {
            intake.syncs.append(total)
        }

        mutating func refuse(_ error: LineProtocolError) {
            intake.refused += 1
            intake.reasons[error.reason.words, default: 0] += 1
            if intake.problems.count < LineIngest.maximumProblems { intake.problems.append(error) }
        }
    }
}
