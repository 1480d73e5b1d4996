// Answers that take a while come as JSON lines: `{"progress":0.4,"message":"…"}` as they go, `{"done":true,…}` or
// `{"error":"…"}` at the end. The status is sent before the work, so an error after it is a line, not a status.

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
                    try await stream.line { $0.member("error", error.sentence) }
                } catch {
                    try await stream.line { $0.member("error", "\(error)") }
                }
                try await stream.writer.finish(nil)
            })
    }

    /// How far the work has come, 0 to 1.
    mutating func progress(_ share: Double, _ message: String) async throws {
        try await line { json in
            json.member("progress", share)
            json.member("message", message)
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
