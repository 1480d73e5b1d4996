// Asks the daemon over its API socket: one question, one connection, HTTP/1.1 on plain system calls.
//
// Every command that needs the daemon goes through here, so that all say the same sentence when it is not running.
// A long answer (training, import) is handed on line by line; a long question (import) is sent in chunks that are
// made on demand, so that memory stays flat whatever the size of the file.
internal import FoundationEssentials
internal import Glibc

/// A daemon that answered a connection.
package struct DaemonClient: ~Copyable {
    private let descriptor: Descriptor
    /// The socket in use.
    package let path: String
    /// What the user should know about the choice of the socket, if anything.
    package let note: String?

    /// A daemon answers within this many seconds or is taken for stuck; streams are waited for without end.
    private static let patience = 30
    /// Bytes per read: more than most answers, so that most take one call.
    private static let readSize = 256 * 1024

    private let flag: String?
    private let waits: Bool

    /// Connects, in the order of `SocketSearch`.
    ///
    /// - Parameter waits: where the daemon answers that it is opening its store, it is asked again, for a few seconds; then its
    ///   refusal, which says what it is doing, is the answer.
    package init(socket flag: String?, waits: Bool = false) throws(ClientError) {
        let found = try SocketSearch(door: .api, flag: flag).connect()
        self.flag = flag
        self.waits = waits
        path = found.path
        note = found.note
        descriptor = found.take()
    }

    /// Seconds that a daemon may take to open its store before a command gives up; thousands of series take one.
    private static let patienceAtStart = 5
    /// Questions in a second meanwhile.
    private static let questionsAtStart = 20

    /// Puts a question, on a new connection each time while the daemon says that it is starting. A daemon that runs is asked
    /// once, on the connection that is there.
    private consuming func whenStarted<Answer>(
        _ question: (borrowing DaemonClient) throws(ClientError) -> Answer
    ) throws(ClientError) -> Answer {
        var left = waits ? DaemonClient.patienceAtStart * DaemonClient.questionsAtStart : 0
        let flag = flag
        do { return try question(self) } catch { try DaemonClient.pause(after: error, &left) }
        while true {
            let next = try DaemonClient(socket: flag)
            do { return try question(next) } catch { try DaemonClient.pause(after: error, &left) }
        }
    }

    /// - Throws: the error, unless it says that the daemon is starting and there is patience left.
    private static func pause(after error: ClientError, _ left: inout Int) throws(ClientError) {
        guard case .refused(503, let sentence) = error, sentence.hasPrefix("starting"), left > 0 else { throw error }
        left -= 1
        usleep(UInt32(1_000_000 / questionsAtStart))
    }

    /// The body of the answer to GET.
    ///
    /// - Parameters:
    ///   - route: `/v1/series`.
    ///   - query: names and values, escaped here.
    package consuming func get(_ route: String, _ query: [(name: String, value: String)] = []) throws(ClientError)
        -> [UInt8]
    {
        try whenStarted { (client: borrowing DaemonClient) throws(ClientError) in
            try client.ask("GET", route, query)
            return try client.wholeReply()
        }
    }

    /// The body of the answer to POST without a body.
    package consuming func post(_ route: String, _ query: [(name: String, value: String)] = []) throws(ClientError)
        -> [UInt8]
    {
        try whenStarted { (client: borrowing DaemonClient) throws(ClientError) in
            try client.ask("POST", route, query, extra: "Content-Length: 0\r\n")
            return try client.wholeReply()
        }
    }

    /// Posts and hands on each line of the answer as it comes.
    ///
    /// - Parameters:
    ///   - body: pieces of the question until it returns nil; nil instead of a function is a question without a body.
    ///   - line: called for every line of an answer with status 2xx.
    package consuming func stream(
        _ route: String, _ query: [(name: String, value: String)], body: (() throws(ClientError) -> [UInt8]?)?,
        line: ([UInt8]) throws(ClientError) -> Void
    ) throws(ClientError) {
        let waits = waits
        guard let body else {
            return try whenStarted { (client: borrowing DaemonClient) throws(ClientError) in
                try client.ask("POST", route, query, extra: "Content-Length: 0\r\n")
                try client.hand(HTTPReply(), line)
            }
        }
        try whenStarted { (client: borrowing DaemonClient) throws(ClientError) in
            // A question that is made on the way cannot be put twice: whether the daemon has started is asked before.
            if waits {
                try client.ask("GET", "/-/ready", [], isLast: false)
                _ = try client.wholeReply()
            }
            try client.ask("POST", route, query, extra: "Transfer-Encoding: chunked\r\n")
            try client.hand(client.send(body, line), line)
        }
    }

    /// Sends a body in chunks, and hands on what is answered meanwhile; returns what has come of the answer.
    private borrowing func send(
        _ body: () throws(ClientError) -> [UInt8]?, _ line: ([UInt8]) throws(ClientError) -> Void
    ) throws(ClientError) -> HTTPReply {
        var reply = HTTPReply()
        while let piece = try body() {
            if piece.isEmpty { continue }
            let head = Array("\(String(piece.count, radix: 16))\r\n".utf8)
            // The daemon may refuse in the middle (413, 503) and close: its reason is still to be read.
            do throws(ClientError) { try send(head + piece + [13, 10]) } catch { return reply }
            // Progress may come while the question is still being sent; left unread it would stall both sides.
            while descriptor.isReadable(within: 0), !reply.isComplete {
                try receive(into: &reply, patience: nil)
                if reply.status >= 300 { break }
                for text in reply.takeLines() { try line(text) }
            }
            if reply.isComplete || reply.status >= 300 { return reply }
        }
        // A daemon that has closed meanwhile has said why.
        do throws(ClientError) { try send(Array("0\r\n\r\n".utf8)) } catch { return reply }
        return reply
    }

    /// Hands on the lines of an answer as they come, to its end.
    private borrowing func hand(
        _ begun: HTTPReply, _ line: ([UInt8]) throws(ClientError) -> Void
    ) throws(ClientError) {
        var reply = begun
        while true {
            if reply.hasHead, reply.status < 300 {
                for text in reply.takeLines() { try line(text) }
            }
            if reply.isComplete { break }
            try receive(into: &reply, patience: nil)
        }
        if reply.status >= 300 { throw refusal(reply) }
    }

    /// Gets and hands on the bytes of the answer as they come.
    ///
    /// - Parameter take: called with every piece of an answer with status 2xx. An answer that breaks off is an error,
    ///   after what came was handed on.
    package consuming func download(
        _ route: String, _ query: [(name: String, value: String)], take: ([UInt8]) throws(ClientError) -> Void
    ) throws(ClientError) {
        try whenStarted { (client: borrowing DaemonClient) throws(ClientError) in
            try client.ask("GET", route, query)
            var reply = HTTPReply()
            while !reply.isComplete {
                try client.receive(into: &reply, patience: nil)
                if reply.hasHead, reply.status < 300 { try take(reply.takeBody()) }
            }
            if reply.status >= 300 { throw client.refusal(reply) }
        }
    }

    private borrowing func ask(
        _ method: String, _ route: String, _ query: [(name: String, value: String)], extra: String = "",
        isLast: Bool = true
    ) throws(ClientError) {
        var target = route
        for (index, item) in query.enumerated() {
            target += (index == 0 ? "?" : "&") + "\(item.name)=\(percentEncoded(item.value))"
        }
        let last = isLast ? "Connection: close\r\n" : ""
        let head = "\(method) \(target) HTTP/1.1\r\nHost: forecastd\r\n\(last)\(extra)\r\n"
        try send(Array(head.utf8))
    }

    private borrowing func send(_ bytes: [UInt8]) throws(ClientError) {
        do throws(DescriptorError) { try descriptor.write(bytes) } catch {
            throw .interrupted(path: path, reason: error.description)
        }
    }

    private borrowing func receive(into reply: inout HTTPReply, patience: Int?) throws(ClientError) {
        do throws(DescriptorError) {
            let bytes = try descriptor.read(upTo: DaemonClient.readSize, patience: patience)
            do throws(HTTPReply.Malformed) { try reply.feed(bytes) } catch {
                throw DescriptorError(code: EPROTO, attempt: error.description)
            }
        } catch {
            throw .interrupted(path: path, reason: error.code == EPROTO ? error.attempt : error.description)
        }
    }

    private borrowing func wholeReply() throws(ClientError) -> [UInt8] {
        var reply = HTTPReply()
        while !reply.isComplete { try receive(into: &reply, patience: DaemonClient.patience) }
        guard reply.status < 300 else { throw refusal(reply) }
        return reply.body
    }

    private borrowing func refusal(_ reply: HTTPReply) -> ClientError {
        struct Sentence: Decodable { let error: String }
        if let said = try? JSONDecoder().decode(Sentence.self, from: Data(reply.body)) {
            return .refused(status: reply.status, sentence: said.error)
        }
        let text = String(decoding: reply.body.prefix(300), as: UTF8.self)
        return .refused(status: reply.status, sentence: "the daemon answered \(reply.status) \(text)")
    }
}

/// Escapes everything but unreserved characters (RFC 3986 §2.3).
func percentEncoded(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            out.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            out += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return out
}
