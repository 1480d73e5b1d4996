// The accept loop that the ingest and the API socket share. It serves a descriptor, not an address, so that a socket
// passed by systemd serves as well as a path. It bounds the connections (`Places`), and at a graceful shutdown it stops
// accepting at once, tells every connection (ChannelShouldQuiesceEvent) and returns when the last one is done.

import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

/// Accepts connections on one socket and hands each to `serve`, as a child task.
struct Listener<Connection: Sendable>: Service {
    let socket: ListeningSocket
    let group: any EventLoopGroup
    /// Connections that find no place here are closed at once.
    let places: Places
    /// Builds the pipeline; on the connection's event loop.
    let setup: @Sendable (any Channel, Peer?, HeldPlace) -> EventLoopFuture<Connection>
    /// Speaks with the client until it or we are done. Never throws: one connection's end is not the server's.
    let serve: @Sendable (Connection) async -> Void

    func run() async throws {
        let quiesce = ServerQuiescingHelper(group: group)
        let server = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(quiesce.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(socket.descriptor) { [places, setup] (channel: any Channel) -> EventLoopFuture<Connection> in
                channel.peer().flatMap { peer in
                    guard let place = places.enter(channel, peer: peer) else {
                        // A failed initializer alone would leave the client connected to nobody.
                        return channel.close().flatMap { channel.eventLoop.makeFailedFuture(Refused()) }
                    }
                    return setup(channel, peer, place)
                }
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
}

/// A connection that is closed because there is no place for it.
private struct Refused: Error {}
