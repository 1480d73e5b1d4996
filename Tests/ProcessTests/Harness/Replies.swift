// The parts of the API's answers that tests look at.

/// An element of `/v1/samples`.
struct SamplesReply: Decodable {
    let series: String
    let timestamps: [Int64]
    let values: [Double]

    /// Bit patterns by timestamp; the timestamps are checked to be strictly ascending, so none is there twice.
    func byTime() throws -> [Int64: UInt64] {
        guard timestamps.count == values.count, zip(timestamps, timestamps.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw ProcessFailure("\(series): timestamps do not ascend, or a sample is there twice")
        }
        return Dictionary(uniqueKeysWithValues: zip(timestamps, values.map(\.bitPattern)))
    }
}

/// An element of `/v1/forecasts`.
struct ForecastReply: Decodable {
    let series: String
    let step_seconds: Int64
    let origin: Int64?
    let issued_at: Int64?
    let model: String?
    let targets: [Int64]?
    let median: [Double]?
}

/// An element of `/v1/series`.
struct SeriesReply: Decodable {
    let series: String
    let samples: Int64
    let model: String?
    let state: String
}

/// An element of `/v1/alerts`.
struct AlertReply: Decodable, Equatable {
    let id: Int64
    let series: String
    let state: String
    let since: Int64
    let ratio: Double
    let sentence: String
}

/// `/v1/status`.
struct StatusReply: Decodable {
    struct Store: Decodable {
        let points: Int64
        let series: Int
        let commits: Int64
    }
    struct Ingest: Decodable {
        struct Client: Decodable {
            let uid: UInt32?
            let connections: Int
            let pids: [Int32]
        }
        let clients: [Client]
        let points: Int64
        let bad_lines: Int64
        let refused: [String: Int64]
    }
    struct Training: Decodable {
        let queued: Int
        let running: Int
        let done: Int64
        let rejected: Int64
        let failed: Int64
        let cpu_seconds: Double
    }
    struct Forecasts: Decodable {
        let grids: Int
        let issued: Int64
        let backfilled: Int64
    }
    let state: String
    let store: Store?
    let ingest: Ingest?
    let training: Training?
    let forecasts: Forecasts?
    let waiting: [String]?
    let warnings: [String]
}
