// Wakes the forecasting loop. Rings that come while it works are one ring: it looks at everything anyway.

import Logging
import ServiceLifecycle

/// A bell that any thread may ring and one loop listens to.
final class TurnBell: Sendable {
    private let rings: AsyncStream<Void>
    private let ringer: AsyncStream<Void>.Continuation

    init() { (rings, ringer) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func ring() { ringer.yield() }

    /// Ends the loop.
    func end() { ringer.finish() }

    /// The rings, for the one loop.
    var stream: AsyncStream<Void> { rings }
}

/// Runs the turns of forecasting, and writes what is only in memory when it ends.
struct ForecastingLoop: Service {
    let forecasting: ForecastingService
    let bell: TurnBell

    func run() async throws {
        await withGracefulShutdownHandler {
            for await _ in bell.stream {
                while await forecasting.turn() {
                    if Task.isShuttingDownGracefully { break }
                }
            }
        } onGracefulShutdown: { [bell] in
            bell.end()
        }
        await forecasting.end()
        await forecasting.saveAll()
    }
}
