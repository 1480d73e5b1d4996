// The shapes of the daemon's answers as the command line reads them: the same pages of the interface that the API's
// handlers write. Unknown keys are ignored, and what a daemon of an older version does not send is nil, so that
// client and daemon may be upgraded in either order.
internal import FoundationEssentials

/// A row of `GET /v1/series`. Times are nanoseconds since 1970.
package struct SeriesReply: Decodable, Sendable {
    package let series: String
    package let kind: String?
    package let last: Int64?
    package let lastValue: Number?
    package let intervalSeconds: Double?
    package let model: String?
    package let skill: Double?
    package let nextModel: String?
    package let readyAt: Int64?
    package let state: String?

    private enum CodingKeys: String, CodingKey {
        case series, kind, last, model, skill, state
        case lastValue = "last_value"
        case intervalSeconds = "interval_seconds"
        case nextModel = "next_model"
        case readyAt = "ready_at"
    }

    /// The rows of an answer. Spelling the keys out halves the time of reading 50 000: the decoder turns no name into another.
    package static func rows(from bytes: [UInt8]) throws(ClientError) -> [SeriesReply] {
        try decoded([SeriesReply].self, from: bytes, with: JSONDecoder())
    }
}

/// An element of `GET /v1/samples`.
package struct SamplesReply: Decodable, Sendable {
    package let series: String
    package let timestamps: [Int64]
    package let values: [Number]
}

/// An element of `GET /v1/forecasts`: one grid's fan.
package struct ForecastReply: Decodable, Sendable {
    /// When the series reaches a value.
    package struct Reaches: Decodable, Sendable {
        package let value: Number
        /// When the newest sample was, from which everything is counted.
        package let since: Int64?
        package let q10: Int64?
        package let q50: Int64?
        package let q90: Int64?
        package let probability: Double?
        package let withinSeconds: Int64?
        package let method: String?
    }
    package let series: String
    package let unit: String?
    package let stepSeconds: Int64
    /// Nil, and no targets, where nothing was forecast yet.
    package let issuedAt: Int64?
    package let backfilled: Bool?
    package let model: String?
    package let skill: Double?
    package let nextModel: String?
    package let readyAt: Int64?
    package let state: String?
    package let targets: [Int64]?
    package let median, lower80, upper80, lower95, upper95: [Number]?
    package let reaches: Reaches?

    /// The fan, lead by lead; empty where there is none or its columns differ in length.
    package var steps: [ForecastPlot.Target] {
        guard let targets, let median, let lower80, let upper80, let lower95, let upper95,
            [median, lower80, upper80, lower95, upper95].allSatisfy({ $0.count == targets.count })
        else { return [] }
        return targets.indices.map {
            ForecastPlot.Target(
                time: targets[$0], lower95: lower95[$0].value, lower80: lower80[$0].value, median: median[$0].value,
                upper80: upper80[$0].value, upper95: upper95[$0].value)
        }
    }
}

/// An element of `GET /v1/alerts`.
package struct AlertReply: Decodable, Sendable {
    package let id: Int64
    package let series: String
    package let kind: String
    package let state: String
    package let since: Int64
    package let acceptedBy: String?
    /// The newest value, of an alert that is open.
    package let newest: Number?
    package let rmse: Number
    package let baselineRmse: Number
    package let ratio: Number
    /// *mem_used{host=a}: 92 since 03:10, expected 41–55 (usual for Tue 03:00)*
    package let sentence: String
}

/// A line of a streamed answer: progress, the end, or why there is none.
package struct ProgressReply: Decodable, Sendable {
    package let progress: Double?
    package let message: String?
    package let done: Bool?
    package let error: String?
    /// Of an error: as the answer's own would have been.
    package let status: Int?
    /// Of an import: how many are on disk.
    package let samples: Int64?
    package let refused: Int64?
    package let problems: [String]?
}

/// The last line of an import.
struct ImportedReply: Decodable {
    let samples, series: Int64
}

/// The last line of a training.
struct TrainedReply: Decodable {
    struct Model: Decodable {
        let series: String
        let model: String?
        let skill: Double?
    }
    let series: [Model]
}

/// `GET /v1/status`.
package struct StatusReply: Decodable, Sendable {
    package struct Store: Decodable, Sendable {
        package struct Bytes: Decodable, Sendable {
            package let samples, tiers, forecasts, models, overhead, file: Int64?
        }
        package struct Keeps: Decodable, Sendable {
            package let retentionSeconds, maxBytes, willHoldBytes: Int64?
            package let coversSeconds, bytesPerDay: Double?
            package let limitedBy: String?
        }
        package let path: String?
        package let bytes: Bytes?
        package let keeps: Keeps?
        package let points, series: Int64?
    }
    package struct Ingest: Decodable, Sendable {
        package let points, badLines, connections: Int64?
        package let refused: [String: Int64]?
        package let pointsPerSecond: Double?
    }
    package struct Training: Decodable, Sendable {
        package let enabled: Bool?
        package let queued, running, done, rejected: Int64?
        package let debtSeconds: Double?
    }
    package struct Forecasts: Decodable, Sendable { package let grids, issued: Int64? }
    package struct Alerts: Decodable, Sendable { package let firing, pending: Int64? }
    package let version: String?
    package let state: String?
    package let uptimeSeconds: Double?
    package let residentBytes: Int64?
    package let store: Store?
    package let ingest: Ingest?
    package let training: Training?
    package let forecasts: Forecasts?
    package let alerts: Alerts?
    package let waiting, warnings: [String]?
}

/// Decodes an answer; what does not fit is the daemon's fault and says so.
package func decoded<Reply: Decodable>(_ type: Reply.Type, from bytes: [UInt8]) throws(ClientError) -> Reply {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoded(type, from: bytes, with: decoder)
}

private func decoded<Reply: Decodable>(
    _ type: Reply.Type, from bytes: [UInt8], with decoder: JSONDecoder
) throws(ClientError) -> Reply {
    do { return try decoder.decode(type, from: Data(bytes)) } catch {
        throw .interrupted(path: "the API socket", reason: "its answer is not the \(type) expected (\(error))")
    }
}
