// Takes an HTTP/1.1 answer apart as its bytes arrive (RFC 9112): status, length, body in any of three framings.
//
// Only what our own daemon sends is understood: no continuation lines, no trailers' meaning, no compression. The
// parser is a value without input or output, so that a test can hand it every split of the same bytes.

/// An answer, filled by `feed`.
package struct HTTPReply: Sendable {
    /// Why bytes are not an answer.
    package enum Malformed: Error, Equatable, CustomStringConvertible {
        case statusLine(String)
        case chunkSize(String)
        case contentLength(String)
        case headTooLong
        case endsEarly

        package var description: String {
            switch self {
            case .statusLine(let line): "it does not speak HTTP/1.1 (it said \(line))"
            case .chunkSize(let text): "a chunk has the length \(text), which is not a hexadecimal number"
            case .contentLength(let text): "content-length is \(text), which is not a number"
            case .headTooLong: "the head of its answer is longer than 64 KiB"
            case .endsEarly: "its answer ends early"
            }
        }
    }

    private enum Stage: Equatable {
        case head, sized(left: Int), untilClose, chunkSize, chunk(left: Int), chunkEnd, trailer, done
    }

    /// 200 and so on; 0 until the head has arrived.
    package private(set) var status = 0
    /// Lower-case names; of repeated ones the last.
    package private(set) var headers: [String: String] = [:]
    /// Body bytes that have arrived and were not taken.
    package private(set) var body: [UInt8] = []
    /// The whole answer has arrived.
    package var isComplete: Bool { stage == .done }
    /// The head has arrived.
    package var hasHead: Bool { status != 0 }

    private var stage = Stage.head
    private var pending: [UInt8] = []
    /// A head longer than this is not ours.
    private static let longestHead = 64 * 1024

    package init() {}

    /// Takes the next bytes; none at all means that the connection has ended.
    package mutating func feed(_ bytes: [UInt8]) throws(Malformed) {
        if bytes.isEmpty {
            guard stage == .untilClose || stage == .done else { throw .endsEarly }
            stage = .done
            return
        }
        pending += bytes
        while try advance() {}
    }

    /// Removes and returns the complete lines of the body so far, without their line ends.
    package mutating func takeLines() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        while let end = body.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(Array(body[..<end]))
            body.removeSubrange(...end)
        }
        if isComplete, !body.isEmpty {
            lines.append(body)
            body = []
        }
        return lines
    }

    /// Removes and returns the bytes of the body so far.
    package mutating func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    /// One step; false when more bytes are needed.
    private mutating func advance() throws(Malformed) -> Bool {
        switch stage {
        case .head:
            guard let line = takeLine() else {
                if pending.count > HTTPReply.longestHead { throw .headTooLong }
                return false
            }
            try readHead(line)
            return true
        case .sized(let left):
            let taken = take(atMost: left)
            stage = left == taken ? .done : .sized(left: left - taken)
            return taken > 0 && stage != .done
        case .untilClose:
            body += pending
            pending = []
            return false
        case .chunkSize:
            guard let line = takeLine() else { return false }
            let digits = line.prefix { $0 != ";" && $0 != " " }
            guard let size = Int(digits, radix: 16), size >= 0 else { throw .chunkSize(String(line)) }
            stage = size == 0 ? .trailer : .chunk(left: size)
            return true
        case .chunk(let left):
            let taken = take(atMost: left)
            stage = left == taken ? .chunkEnd : .chunk(left: left - taken)
            return taken > 0
        case .chunkEnd:
            guard takeLine() != nil else { return false }
            stage = .chunkSize
            return true
        case .trailer:
            guard let line = takeLine() else { return false }
            if line.isEmpty { stage = .done }
            return !line.isEmpty
        case .done:
            return false
        }
    }

    private mutating func readHead(_ line: String) throws(Malformed) {
        if status == 0 {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let code = Int(parts[1]) else {
                throw .statusLine(String(line.prefix(40)))
            }
            status = code
            return
        }
        guard line.isEmpty else {
            if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
                headers[line[..<colon].lowercased()] = String(value)
            }
            return
        }
        if status < 200 {  // 100 Continue: the answer proper follows
            status = 0
            headers = [:]
        } else if status == 204 || status == 304 {
            stage = .done
        } else if headers["transfer-encoding"]?.lowercased() == "chunked" {
            stage = .chunkSize
        } else if let length = headers["content-length"] {
            guard let count = Int(length), count >= 0 else { throw .contentLength(length) }
            stage = count == 0 ? .done : .sized(left: count)
        } else {
            stage = .untilClose
        }
    }

    private mutating func take(atMost count: Int) -> Int {
        let taken = min(count, pending.count)
        body += pending.prefix(taken)
        pending.removeFirst(taken)
        return taken
    }

    /// The next line without its CR LF, or nil while it is not complete.
    private mutating func takeLine() -> String? {
        guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = pending[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        pending.removeSubrange(...end)
        return text
    }
}
