// The client's reader of HTTP answers on every split of the same bytes, and on bytes that break off or are none.

import Testing

@testable import ForecastDaemon

@Suite("HTTP answer") struct HTTPReplyTests {
    private static let sized = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX: y\r\n\r\nhello world"
    private static let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5;x=1\r\nworld\r\n0\r\nTrailer: z\r\n\r\n"
    private static let continued = "HTTP/1.1 100 Continue\r\n\r\n" + sized

    @Test("says the same however the bytes are split", arguments: [sized, chunked, continued])
    func splits(text: String) throws {
        let bytes = Array(text.utf8)
        for split in 1..<bytes.count {
            var reply = HTTPReply()
            try reply.feed(Array(bytes[..<split]))
            try reply.feed(Array(bytes[split...]))
            #expect(reply.isComplete, "split at \(split)")
            #expect(reply.status == 200)
            #expect(reply.body == Array("hello world".utf8))
        }
    }

    @Test("a body without length ends with the connection")
    func untilClose() throws {
        var reply = HTTPReply()
        try reply.feed(Array("HTTP/1.1 200 OK\r\n\r\nabc".utf8))
        #expect(!reply.isComplete)
        try reply.feed([])
        #expect(reply.isComplete)
        #expect(reply.body == Array("abc".utf8))
    }

    @Test("a connection that ends early is an error, not a short answer", arguments: [sized, chunked])
    func endsEarly(text: String) throws {
        var reply = HTTPReply()
        try reply.feed(Array(text.utf8.dropLast(3)))
        #expect(throws: HTTPReply.Malformed.endsEarly) { try reply.feed([]) }
    }

    @Test("204 has no body and is complete at once")
    func noContent() throws {
        var reply = HTTPReply()
        try reply.feed(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
        #expect(reply.isComplete)
    }

    @Test("bytes that are not HTTP are refused")
    func nonsense() {
        var reply = HTTPReply()
        #expect(throws: HTTPReply.Malformed.statusLine("ok 17")) { try reply.feed(Array("ok 17\n".utf8)) }
    }

    @Test("lines come out as they are complete, the last one without a line end at the end")
    func lines() throws {
        var reply = HTTPReply()
        try reply.feed(Array("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\na\nbb".utf8))
        #expect(reply.takeLines() == [Array("a".utf8)])
        try reply.feed(Array("b\ncc".utf8))
        #expect(reply.takeLines() == [Array("bbb".utf8), Array("cc".utf8)])
    }
}
