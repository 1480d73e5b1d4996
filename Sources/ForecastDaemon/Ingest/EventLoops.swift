// The event loop that all sockets share, and its pulse. One loop is enough: it parses ten million points a second, and
// what follows runs on Swift's own pool.

import NIOCore
import NIOPosix
import ServiceLifecycle

/// NIO's thread for every socket of the daemon.
struct EventLoops: Sendable {
    let group: MultiThreadedEventLoopGroup

    init() { group = MultiThreadedEventLoopGroup(numberOfThreads: 1) }

    /// Returns once the loop has answered: a hung loop never does, and the watchdog sees it.
    func pulse() async {
        _ = try? await group.next().submit {}.get()
    }

    func shutdown() async {
        try? await group.shutdownGracefully()
    }
}
