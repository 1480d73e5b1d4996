// A client against a socket that answers what the test says, one connection after the other, and notes what was asked:
// how many connections a command costs, and what it does while the daemon is starting.

import Glibc
import Synchronization
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("A question to the daemon") struct DaemonClientTests {
    /// Answers the questions of each connection with the replies for it.
    private final class Answering: Sendable {
        private let asked = Mutex<[String]>([])
        /// First lines of the questions so far.
        var questions: [String] { asked.withLock { $0 } }

        init(at path: String, _ connections: [[String]]) throws {
            let listener = try UnixSocket.listen(at: path, mode: 0o600, backlog: 8).get()
            PlainThread.start(name: "answering") { [self] in
                for replies in connections {
                    let client = accept(listener, nil, nil)
                    for reply in replies {
                        var bytes = [UInt8](repeating: 0, count: 4096)
                        let count = unsafe read(client, &bytes, bytes.count)
                        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
                        asked.withLock { $0.append(String(text.prefix { !$0.isNewline })) }
                        _ = unsafe send(client, reply, reply.utf8.count, CInt(MSG_NOSIGNAL))
                    }
                    close(client)
                }
                close(listener)
            }
        }
    }

    private static func reply(_ status: String, _ body: String) -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
    private static let starting = reply("503 Service Unavailable", #"{"error":"starting: opening the store"}"#)

    @Test("a daemon that runs is asked once, on one connection")
    func once() throws {
        try TemporaryFolder.with { folder in
            let daemon = try Answering(at: folder + "/api.sock", [[Self.reply("200 OK", "[]")]])
            let answer = try DaemonClient(socket: folder + "/api.sock", waits: true).get("/v1/series")
            #expect(answer == Array("[]".utf8))
            #expect(daemon.questions == ["GET /v1/series HTTP/1.1"])
        }
    }

    @Test("a daemon that is starting is asked again until it answers, lines and downloads too")
    func starting() throws {
        try TemporaryFolder.with { folder in
            let path = folder + "/api.sock"
            let daemon = try Answering(
                at: path,
                [
                    Self.starting, Self.starting, Self.reply("200 OK", "a\n"), Self.starting,
                    Self.reply("200 OK", "b\n"), Self.starting, Self.reply("200 OK", "c\n"),
                ].map { [$0] })
            #expect(try DaemonClient(socket: path, waits: true).post("/v1/x") == Array("a\n".utf8))
            var lines: [[UInt8]] = []
            try DaemonClient(socket: path, waits: true).stream("/v1/y", [], body: nil) { lines.append($0) }
            #expect(lines == [Array("b".utf8)])
            var bytes: [UInt8] = []
            try DaemonClient(socket: path, waits: true).download("/v1/z", []) { bytes += $0 }
            #expect(bytes == Array("c\n".utf8))
            #expect(daemon.questions.count == 7)
        }
    }

    @Test("a body that is made on the way is sent once, after the daemon has said that it is ready")
    func body() throws {
        try TemporaryFolder.with { folder in
            let path = folder + "/api.sock"
            let daemon = try Answering(
                at: path, [[Self.starting], [Self.reply("200 OK", "ready\n"), Self.reply("200 OK", "done\n")]])
            var pieces = [Array("a,b\n".utf8)]
            var lines: [[UInt8]] = []
            try DaemonClient(socket: path, waits: true).stream(
                "/v1/import", [], body: { () throws(ClientError) in pieces.popLast() }
            ) { lines.append($0) }
            #expect(lines == [Array("done".utf8)])
            #expect(
                daemon.questions
                    == ["GET /-/ready HTTP/1.1", "GET /-/ready HTTP/1.1", "POST /v1/import HTTP/1.1"])
        }
    }

    @Test("other refusals, and those of a daemon that nobody waits for, are errors at once", arguments: [true, false])
    func refused(waits: Bool) throws {
        try TemporaryFolder.with { folder in
            let path = folder + "/api.sock"
            let daemon = try Answering(
                at: path, [[waits ? Self.reply("503 Service Unavailable", #"{"error":"stopping"}"#) : Self.starting]])
            #expect {
                _ = try DaemonClient(socket: path, waits: waits).get("/v1/series")
            } throws: { error in
                if case .refused(503, _)? = error as? ClientError { true } else { false }
            }
            #expect(daemon.questions.count == 1)
        }
    }
}
