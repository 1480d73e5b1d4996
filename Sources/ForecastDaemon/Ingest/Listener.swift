// The accept loop that the ingest and the API socket share. It serves a descriptor, not an address, so that a socket
// passed by systemd serves as well as a path. It bounds the connections, and at a graceful shutdown it stops accepting
// at once, tells every connection (ChannelShouldQuiesceEvent) and returns when the last one is done.

import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Accepts connections on one socket and hands each to `serve`, as a child task.
struct Listener<Connection: Sendable>: Service {
    let socket: ListeningSocket
    let group: any EventLoopGroup
    /// Connections beyond this are closed at once, with a log line at most once a minute.
    let limit: Int
    let logger: Logger
    /// Builds the pipeline; on the connection's event loop.
    let setup: @Sendable (any Channel) -> EventLoopFuture<Connection>
    /// Speaks with the client until it or we are done. Never throws: one connection's end is not the server's.
    let serve: @Sendable (Connection) async -> Void
    /// Called when places run out, to end a connection that can be spared; nothing where none can.
    let makeRoom: @Sendable () -> Void

    /// Places that are kept free for those who come, where connections can be spared.
    private var reserve: Int { min(8, limit / 4) }

    func run() async throws {
        let quiesce = ServerQuiescingHelper(group: group)
        let server = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(quiesce.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(socket.descriptor) {
                [limit, reserve, open, setup, logger, makeRoom] (channel: any Channel) -> EventLoopFuture<Connection> in
                guard open.enter(limit: limit) else {
                    let refusal = TooManyConnections(limit: limit)
                    if open.mayTell() { logger.warning("\(refusal)") }
                    // A failed initializer alone would leave the client connected to nobody.
                    return channel.close().flatMap { channel.eventLoop.makeFailedFuture(refusal) }
                }
                channel.closeFuture.whenComplete { _ in open.leave() }
                if open.number > limit - reserve { makeRoom() }
                return setup(channel)
            }
        UnixSocket.listenAgain(socket.descriptor, backlog: ListeningSocket.backlog)
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { tasks in
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        tasks.addTask { await serve(connection) }
                    }
                }
            }
        } onGracefulShutdown: {
            quiesce.initiateShutdown(promise: nil)
        }
        socket.removePath()
    }

    private let open = OpenConnections()

    init(
        socket: ListeningSocket, group: any EventLoopGroup, limit: Int, logger: Logger,
        setup: @escaping @Sendable (any Channel) -> EventLoopFuture<Connection>,
        serve: @escaping @Sendable (Connection) async -> Void, makeRoom: @escaping @Sendable () -> Void = {}
    ) {
        self.socket = socket
        self.group = group
        self.limit = limit
        self.logger = logger
        self.setup = setup
        self.serve = serve
        self.makeRoom = makeRoom
    }
}

/// One connection too many.
struct TooManyConnections: Error, CustomStringConvertible {
    let limit: Int
    var description: String { "more than limits.connections (\(limit)) clients at once: this one was closed" }
}

/// How many connections are open now.
private final class OpenConnections: Sendable {
    private let count = Mutex(0)
    private let toldAt = Mutex<ContinuousClock.Instant?>(nil)

    /// Whether a minute has passed since a refusal was last logged.
    func mayTell() -> Bool {
        toldAt.withLock { toldAt in
            if let last = toldAt, last.duration(to: .now) < .seconds(60) { return false }
            toldAt = .now
            return true
        }
    }

    func enter(limit: Int) -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    var number: Int { count.withLock { $0 } }

    func leave() { count.withLock { $0 -= 1 } }
}
