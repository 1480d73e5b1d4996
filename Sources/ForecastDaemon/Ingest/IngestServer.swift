// The ingest socket: Influx line protocol as a stream, one connection a client, nothing answered but `sync`: `ok N`, or,
// where the samples cannot be committed, `error: …` and the end of the connection. Reading stops while the writer's
// queue is full, and so the client's own writes block: that is the back-pressure. Bad lines are counted, logged at a
// limited rate and skipped; the connection goes on.

import Logging
import NIOCore
import NIOExtras
import SeriesStore
import ServiceLifecycle

/// Serves the ingest socket until a graceful shutdown; then takes what every client has sent so far and ends.
struct IngestServer: Service {
    let socket: ListeningSocket
    let group: any EventLoopGroup
    let places: Places
    /// `limits.line` in force, for clients that connect from now on.
    let maximumLine: @Sendable () -> Int
    /// `store.future_skew` in force, in nanoseconds.
    let futureSkew: @Sendable () -> Int64
    let intake: SampleIntake
    let logger: Logger

    /// A feeder that sends every few seconds or every half minute keeps its connection whatever others do.
    static let patience = Places.Table.Patience(mute: .seconds(1), silent: .seconds(60))

    private struct Client: Sendable {
        let peer: Peer?
        let place: HeldPlace
        let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    }

    func run() async throws {
        let listener = Listener<Client>(
            socket: socket, group: group, places: places,
            setup: { channel, peer, place in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(InputWatch(place: place))
                    let wrapped = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                    return Client(peer: peer, place: place, channel: wrapped)
                }
            },
            serve: { await serve($0) })
        try await listener.run()
    }

    private func serve(_ client: Client) async {
        logger.debug("ingest: connected", metadata: ["client": "\(client.peer?.description ?? "unknown")"])
        do {
            try await client.channel.executeThenClose { inbound, outbound in
                var session = IngestSession(server: self, peer: client.peer)
                for try await buffer in inbound {
                    try await session.take(buffer, answeringTo: outbound)
                    client.place.ended(isHalfway: session.isInLine)
                }
                // A client that ends may leave out its last line end. What we cut off ourselves is not a line: half a
                // number would be stored, and at the time of the cut.
                if !Task.isShuttingDownGracefully { try await session.finish(answeringTo: outbound) }
            }
        } catch {
            // The client went away in the middle: what it sent and we read has been taken.
            logger.debug("ingest: \(client.peer?.description ?? "unknown client") went away: \(error)")
        }
    }
}

/// The reading side of one client.
private struct IngestSession {
    private let server: IngestServer
    private let peer: Peer?
    private var lines: LineIngest

    init(server: IngestServer, peer: Peer?) {
        self.server = server
        self.peer = peer
        lines = LineIngest(
            rules: .init(maximumLine: server.maximumLine(), recognisesSync: true),
            seed: UInt64(bitPattern: server.intake.now()))
    }

    /// Whether the client has begun a line and not ended it.
    var isInLine: Bool { lines.isInLine }

    mutating func take(
        _ buffer: ByteBuffer, answeringTo outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        let now = server.intake.now()
        let (intake, peer) = (server.intake, peer)
        lines.follow(generation: intake.store.catalogue.generation)
        lines.feed(buffer.readableBytesSpan, now: now, latest: now &+ server.futureSkew()) { key in
            intake.resolve(key, for: peer)
        }
        try await submit(answeringTo: outbound)
    }

    mutating func finish(answeringTo outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        let now = server.intake.now()
        let (intake, peer) = (server.intake, peer)
        lines.follow(generation: intake.store.catalogue.generation)
        lines.finish(now: now, latest: now &+ server.futureSkew()) { key in intake.resolve(key, for: peer) }
        try await submit(answeringTo: outbound)
    }

    private mutating func submit(answeringTo outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        let taken = lines.take()
        guard !taken.syncs.isEmpty else {
            return try await server.intake.take(taken, from: peer, over: "ingest", urgency: .grouped)
        }
        do throws(StoreError) {
            // Who waits for an answer is told that the disk is full, where others are only held up.
            try await server.intake.take(taken, from: peer, over: "ingest", urgency: .offered)
            // One fsync answers every `sync` of this read: all its samples were submitted before.
            try await server.intake.store.writer.barrier()
        } catch {
            try await outbound.write(ByteBuffer(string: "error: \(error)\n"))
            throw error
        }
        let answers = taken.syncs.map { "ok \($0)\n" }.joined()
        try await outbound.write(ByteBuffer(string: answers))
    }
}

/// Notes that something has come, before anyone could take the connection for a mute one; and ends its input when the
/// server is asked to stop, so that a mute client cannot hold it open.
private final class InputWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let place: HeldPlace

    init(place: HeldPlace) { self.place = place }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        place.began()
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            context.close(mode: .input, promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
