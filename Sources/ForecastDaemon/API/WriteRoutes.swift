// Writing over HTTP, as InfluxDB's clients and Telegraf do it: line protocol in the body, 204 once
// it is fsynced. The answer codes follow from how Telegraf reacts: any 4xx drops its batch, so overload and a full disk
// are 503 with Retry-After.

import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import SeriesStore

/// `POST /write`, `/ping` and the `CREATE DATABASE` that Telegraf sends first.
struct WriteRoutes: Sendable {
    let readiness: Readiness
    /// `limits.body`, `limits.line`, `store.future_skew`.
    let limits: @Sendable () -> WriteLimits

    func add(to router: Router<APIContext>) {
        router.post("write") { request, context in try await write(request, context) }
        router.get("ping") { _, _ in pong() }
        router.head("ping") { _, _ in pong() }
        router.post("query") { request, _ in try await query(request) }
    }

    private func write(_ request: Request, _ context: APIContext) async throws -> Response {
        let running = try readiness.running()
        let limits = limits()
        let name = request.uri.queryParameters["precision"].map(String.init) ?? ""
        guard let precision = TimestampPrecision(name) else {
            throw APIError(.badRequest, "invalid precision \"\(name)\" (use n, ns, u, us, ms, s, m or h)")
        }
        var body = WriteBody(running: running, peer: context.peer, precision: precision, limits: limits)
        let encoding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard ["identity", "gzip"].contains(encoding) else {
            throw APIError(.unsupportedMediaType, "Content-Encoding \(encoding) is not understood: send gzip, or none")
        }
        if encoding == "gzip" {
            let packed = try await collect(request.body, limit: limits.body)
            let unpacked: [UInt8]
            do throws(InflateError) {
                unpacked = try Inflate.gunzip(packed, limit: limits.body)
            } catch {
                if case .tooLarge = error { throw tooLarge(limits) }
                throw APIError(.badRequest, "the gzip body is damaged: \(error)")
            }
            try await body.take(ByteBuffer(bytes: unpacked))
        } else {
            var length = 0
            for try await buffer in request.body {
                length += buffer.readableBytes
                guard length <= limits.body else { throw tooLarge(limits) }
                try await body.take(buffer)
            }
        }
        try await body.finish()
        guard body.refused == 0 else { throw body.partialError }
        return Response(status: .noContent, headers: Self.influxHeaders)
    }

    private func collect(_ body: RequestBody, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in body {
            guard bytes.count + buffer.readableBytes <= limit else { throw tooLarge(limits()) }
            bytes += buffer.readableBytesView
        }
        return bytes
    }

    private func tooLarge(_ limits: WriteLimits) -> APIError {
        APIError(.contentTooLarge, "the body is longer than limits.body (\(limits.body) bytes): send smaller batches")
    }

    private static let influxHeaders: HTTPFields = {
        var fields = HTTPFields()
        if let name = HTTPField.Name("X-Influxdb-Version") { fields[name] = "forecastd-\(Version.current)" }
        return fields
    }()

    private func pong() -> Response { Response(status: .noContent, headers: Self.influxHeaders) }

    private func query(_ request: Request) async throws -> Response {
        var text = request.uri.queryParameters["q"].map(String.init) ?? ""
        if text.isEmpty {
            let body = String(decoding: try await collect(request.body, limit: 1 << 16), as: UTF8.self)
            let form = URI("/?" + body)
            text = form.queryParameters["q"].map(String.init) ?? body
        }
        // Telegraf sends a form, in which a space is a plus.
        let words = text.uppercased().split { $0.isWhitespace || $0 == "+" }
        guard words.starts(with: ["CREATE", "DATABASE"]) else {
            throw APIError(
                .badRequest, "only CREATE DATABASE is understood here; query with /v1/samples, or `forecastd query`")
        }
        return .json(#"{"results":[{"statement_id":0}]}"#)
    }
}

/// The limits of a write, as configured now.
struct WriteLimits: Sendable {
    var body: Int
    var line: Int
    /// Nanoseconds.
    var futureSkew: Int64
}

/// One body on its way into the store.
private struct WriteBody {
    private let running: Running
    private let peer: Peer?
    private let limits: WriteLimits
    private var lines: LineIngest
    private var firstProblem: LineProtocolError?
    private(set) var refused = 0
    private var accepted = 0

    init(running: Running, peer: Peer?, precision: TimestampPrecision, limits: WriteLimits) {
        self.running = running
        self.peer = peer
        self.limits = limits
        lines = LineIngest(
            rules: .init(precision: precision, maximumLine: limits.line, recognisesSync: false),
            seed: UInt64(bitPattern: running.intake.now()))
    }

    mutating func take(_ buffer: ByteBuffer) async throws {
        let now = running.intake.now()
        let (intake, peer) = (running.intake, peer)
        lines.follow(generation: intake.store.catalogue.generation)
        lines.feed(buffer.readableBytesSpan, now: now, latest: now &+ limits.futureSkew) { key in
            intake.resolve(key, for: peer)
        }
        try await submit()
    }

    /// The last line, and the wait for the fsync.
    mutating func finish() async throws {
        let now = running.intake.now()
        let (intake, peer) = (running.intake, peer)
        lines.follow(generation: intake.store.catalogue.generation)
        lines.finish(now: now, latest: now &+ limits.futureSkew) { key in intake.resolve(key, for: peer) }
        try await submit()
        do throws(StoreError) {
            if accepted > 0 { try await running.store.writer.barrier() }
        } catch {
            throw APIError(storing: error)
        }
    }

    private mutating func submit() async throws {
        let taken = lines.take()
        refused += taken.refused
        accepted += taken.samples.count
        if firstProblem == nil { firstProblem = taken.problems.first }
        do throws(StoreError) {
            try await running.intake.take(taken, from: peer, over: "write", urgency: .offered)
        } catch {
            throw APIError(storing: error)
        }
    }

    /// InfluxDB's form of a partial write: the good points are in, the first bad line is named.
    var partialError: APIError {
        let reason = firstProblem.map(String.init(describing:)) ?? "lines were refused"
        guard accepted > 0 else { return APIError(.badRequest, reason) }
        return APIError(.badRequest, "partial write: \(reason) dropped=\(refused), \(accepted) points accepted")
    }
}

extension APIError {
    /// What the store's refusal means to a client.
    init(storing error: StoreError) {
        switch error {
        case .full, .closed: self = .tryAgain("\(error)", afterSeconds: 10)
        case .notWritable, .locked, .damaged, .newerSchema, .failed: self = .tryAgain("\(error)", afterSeconds: 30)
        // Coming again would not help.
        case .damagedTable: self.init(.internalServerError, "\(error)")
        case .missing, .unknown: self.init(.notFound, "\(error)")
        }
    }
}

extension Readiness {
    /// The running parts, or the 503 that says what is waited for.
    func running() throws(APIError) -> Running {
        switch phase {
        case .running(let running): return running
        case .starting(let what): throw .tryAgain("starting: \(what)", afterSeconds: 1)
        case .stopping: throw .tryAgain("stopping", afterSeconds: 1)
        }
    }
}

extension Response {
    /// A JSON answer.
    static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A JSON answer from bytes.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
