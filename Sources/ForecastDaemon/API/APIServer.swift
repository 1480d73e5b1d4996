// HTTP/1.1 on the API socket: Hummingbird's router and HTTP channel on an accept loop of our own, because Hummingbird's
// server binds addresses and cannot take a descriptor that systemd passed. What its `Application` would add is done
// here: 100-continue, errors as JSON, a Server header, the client's uid in the request context.

import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import SeriesStore
import ServiceLifecycle

/// Serves the router on one listening descriptor until a graceful shutdown, then lets running requests finish.
struct APIServer: Service {
    let socket: ListeningSocket
    let group: any EventLoopGroup
    let responder: RouterResponder<APIContext>
    let logger: Logger

    /// A connection that asks nothing for this long is closed; it may come again.
    private static let configuration = HTTP1Channel.Configuration(
        additionalChannelHandlers: [ReasonWriter()], idleTimeout: .minutes(10))

    private let places: Places

    private struct Connection: Sendable {
        let peer: Peer?
        let place: HeldPlace
        let http: HTTP1Channel.Value
    }

    init(
        socket: ListeningSocket, group: any EventLoopGroup, connectionLimit: Int,
        responder: RouterResponder<APIContext>, logger: Logger
    ) {
        self.socket = socket
        self.group = group
        // Whoever asks nothing needs his connection less than a new client does; he may come again.
        places = Places(
            socket: "api.sock", limit: connectionLimit, patience: .init(mute: .zero, silent: .zero), logger: logger)
        self.responder = responder
        self.logger = logger
    }

    func run() async throws {
        let listener = Listener<Connection>(
            socket: socket, group: group, places: places,
            setup: { [logger] channel, peer, place in
                HTTP1Channel(responder: { _, _, _ in }, configuration: Self.configuration)
                    .setup(channel: channel, logger: logger)
                    .map { Connection(peer: peer, place: place, http: $0) }
            },
            serve: { await serve($0) })
        try await listener.run()
    }

    private func serve(_ connection: Connection) async {
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                connection.place.began()
                defer { connection.place.ended() }
                if request.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                let source = APIContext.Source(
                    logger: logger, peer: connection.peer, endInput: { channel.close(mode: .input, promise: nil) })
                let response = await answer(request, source)
                try await writer.write(response: response.head, body: response.body)
            }, configuration: Self.configuration)
        await channel.handle(value: connection.http, logger: logger)
    }

    private func answer(_ request: Request, _ source: APIContext.Source) async -> Response {
        let context = APIContext(source: source)
        do {
            return try await responder.respond(to: request, context: context)
        } catch let error as APIError {
            return error.response
        } catch StoreError.damagedTable(let table, let what) {
            // `status` and the log have said so once.
            return APIError(storing: .damagedTable(table, what)).response
        } catch is CancellationError {
            // The daemon stops, or the client has gone: nobody's fault, and nobody's news.
            return APIError.tryAgain("stopping", afterSeconds: 1).response
        } catch HTTPParserError.invalidEOFState {
            // The client went away in the middle of its body. It will send again, and nobody is to be woken by that.
            let client = source.peer?.description ?? "a client"
            logger.debug("\(client) left \(request.method) \(request.uri.path) unfinished")
            return APIError(.badRequest, "the body ended before its length").response
        } catch {
            logger.error("a request failed: \(request.method) \(request.uri.path): \(error)")
            return APIError(.internalServerError, "\(error)").response
        }
    }
}

/// What a handler knows of its request beside the request itself.
struct APIContext: RequestContext {
    struct Source: RequestContextSource {
        let logger: Logger
        let peer: Peer?
        let endInput: @Sendable () -> Void
    }

    var coreContext: CoreRequestContextStorage
    let peer: Peer?
    /// Ends the request's body, for a handler that does not want to wait for more of it: reading it throws.
    let endInput: @Sendable () -> Void

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.peer
        endInput = source.endInput
    }
}

/// An answer that is no success: a status and one sentence for whoever asked.
struct APIError: Error {
    let status: HTTPResponse.Status
    let sentence: String
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }

    /// Overload, full disk, starting up: try again, never a 4xx (Telegraf drops the batch on any 4xx).
    static func tryAgain(_ sentence: String, afterSeconds seconds: Int = 5) -> APIError {
        var error = APIError(.serviceUnavailable, sentence)
        error.headers[.retryAfter] = String(seconds)
        return error
    }

    /// The body of every error.
    static func body(_ sentence: String) -> ByteBuffer {
        var json = JSONWriter()
        json.object { $0.member("error", sentence) }
        return ByteBuffer(bytes: json.bytes)
    }

    var response: Response {
        var fields = headers
        fields[.contentType] = "application/json"
        // The header is a line: InfluxDB clients read the reason from it.
        let line = String(sentence.filter { !$0.isNewline }.prefix(1024))
        if let name = HTTPField.Name("X-Influxdb-Error") { fields[name] = line }
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: Self.body(sentence)))
    }
}
