// Five-minute rows of a made-up series for the tests of the detector: days of a wave with noise, changes laid over
// them, and a list of what the detector did.

@testable import ForecastDaemon

/// Feeds a made-up series to a detector and keeps what came out.
struct DriftScenario {
    var detector: DriftDetector
    var transitions: [(row: Int, transition: DriftTransition)] = []
    var observations: [(row: Int, observation: DriftObservation)] = []
    let zone: LocalTime
    /// Monday 2026-01-05 00:00 UTC.
    static let monday: Int64 = 1_767_571_200
    let first: Int64

    init(stepSeconds: Int64 = 300, zone: LocalTime = .utc) {
        detector = DriftDetector(stepSeconds: stepSeconds)
        self.zone = zone
        first = Self.monday / stepSeconds
    }

    /// Feeds the rows of a range; nil is a gap.
    mutating func feed(_ rows: Range<Int>, acceptAfter: Int64 = 86_400, _ value: (Int) -> Double?) {
        for row in rows {
            guard let x = value(row) else { continue }
            let seen = detector.observe(x, at: first + Int64(row), zone: zone, acceptAfter: acceptAfter)
            observations.append((row, seen))
            if let t = seen.transition { transitions.append((row, t)) }
        }
    }

    var fired: [Int] { transitions.filter { $0.transition.change == .fired }.map { $0.row } }
    var resolved: [Int] { transitions.filter { $0.transition.change == .resolved }.map { $0.row } }
    var accepted: [Int] {
        transitions.compactMap { row, t in
            if case .accepted = t.change { row } else { nil }
        }
    }

    /// `3012 fired, 3300 accepted`, for failure messages.
    var story: String {
        transitions.map { row, t in
            switch t.change {
            case .fired: "\(row) fired \(t.evidence.kind) since \(t.evidence.since / detector.stepSeconds - first)"
            case .resolved: "\(row) resolved"
            case .accepted(let who): "\(row) accepted by \(who)"
            }
        }.joined(separator: ", ")
    }
}
