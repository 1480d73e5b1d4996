// HTTP/1.1 over a Unix socket, as little of it as the tests need: one request after the other on a kept connection,
// bodies by length or in chunks.

import FoundationEssentials

/// A kept connection to the API.
final class HTTPClient {
    struct Reply {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }

        /// The sentence of an error.
        var error: String { (try? decode(ErrorBody.self).error) ?? text }

        func decode<T: Decodable>(_ type: T.Type) throws -> T {
            let decoder = JSONDecoder()
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
            return try decoder.decode(type, from: Data(body))
        }

        private struct ErrorBody: Decodable { let error: String }
    }

    private let client: UnixClient

    init(_ path: String) throws { client = try UnixClient(path) }

    func get(_ path: String, upTo seconds: Double = 30) throws -> Reply {
        try request("GET", path, upTo: seconds)
    }

    func post(
        _ path: String, _ body: [UInt8] = [], headers: [String: String] = [:], upTo seconds: Double = 30
    ) throws -> Reply {
        try request("POST", path, headers: headers, body: body, upTo: seconds)
    }

    func post(_ path: String, _ body: String, upTo seconds: Double = 30) throws -> Reply {
        try post(path, Array(body.utf8), upTo: seconds)
    }

    func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = [],
        upTo seconds: Double = 30
    ) throws -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if method == "POST" { head += "Content-Length: \(body.count)\r\n" }
        // The head and the body in one go; a peer that answers early and closes may not take all of it.
        let sending = Result { try client.send(Array((head + "\r\n").utf8) + body, upTo: seconds) }
        do {
            return try reply(to: method, upTo: seconds)
        } catch {
            try sending.get()
            throw error
        }
    }

    /// A body whose length is not known beforehand.
    func post(
        _ path: String, inChunks chunks: [[UInt8]], headers: [String: String], upTo seconds: Double = 30
    ) throws -> Reply {
        var head = "POST \(path) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        var bytes = Array((head + "\r\n").utf8)
        for chunk in chunks + [[]] {
            bytes += Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + Array("\r\n".utf8)
        }
        try client.send(bytes, upTo: seconds)
        return try reply(to: "POST", upTo: seconds)
    }

    private func reply(to method: String, upTo seconds: Double) throws -> Reply {
        guard let first = try client.line(upTo: seconds) else { throw ProcessFailure("the API closed without a reply") }
        let words = first.split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw ProcessFailure("no HTTP: \(first)") }
        var headers: [String: String] = [:]
        while let line = try client.line(upTo: seconds), line != "\r" {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? Self.trimmed(parts[1]) : ""
        }
        if status == 100 { return try reply(to: method, upTo: seconds) }
        var body: [UInt8] = []
        if method != "HEAD", status != 204 {
            if let length = headers["content-length"].flatMap({ Int($0) }) {
                body = try client.bytes(length, upTo: seconds)
            } else if headers["transfer-encoding"] == "chunked" {
                body = try chunks(upTo: seconds)
            }
        }
        return Reply(status: status, headers: headers, body: body)
    }

    private func chunks(upTo seconds: Double) throws -> [UInt8] {
        var body: [UInt8] = []
        while let line = try client.line(upTo: seconds), let size = Int(Self.trimmed(line[...]), radix: 16) {
            body += try client.bytes(size, upTo: seconds)
            _ = try client.line(upTo: seconds)
            if size == 0 { break }
        }
        return body
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
