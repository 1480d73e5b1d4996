// Whoever asks a second time does not want to wait: the first SIGTERM or SIGINT stops in order, the second ends the
// process at once. What was acknowledged is fsynced, so nothing is lost by it but the newest state of forecasts.

import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Listens beside the service group, which acts on the first signal. It is first in the group, so it stops last.
struct ImpatientEnd: Service {
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isFirst = true
            for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                if isFirst {
                    isFirst = false
                    continue
                }
                logger.notice("asked a second time: ending at once")
                // As a shell says of a process that a signal ended.
                _exit(128 + signal.rawValue)
            }
        }
    }
}
