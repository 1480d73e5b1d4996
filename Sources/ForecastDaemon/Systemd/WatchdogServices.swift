// The loops that run on a clock: signs of life, the watchdog's answer, the status line. Each is a service of its own, so
// that one that waits (a commit that hangs) does not keep the others from telling.

import Logging
import ServiceLifecycle

/// Does something once every `interval` until a graceful shutdown.
struct Ticker: Service {
    let interval: Duration
    let clock: any Clock<Duration>
    let body: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await body()
                // Ends early when the group shuts down; that is not an error of ours.
                try? await clock.sleep(for: interval)
            }
        }
    }
}

extension Ticker {
    /// The parts beat once a second; three missed beats are a sign, one is not.
    static let shortestLimit: Duration = .seconds(3)

    /// Answers systemd's watchdog while writer and ingest make progress.
    static func watchdog(
        notifier: Notifier, progress: Progress, interval: Duration, clock: any Clock<Duration>, logger: Logger
    ) -> Ticker {
        let limit = max(interval / 2, shortestLimit)
        return Ticker(interval: interval / 4, clock: clock) {
            if progress.isAlive(within: limit) {
                notifier.alive()
            } else {
                logger.error("no progress of writer or ingest: the watchdog is not answered")
            }
        }
    }
}
