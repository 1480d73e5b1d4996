// Answers that take a while come as JSON lines: `{"progress":0.4,"message":"…"}` as they go, `{"done":true,…}` or
// `{"error":"…","status":503}` at the end. The status is sent before the work, so an error after it is a line, not a status.

import HTTPTypes
import Hummingbird
import NIOCore

/// Writes the lines of one streamed answer.
struct ProgressStream {
    private var writer: any ResponseBodyWriter

    /// The answer whose lines `body` writes.
    static func response(
        _ body: @escaping @Sendable (inout ProgressStream) async throws -> Void
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: ResponseBody { writer in
                var stream = ProgressStream(writer: writer)
                do {
                    try await body(&stream)
                } catch let error as APIError {
                    try await stream.failed(error)
                } catch is CancellationError {
                    try await stream.failed(.tryAgain("the daemon is stopping"))
                } catch {
                    try await stream.line { $0.member("error", "\(error)") }
                }
                try await stream.writer.finish(nil)
            })
    }

    /// How far the work has come, 0 to 1.
    ///
    /// - Parameter samples: how many are on disk, where the work is to store some.
    mutating func progress(_ share: Double, _ message: String, samples: Int? = nil) async throws {
        try await line { json in
            json.member("progress", share)
            json.member("message", message)
            if let samples { json.member("samples", samples) }
        }
    }

    /// The last line where the work could not be done; the status that it would have had, had it been known at the start.
    private mutating func failed(_ error: APIError) async throws {
        try await line { json in
            json.member("error", error.sentence)
            json.member("status", error.status.code)
        }
    }

    /// The last line.
    mutating func done(_ members: (inout JSONWriter) -> Void) async throws {
        try await line { json in
            json.member("done", true)
            members(&json)
        }
    }

    private mutating func line(_ members: (inout JSONWriter) -> Void) async throws {
        var json = JSONWriter()
        json.object { members(&$0) }
        json.endLine()
        try await writer.write(ByteBuffer(bytes: json.bytes))
    }
}
