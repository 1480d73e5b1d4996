// New series cost memory for good, so their number is bounded twice: all together (`limits.series`), and for each client
// by the minute (`limits.new_series_per_minute`), so that one script with a random tag does not shut others out. Known
// series are never refused, and an import, which somebody asked for, is bounded by the first limit alone. Pure: time comes from the caller.

import SeriesStore

/// Counts who brings new series, and refuses beyond the limits.
struct NewSeriesLimit: Sendable {
    /// `limits.series`.
    var total: Int
    /// `limits.new_series_per_minute`, of one user id.
    var perMinute: Int

    private struct Client: Sendable {
        var minute: Int64 = .min
        var admitted = 0
        var refused: Int64 = 0
        /// The limit that was met last.
        var limit = ""
    }

    /// Keyed by user id; -1 stands for clients without one. Users of a host are few, so this is bounded by them.
    private var clients: [Int64: Client] = [:]

    init(total: Int, perMinute: Int) {
        self.total = total
        self.perMinute = perMinute
    }

    /// Decides about one new series.
    ///
    /// - Parameters:
    ///   - existing: series there are now.
    ///   - isImport: not counted by the minute.
    ///   - now: wall clock.
    /// - Returns: nil when it may be made, else the sentence for the client.
    mutating func refusal(for peer: Peer?, existing: Int, now: Timestamp, isImport: Bool = false) -> String? {
        let id = peer.map { Int64($0.uid) } ?? -1
        var client = clients[id] ?? Client()
        defer { clients[id] = client }
        if existing >= total {
            client.refused += 1
            client.limit = "limits.series (\(total))"
            return "new series refused: there are \(existing), and limits.series is \(total)"
        }
        if isImport { return nil }
        let minute = now / 60_000_000_000
        if client.minute != minute {
            client.minute = minute
            client.admitted = 0
        }
        if client.admitted >= perMinute {
            client.refused += 1
            client.limit = "limits.new_series_per_minute (\(perMinute))"
            return "new series refused: this client made \(perMinute) in this minute, which is "
                + "limits.new_series_per_minute; known series go on"
        }
        client.admitted += 1
        return nil
    }

    /// The clients that were refused new series, how many times, and by which limit last; most first.
    var offenders: [(uid: Int64, refused: Int64, limit: String)] {
        clients.filter { $0.value.refused > 0 }.map { ($0.key, $0.value.refused, $0.value.limit) }
            .sorted { $0.1 > $1.1 }
    }
}
