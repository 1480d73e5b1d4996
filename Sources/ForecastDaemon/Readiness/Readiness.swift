// Whether the daemon can answer yet. The API socket is served before the store is open, so that a client learns what is
// being waited for instead of a refused connection; everything but status and health is 503 until then.

import SeriesStore
import Synchronization

/// The parts that handlers work with, once they exist.
struct Running: Sendable {
    let store: Store
    let intake: SampleIntake
    /// Of the ingest socket.
    let places: Places
    let forecasting: ForecastingService
    let training: TrainingService
}

/// Where the daemon stands between its start and its end.
final class Readiness: Sendable {
    /// What can be asked of the daemon.
    enum Phase: Sendable {
        /// Not yet; the sentence says what is being done.
        case starting(String)
        case running(Running)
        /// No more; what was accepted is being committed.
        case stopping
    }

    private struct State: Sendable {
        var phase = Phase.starting("starting")
        var warnings: [String: String] = [:]
    }

    private let state = Mutex(State())

    var phase: Phase { state.withLock { $0.phase } }

    /// Whether the daemon has been asked to stop.
    var isStopping: Bool { if case .stopping = phase { true } else { false } }

    /// Moves on; systemd and `/-/ready` see the same.
    func enter(_ phase: Phase) { state.withLock { $0.phase = phase } }

    /// Sets or clears a sentence that `status` shows until it is cleared, such as a configuration that did not load.
    func warn(_ topic: String, _ sentence: String?) { state.withLock { $0.warnings[topic] = sentence } }

    /// What `status` warns of, in a stable order.
    var warnings: [String] { state.withLock { $0.warnings.sorted { $0.key < $1.key }.map(\.value) } }
}
