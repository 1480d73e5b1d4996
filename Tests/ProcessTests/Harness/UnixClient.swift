// A client of a Unix stream socket whose every call ends: bytes out, lines and bytes in, each with a bound.

import Glibc

/// One connection. Used by one thread at a time.
final class UnixClient {
    private let descriptor: Int32
    private var received: [UInt8] = []
    private var ended = false

    init(_ path: String) throws {
        descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        precondition(bytes.count < 108, "a socket's path holds 107 bytes: \(path)")
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let failed = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, length) }
        }
        guard failed == 0 else {
            let code = errno
            // `deinit` closes the descriptor, also after this: a second close would hit somebody else's.
            throw ProcessFailure("cannot connect to \(path): error \(code)")
        }
    }

    deinit { close(descriptor) }

    /// Sends all bytes.
    ///
    /// - Throws: when the peer is gone or does not take them in time.
    func send(_ bytes: [UInt8], upTo seconds: Double = 30) throws {
        let deadline = Deadline.after(seconds)
        var sent = 0
        while sent < bytes.count {
            let count = sendSome(bytes[sent...])
            if count > 0 {
                sent += count
            } else if !isReady(POLLOUT, deadline) {
                throw ProcessFailure(
                    "the peer did not take \(bytes.count - sent) of \(bytes.count) bytes in \(seconds) s")
            }
        }
    }

    func send(_ text: String, upTo seconds: Double = 30) throws { try send(Array(text.utf8), upTo: seconds) }

    /// Sends what fits now; 0 if nothing does.
    private func sendSome(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        return max(0, count)
    }

    /// No more input for the peer.
    func endInput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next line, without its newline; nil when the peer has closed.
    func line(upTo seconds: Double = 30) throws -> String? {
        let deadline = Deadline.after(seconds)
        while true {
            if let end = received.firstIndex(of: 10) {
                let text = String(decoding: received[..<end], as: UTF8.self)
                received.removeSubrange(...end)
                return text
            }
            if ended { return nil }
            try fill(deadline, "a line")
        }
    }

    /// Exactly so many bytes, or fewer where the peer closed.
    func bytes(_ count: Int, upTo seconds: Double = 30) throws -> [UInt8] {
        let deadline = Deadline.after(seconds)
        while received.count < count, !ended { try fill(deadline, "\(count) bytes") }
        let result = Array(received.prefix(count))
        received.removeFirst(result.count)
        return result
    }

    /// Waits until the peer closes.
    func waitForEnd(upTo seconds: Double = 30) throws {
        let deadline = Deadline.after(seconds)
        while !ended {
            try fill(deadline, "the end of the connection")
            received = []
        }
    }

    private func fill(_ deadline: Deadline, _ what: String) throws {
        guard isReady(POLLIN, deadline) else { throw ProcessFailure("the peer did not send \(what) in time") }
        var piece = [UInt8](repeating: 0, count: 1 << 17)
        let count = unsafe piece.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 { received += piece[..<count] }
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { ended = true }
    }

    private func isReady(_ events: Int32, _ deadline: Deadline) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while unsafe poll(&entry, 1, deadline.milliseconds) < 0 {}
        if events == POLLOUT, entry.revents & Int16(POLLERR | POLLHUP) != 0 { return false }
        return entry.revents != 0
    }
}
